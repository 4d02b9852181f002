/**
 * link.ts - the way to the NATS cluster. Its client is read only when there is a fleet: nobody else needs to have it.
 */
import { readFileSync } from 'node:fs';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import type { ObjectStore } from '@nats-io/obj';
import type { Authenticator, ConnectionOptions, MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import { CortexdError, messageOf } from '../errors.ts';
import { within } from './deadline.ts';
import type { FleetNames } from './names.ts';

export type LinkOptions = {
  readonly urls: readonly string[];
  /** Name of the connection, as the servers show it. */
  readonly name: string;
  readonly leaseMs: number;
  readonly credentialsFile?: string | undefined;
  readonly nkeyFile?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
};

export type FleetLink = {
  readonly connection: NatsConnection;
  readonly stream: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly headers: () => MsgHdrs;
  readonly isConnected: () => boolean;
  readonly close: () => Promise<void>;
};

/** What is made in the cluster when it is not there yet. */
export type FleetStores = { readonly board: KV; readonly models: KV; readonly pages: ObjectStore };

/** A request that is not answered within this is made again (ms). */
export const ASK_MS = 2000;
const OBJECT_MS = 10_000;

async function client() {
  try {
    const [transport, jetstream, kv, obj] = await Promise.all([
      import('@nats-io/transport-node'),
      import('@nats-io/jetstream'),
      import('@nats-io/kv'),
      import('@nats-io/obj'),
    ]);
    return { ...transport, ...jetstream, ...kv, ...obj };
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new CortexdError('config', 'Expected the NATS client for a fleet but it is not installed', {
      hint: 'Install the package cortexd-fleet; or, where cortexd was not installed as a package, in its folder: npm install --no-save @nats-io/transport-node@~3.3.1 @nats-io/jetstream@~3.3.1 @nats-io/kv@~3.3.1 @nats-io/obj@~3.3.1',
      cause: error,
    });
  }
}

/** Connect. Throws as `prepareLink` does, and CortexdError('unavailable') when no server answers or they refuse. */
export async function openLink(options: LinkOptions): Promise<FleetLink> {
  return (await prepareLink(options))();
}

/**
 * Read the client and the files that are named; resolves to what connects, as often as it is called. Throws
 * CortexdError('config') for files that cannot be read or a missing client.
 */
export async function prepareLink(options: LinkOptions): Promise<() => Promise<FleetLink>> {
  const nats = await client();
  const { urls, name, leaseMs, username, password, caFile, certFile, keyFile } = options;
  const authenticators: Authenticator[] = [];
  if (options.credentialsFile !== undefined)
    authenticators.push(nats.credsAuthenticator(readFor('cluster.credentials_file', options.credentialsFile)));
  if (options.nkeyFile !== undefined) {
    const seed = Buffer.from(readFor('cluster.nkey_file', options.nkeyFile).toString().trim());
    authenticators.push(nats.nkeyAuthenticator(seed));
  }
  const isSecure = urls.some((url) => url.startsWith('tls://')) || caFile !== undefined || certFile !== undefined;
  const text = (key: string, path: string | undefined) =>
    path === undefined ? {} : { [key]: readFor(`cluster.${key}_file`, path).toString() };
  const connection: ConnectionOptions = {
    servers: urls.map((url) => url.replace(/^(nats|tls):\/\//, '')),
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    // Keys may be set right at the servers while we run.
    ignoreAuthErrorAbort: true,
    timeout: 4000,
    // A server that has frozen is left before the lease is over.
    pingInterval: Math.max(500, Math.round(leaseMs / 8)),
    maxPingOut: 2,
    ...(authenticators.length === 0 ? {} : { authenticator: authenticators }),
    ...(username === undefined ? {} : { user: username }),
    ...(password === undefined ? {} : { pass: password }),
    ...(isSecure ? { tls: { ...text('ca', caFile), ...text('cert', certFile), ...text('key', keyFile) } } : {}),
  };
  return () => connect(nats, urls, connection);
}

async function connect(
  nats: Awaited<ReturnType<typeof client>>,
  urls: readonly string[],
  options: ConnectionOptions,
): Promise<FleetLink> {
  let opened: NatsConnection;
  try {
    opened = await nats.connect(options);
  } catch (error) {
    throw refusal(urls, error);
  }
  let isConnected = true;
  void (async () => {
    for await (const { type } of opened.status()) {
      if (type === 'disconnect') isConnected = false;
      if (type === 'reconnect') isConnected = true;
    }
  })();
  return {
    connection: opened,
    stream: nats.jetstream(opened, { timeout: ASK_MS }),
    // Whether JetStream is switched on is told by the first thing that is asked of it.
    manager: await nats.jetstreamManager(opened, { timeout: ASK_MS, checkAPI: false }),
    headers: nats.headers,
    isConnected: () => isConnected && !opened.isClosed(),
    close: () => opened.close(),
  };
}

/** A new key: the secret part, and the public one, which is for the servers. */
export async function newKey(): Promise<{ readonly seed: string; readonly publicKey: string }> {
  const { nkeys } = await client();
  const pair = nkeys.createUser();
  return { seed: Buffer.from(pair.getSeed()).toString(), publicKey: pair.getPublicKey() };
}

/** Open the buckets and the object store; made, with so many copies, when they are not there. */
export async function openStores(link: FleetLink, names: FleetNames, replicas: number): Promise<FleetStores> {
  const { Kvm, Objm, jetstream } = await client();
  const slow = jetstream(link.connection, { timeout: OBJECT_MS });
  const kv = new Kvm(link.stream);
  // Read from the one that leads: a copy that lags behind would only make for useless attempts.
  // So many attempts at one write can be stored while nobody answers (docs/decisions/0223-first-in-the-order.md).
  const board = await kv.create(names.board, { replicas, history: 64, allow_direct: false });
  const models = await bucketOf(link, names.models, replicas);
  const pages = await new Objm(slow).create(names.pages, { replicas });
  return { board, models, pages };
}

/** A bucket that keeps the last two values of a key, and of which single messages may be deleted, as the library's may not. */
async function bucketOf(link: FleetLink, name: string, replicas: number): Promise<KV> {
  const { Kvm } = await client();
  await link.manager.streams.add({
    name: `KV_${name}`,
    subjects: [`$KV.${name}.>`],
    num_replicas: replicas,
    max_msgs_per_subject: 2,
    max_msg_size: 1 << 19,
    discard: 'new',
    allow_rollup_hdrs: true,
    allow_direct: false,
    deny_delete: false,
  });
  return new Kvm(link.stream).open(name, { replicas, allow_direct: false });
}

/** Open what is there already. Throws CortexdError('no_input') when it is not. */
export async function findStores(link: FleetLink, names: FleetNames): Promise<Pick<FleetStores, 'board' | 'models'>> {
  const { Kvm } = await client();
  const kv = new Kvm(link.stream);
  try {
    const board = await kv.open(names.board);
    await board.status();
    return { board, models: await kv.open(names.models) };
  } catch (error) {
    throw new CortexdError('no_input', `Expected the bucket ${names.board} but received: ${messageOf(error)}`, {
      hint: 'Has a node of this fleet been started? Is cluster.fleet its name? May this user read it?',
    });
  }
}

/** Take the last message of a subject away; resolves to whether there was one. */
export async function removeLast({ manager }: FleetLink, stream: string, subject: string): Promise<boolean> {
  const last = await within(
    2 * ASK_MS,
    'the last message of a subject',
    manager.streams.getMessage(stream, { last_by_subj: subject }),
  );
  if (last === null) return false;
  await within(2 * ASK_MS, 'a message to be deleted', manager.streams.deleteMessage(stream, last.seq, false));
  return true;
}

function readFor(key: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CortexdError('config', `Expected a file for ${key} but received: ${messageOf(error)}`, {
      hint: 'Check the path and that the daemon may read it.',
    });
  }
}

function refusal(urls: readonly string[], error: unknown): CortexdError {
  return new CortexdError(
    'unavailable',
    `Expected a NATS server at ${urls.join(', ')} but received: ${messageOf(error)}`,
    {
      hint: 'Check cluster.urls, its credentials and certificates, and that the servers run.',
      cause: error,
    },
  );
}
