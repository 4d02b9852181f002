/**
 * control-server.ts - what the command line asks of a running daemon, over a Unix socket in the state directory. Only the
 * daemon's own user and root can reach it: the socket is theirs.
 */
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type FastifyInstance, fastify } from 'fastify';
import { CortexdError, messageOf } from '../errors.ts';
import { VERDICTS, type Verdict } from '../records/commands.ts';
import { LABEL_PATTERN } from '../records/names.ts';
import { MAX_FILE } from '../store/cortex-file.ts';
import type { SnapshotInfo } from '../store/snapshots.ts';

export const CONTROL_SOCKET = 'control.sock';
/** Imported files may be as large as a model can be. */
const BODY_LIMIT = MAX_FILE;
const MAX_SOCKET_PATH = 107;

/** What can be asked. The daemon carries it out; the command line does the same on its own when no daemon runs. */
export type SnapshotPort = {
  readonly create: (name: string, camera: string | undefined) => Promise<SnapshotInfo>;
  readonly list: () => Promise<readonly SnapshotInfo[]>;
  /** Resolves to the name under which the replaced model is kept, or null. */
  readonly restore: (name: string, camera: string | undefined) => Promise<string | null>;
  /** Take back the last restore of a camera, or of any. */
  readonly undo: (
    camera: string | undefined,
  ) => Promise<{ readonly restored: string; readonly replaced: string | null }>;
  readonly remove: (name: string) => Promise<void>;
  readonly exportFile: (name: string) => Promise<Uint8Array>;
  readonly importFile: (name: string, file: Uint8Array) => Promise<SnapshotInfo>;
};

/** What can be told to a camera; see mqtt/commands.ts. */
export type ControlCommand =
  | { readonly kind: 'learning'; readonly on: boolean }
  | { readonly kind: 'feedback'; readonly verdict: Verdict; readonly event: string | null }
  | { readonly kind: 'label'; readonly name: string };

export type ControlPort = {
  readonly snapshots: SnapshotPort;
  readonly status: () => Promise<unknown>;
  /** `camera` undefined: the only one there is. */
  readonly command: (camera: string | undefined, command: ControlCommand) => Promise<unknown>;
};

export class ControlServer {
  readonly #app: FastifyInstance;
  readonly path: string;

  private constructor(app: FastifyInstance, path: string) {
    this.#app = app;
    this.path = path;
  }

  /** Listen. The caller holds the lock of the directory, so a socket file that is there is left over. */
  static async start(directory: string, port: ControlPort): Promise<ControlServer> {
    const path = socketPath(directory);
    rmSync(path, { force: true });
    const app = fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: true });
    addRoutes(app, port);
    try {
      await app.listen({ path });
    } catch (error) {
      throw new CortexdError('store', `Expected to listen on ${path} but received: ${messageOf(error)}`, {
        cause: error,
      });
    }
    // Whoever may enter the state directory (the group of the service) may talk to the daemon.
    chmodSync(path, 0o660);
    return new ControlServer(app, path);
  }

  async close(): Promise<void> {
    await this.#app.close();
    rmSync(this.path, { force: true });
  }
}

/** Path of the control socket; throws CortexdError('config') when the kernel could not take it. */
export function socketPath(directory: string): string {
  const path = join(directory, CONTROL_SOCKET);
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
    throw new CortexdError(
      'config',
      `Expected a state directory whose socket path has at most ${MAX_SOCKET_PATH} bytes but received ${path}`,
      {
        hint: 'Set state_directory to a shorter path.',
      },
    );
  }
  return path;
}

function addRoutes(app: FastifyInstance, { snapshots, status, command }: ControlPort): void {
  app.setErrorHandler((error, _request, reply) => {
    const known = error instanceof CortexdError;
    const code = known ? error.code : 'internal';
    return reply
      .code(code === 'internal' ? 500 : 400)
      .send({ code, message: messageOf(error), hint: known ? error.hint : undefined });
  });
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  app.get('/status', status);
  app.post<{ Body: { camera?: string; on: boolean } }>('/learning', { schema: { body: LEARNING } }, async ({ body }) =>
    command(body.camera, { kind: 'learning', on: body.on }),
  );
  app.post<{ Body: { camera?: string; verdict: Verdict; event?: string } }>(
    '/feedback',
    { schema: { body: FEEDBACK } },
    async ({ body }) => command(body.camera, { kind: 'feedback', verdict: body.verdict, event: body.event ?? null }),
  );
  app.post<{ Body: { camera?: string; name: string } }>('/label', { schema: { body: LABEL } }, async ({ body }) =>
    command(body.camera, { kind: 'label', name: body.name }),
  );
  app.get('/snapshots', snapshots.list);
  app.post<{ Body: { name: string; camera?: string } }>('/snapshots', { schema: { body: NAMED } }, async ({ body }) =>
    snapshots.create(body.name, body.camera),
  );
  app.post<{ Body: { name: string; camera?: string } }>(
    '/snapshots/restore',
    { schema: { body: NAMED } },
    async ({ body }) => ({
      replaced: await snapshots.restore(body.name, body.camera),
    }),
  );
  app.post<{ Body: { camera?: string } }>('/snapshots/undo', { schema: { body: PERHAPS_CAMERA } }, async ({ body }) =>
    snapshots.undo(body.camera),
  );
  app.delete<{ Params: { name: string } }>('/snapshots/:name', async ({ params }) => {
    await snapshots.remove(params.name);
    return {};
  });
  app.get<{ Params: { name: string } }>('/snapshots/:name/file', async ({ params }, reply) =>
    reply.type('application/octet-stream').send(Buffer.from(await snapshots.exportFile(params.name))),
  );
  app.put<{ Params: { name: string }; Body: Buffer }>('/snapshots/:name/file', async ({ params, body }) =>
    snapshots.importFile(params.name, body),
  );
}

const CAMERA = { type: 'string', maxLength: 64 } as const;
const PERHAPS_CAMERA = { type: 'object', additionalProperties: false, properties: { camera: CAMERA } } as const;
const LEARNING = {
  type: 'object',
  required: ['on'],
  additionalProperties: false,
  properties: { camera: CAMERA, on: { type: 'boolean' } },
} as const;
const FEEDBACK = {
  type: 'object',
  required: ['verdict'],
  additionalProperties: false,
  properties: { camera: CAMERA, verdict: { enum: VERDICTS }, event: { type: 'string', maxLength: 26 } },
} as const;
const LABEL = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: { camera: CAMERA, name: { type: 'string', pattern: LABEL_PATTERN } },
} as const;

const NAMED = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: { name: { type: 'string' }, camera: { type: 'string' } },
} as const;
