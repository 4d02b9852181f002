/**
 * link.ts - one connection to the broker, from the first attempt until it ends; a new one is a new link.
 *
 * mqtt.js does the protocol. Reconnecting, fall-back and resending are done by Bus, which knows what is worth resending;
 * so mqtt.js is told to do none of it.
 */
import type { Duplex } from 'node:stream';
import { type IClientOptions, type MqttClient, connect } from 'mqtt';
import { PacketGate } from './packet-gate.ts';
import { CLOSED_IN_HANDSHAKE, type Refusal, explainRefusal } from './refusal.ts';

export type LinkOptions = {
  readonly url: string;
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly keepaliveS: number;
  readonly connectTimeoutMs: number;
  readonly acknowledgeMs?: number;
  readonly will: { readonly topic: string; readonly payload: string; readonly qos: Qos; readonly retain: boolean };
  /** Called for every message of a topic that was subscribed to. */
  readonly onMessage: (topic: string, payload: string, isRetained: boolean) => void;
  readonly tls: {
    readonly ca?: Buffer | undefined;
    readonly cert?: Buffer | undefined;
    readonly key?: Buffer | undefined;
    /** Name for SNI and for the check of the certificate, when it is not the host of the URL. */
    readonly serverName?: string | undefined;
  };
};

export type ProtocolVersion = 4 | 5;
export type Qos = 0 | 1;

/** What a broker of MQTT 5 says that it can do. */
export type BrokerLimits = {
  readonly packetBytes: number | undefined;
  readonly qos: Qos;
  readonly retain: boolean;
};

/** Longer topics are no topics of ours; nothing is done with such a message (characters). */
const LONGEST_TOPIC = 1024;
/** A message of QoS 1 that is not acknowledged within this is lost, and with it the connection (ms). */
const ACKNOWLEDGE_MS = 20_000;

/** More unsent bytes than this mean that the broker is slower than we are. */
const SLOW_BROKER_BYTES = 1 << 20;

/** Messages that come in are cut to this (bytes); no command and no sensor needs as much. */
const MOST_INCOMING_BYTES = 256 << 10;

const CLOSED: Refusal = { reason: 'closed', hint: null, versionSuspect: false, code: null };

export class Link {
  /** Resolves to null when the broker has let us in, or to why not. */
  readonly opened: Promise<Refusal | null>;
  /** Resolves when the connection has ended (or never came about). */
  readonly closed: Promise<Refusal>;
  #client: MqttClient | undefined;
  #isOpen = false;
  limits: BrokerLimits = { packetBytes: undefined, qos: 1, retain: true };
  readonly #acknowledgeMs: number;
  /** Rejects every message that has not been acknowledged; a set, since `closed` may stay pending for months. */
  readonly #pending = new Set<(error: Error) => void>();
  #finish: (refusal: Refusal) => void = () => undefined;

  constructor(options: LinkOptions, protocolVersion: ProtocolVersion) {
    this.#acknowledgeMs = options.acknowledgeMs ?? ACKNOWLEDGE_MS;
    let open: (refusal: Refusal | null) => void;
    this.opened = new Promise((resolve) => (open = resolve));
    this.closed = new Promise((resolve) => {
      this.#finish = (refusal) => {
        this.#isOpen = false;
        open(refusal);
        resolve(refusal);
        for (const reject of this.#pending) reject(new Error(refusal.reason));
        this.#pending.clear();
      };
    });
    try {
      this.#client = connectThroughGate(options, protocolVersion);
    } catch (error) {
      this.#finish(explainRefusal(error, null));
      return;
    }
    let brokerCode: number | null = null;
    this.#client
      .on('connect', ({ properties }) => {
        const { maximumPacketSize: packetBytes, maximumQoS, retainAvailable = true } = properties ?? {};
        this.limits = { packetBytes, qos: maximumQoS === 0 ? 0 : 1, retain: retainAvailable };
        this.#isOpen = true;
        open(null);
      })
      .on('message', (topic, payload, { retain }) => {
        if (topic.length <= LONGEST_TOPIC) options.onMessage(topic, payload.toString(), retain);
      })
      .on('disconnect', ({ reasonCode }) => (brokerCode = reasonCode ?? null))
      .on('error', (error) => {
        this.#finish(explain(error));
        this.destroy();
      })
      .on('close', () => {
        this.#finish(explain(null));
        this.destroy();
      });
    const isTls = /^(mqtts|wss):/.test(options.url);
    const explain = (error: unknown): Refusal => {
      const refusal = explainRefusal(error, brokerCode);
      const isSilent = refusal.code === null && refusal.hint === null;
      return isTls && !this.#isOpen && isSilent ? CLOSED_IN_HANDSHAKE : refusal;
    };
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether more is waiting to be sent than a healthy connection would leave. */
  get isSlow(): boolean {
    return (this.#client?.stream.writableLength ?? 0) > SLOW_BROKER_BYTES;
  }

  /** Resolves when sent (QoS 0) or acknowledged (QoS 1); rejects when the link ends before or the broker says no. */
  async send(topic: string, payload: string | Uint8Array, qos: Qos, retain: boolean): Promise<void> {
    const client = this.#client;
    if (!this.#isOpen || client === undefined) throw new Error('Expected an open connection to the broker');
    const bytes =
      typeof payload === 'string' ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    const timer = qos === 0 ? undefined : setTimeout(() => this.#unacknowledged(topic), this.#acknowledgeMs);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#pending.add(reject);
        client.publish(topic, bytes, { qos, retain }, (error) => {
          this.#pending.delete(reject);
          if (error) reject(error);
          else resolve();
        });
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Pings may be answered all the same: only a new connection brings the message over. */
  #unacknowledged(topic: string): void {
    const seconds = this.#acknowledgeMs / 1000;
    this.#finish({
      reason: `the broker did not acknowledge a message within ${seconds} s (${topic})`,
      hint: null,
      versionSuspect: false,
      code: null,
    });
    this.destroy();
  }

  /** Hear a topic from now on; rejects when the broker does not allow it. */
  async subscribe(topic: string): Promise<void> {
    const granted = await this.#client?.subscribeAsync(topic, { qos: 1 });
    // 128 and above are refusals.
    if (granted?.some(({ qos }) => qos >= 128)) throw new Error(`the broker does not allow to hear ${topic}`);
  }

  /** Say good-bye to the broker, so that it does not send the will. */
  async end(): Promise<void> {
    if (this.#client !== undefined && this.#isOpen) await this.#client.endAsync(false);
    this.#finish(CLOSED);
  }

  /** Drop the connection at once. */
  destroy(): void {
    this.#client?.end(true);
    this.#finish(CLOSED);
  }
}

/** A client whose incoming messages pass a PacketGate before the library collects them. */
function connectThroughGate(options: LinkOptions, protocolVersion: ProtocolVersion): MqttClient {
  const client = connect(options.url, { ...clientOptions(options, protocolVersion), manualConnect: true });
  // The library offers no place between its socket and its parser; tests show that this one is still there.
  const inside = client as unknown as { streamBuilder: (client: MqttClient) => Duplex };
  const build = inside.streamBuilder;
  inside.streamBuilder = (asking) => {
    const stream = build(asking);
    const pipe = stream.pipe.bind(stream);
    stream.pipe = (parser) => {
      const gate = new PacketGate(MOST_INCOMING_BYTES);
      gate.on('error', (error) => client.emit('error', error));
      return pipe(gate).pipe(parser);
    };
    return stream;
  };
  client.connect();
  return client;
}

function clientOptions(options: LinkOptions, protocolVersion: ProtocolVersion): IClientOptions {
  const { ca, cert, key, serverName } = options.tls;
  return {
    protocolVersion,
    clientId: options.clientId,
    clean: true,
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.password === undefined ? {} : { password: options.password }),
    keepalive: options.keepaliveS,
    connectTimeout: options.connectTimeoutMs,
    // What we send must not put off the question whether the broker is still there: a half-open connection swallows it all.
    reschedulePings: false,
    reconnectPeriod: 0,
    reconnectOnConnackError: false,
    resubscribe: false,
    queueQoSZero: false,
    // By itself it keeps a buffer object for each of the 65,536 packet numbers: 8 MB for two bytes that are quickly written.
    writeCache: false,
    will: { ...options.will, payload: Buffer.from(options.will.payload) },
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    // For wss:// the library hands on only what stands in wsOptions.
    ...(serverName === undefined ? {} : { servername: serverName, wsOptions: { servername: serverName } as object }),
  };
}
