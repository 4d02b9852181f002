/**
 * bus.ts - the way out to the broker: connected for as long as the program runs, whatever the broker does.
 *
 *     connect (5, else 3.1.1) -> say online, send all retained state -> send events from the outbox -> lost -> wait -> again
 *
 * Nothing here ever blocks or fails its caller. Retained state is kept and sent again on every connect; messages of QoS 0
 * are dropped while offline; events wait in the outbox. The log has one line per change of state.
 */
import { messageOf } from '../errors.ts';
import { withoutUser } from '../config/hidden.ts';
import { redact } from '../redact.ts';
import { backoffMs } from './backoff.ts';
import { Link, type LinkOptions, type ProtocolVersion, type Qos } from './link.ts';
import { OutboxPump, type OutboxPort } from './outbox.ts';
import type { Refusal } from './refusal.ts';
import { Listeners } from './listeners.ts';
import { SizeLimit, type Sized, packetBytes } from './size-limit.ts';
import { TOPICS } from './topics.ts';

/** One line of the log. */
export type BusLog = (level: 'info' | 'warn', message: string, fields: { readonly [key: string]: unknown }) => void;

/** How each kind of message is sent; see Delivery in topics.ts. */
export type DeliveryOptions = {
  readonly stateQos: Qos;
  readonly eventQos: Qos;
  readonly streamQos: Qos;
  /** Whether the broker keeps state for those who come later. */
  readonly retain: boolean;
};
export const DEFAULT_DELIVERY: DeliveryOptions = { stateQos: 1, eventQos: 1, streamQos: 0, retain: true };

export type BusOptions = Omit<LinkOptions, 'url' | 'will' | 'connectTimeoutMs' | 'onMessage'> & {
  /** Brokers, the preferred one first; the next is tried when one does not answer. */
  readonly urls: readonly string[];
  readonly baseTopic: string;
  readonly delivery?: DeliveryOptions;
  readonly log: BusLog;
  /** Where events wait; without it none are sent. */
  readonly outbox?: OutboxPort;
  readonly connectTimeoutMs?: number;
  /** Protocol version that each broker is tried with first; 5 unless said. */
  readonly versions?: readonly ProtocolVersion[];
  /** First and longest pause between two attempts (ms). */
  readonly retryMs?: readonly [first: number, longest: number];
};

/** What `status` and the live page say about the broker. */
export type BusStatus = {
  readonly state: 'connecting' | 'online' | 'offline' | 'closed';
  /** Why there is no connection. */
  readonly reason: string | null;
  readonly hint: string | null;
  /** The broker that is, or was last, spoken to; without its password. */
  readonly url: string;
  /** '5.0' or '3.1.1' while online */
  readonly protocol: '5.0' | '3.1.1' | null;
  /** Connections so far, messages of QoS 0 that were dropped, events acknowledged. */
  readonly connects: number;
  readonly dropped: number;
  readonly eventsSent: number;
};

const ONLINE = JSON.stringify({ state: 'online' });
const OFFLINE = JSON.stringify({ state: 'offline' });
/** A connection that lasted less than this counts as failed; three in a row hint at a second client with our id. */
const SHORT_MS = 5000;
const SHORT_IN_A_ROW = 3;
/** Reason code of MQTT 5 (§2.4). */
const TOO_LARGE = 149;
/** Pause after an event that the broker or the store refused. */
const REFUSED_EVENT_MS = 30_000;
/** So many topics are named that the broker does not take. */
const MOST_NAMED = 50;

/** The broker would hang up on it. */
class TooLarge extends Error {
  constructor(topic: string) {
    super(`the message on ${topic} is larger than the broker takes`);
  }
}

export class Bus {
  readonly #options: BusOptions;
  readonly #pump: OutboxPump | undefined;
  readonly #delivery: DeliveryOptions;
  /** whole topic -> payload, in the order of first setting */
  readonly #retained = new Map<string, string>();
  readonly #listeners = new Listeners();
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #link: Link | undefined;
  /** Which of the brokers is tried, and the protocol version each speaks. */
  #broker = 0;
  readonly #versions: ProtocolVersion[];
  #status: Pick<BusStatus, 'state' | 'reason' | 'hint' | 'protocol'> = {
    state: 'connecting',
    reason: null,
    hint: null,
    protocol: null,
  };
  #connects = 0;
  #dropped = 0;
  readonly #size = new SizeLimit();
  readonly #namedTooLarge = new Set<string>();
  /** What the broker has refused a connection for. */
  #mostQos: Qos = 1;
  #mayRetain = true;
  /** Why MQTT 5 was refused, until the broker is reached: the fall-back may know less. */
  #firstRefusal: Refusal | null = null;

  constructor(options: BusOptions) {
    this.#options = options;
    this.#delivery = options.delivery ?? DEFAULT_DELIVERY;
    this.#versions = options.urls.map((_, i) => options.versions?.[i] ?? 5);
    this.#pump = options.outbox === undefined ? undefined : new OutboxPump(options.outbox);
  }

  get status(): BusStatus {
    const url = withoutUser(this.#url);
    return {
      ...this.#status,
      url,
      connects: this.#connects,
      dropped: this.#dropped,
      eventsSent: this.#pump?.sent ?? 0,
    };
  }

  get #url(): string {
    return this.#options.urls[this.#broker]!;
  }

  /** Begin to connect; returns at once. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Set retained state; sent now if possible, and again on every connect. `path` is relative to the base topic. */
  retain(path: string, payload: string): void {
    this.retainAt(this.#topic(path), payload);
  }

  /** The same for a whole topic. */
  retainAt(topic: string, payload: string): void {
    if (this.#retained.get(topic) === payload) return;
    this.#retained.set(topic, payload);
    this.#sendRetained(topic, payload);
  }

  /** Take retained state back: the broker forgets it. `topic` is whole. */
  forgetAt(topic: string): void {
    this.#retained.delete(topic);
    this.#sendRetained(topic, '');
  }

  /** The same on the next connect, once: nothing is known of it here. `path` is relative to the base topic. */
  forgetSoon(path: string): void {
    this.retain(path, '');
  }

  /** The same for a path below the base topic. */
  forget(path: string): void {
    this.forgetAt(this.#topic(path));
  }

  /** Send all retained state once more, for someone who has just come. */
  resend(): void {
    for (const [topic, payload] of this.#retained) this.#sendRetained(topic, payload);
  }

  /** Send what is not kept here (`retain`: the broker may keep the last); dropped and counted while offline or when the broker is too slow. */
  send(path: string, payload: string | Uint8Array, qos: Qos = this.#delivery.streamQos, retain = false): void {
    const link = this.#link;
    if (!link?.isOpen || link.isSlow) {
      this.#dropped++;
      return;
    }
    this.#sendOn(link, this.#topic(path), payload, qos, retain).catch(() => this.#dropped++);
  }

  /** The quality of service of answers and events: what is configured, as far as the broker knows it. */
  get eventQos(): Qos {
    return this.#delivery.eventQos;
  }

  /** Send what fits, as the broker allows it; what does not fit is named once and not sent. */
  async #sendOn(link: Link, topic: string, payload: string | Uint8Array, qos: Qos, retain: boolean): Promise<void> {
    const message = { topic, bytes: packetBytes(topic, payload) };
    if (message.bytes > this.#size.limit) {
      this.#tooLarge(message);
      throw new TooLarge(topic);
    }
    this.#size.sent(message);
    const allowed = this.#mostQos === 0 ? 0 : (Math.min(qos, link.limits.qos) as Qos);
    await link.send(topic, payload, allowed, retain && link.limits.retain && this.#mayRetain);
    if (allowed > 0) this.#size.acknowledged(message);
  }

  #tooLarge({ topic, bytes }: Sized): void {
    if (this.#namedTooLarge.has(topic) || this.#namedTooLarge.size > MOST_NAMED) return;
    this.#namedTooLarge.add(topic);
    const { limit } = this.#size;
    this.#options.log('warn', 'a message is larger than the broker takes and is left out', { topic, bytes, limit });
  }

  /**
   * Hear every message of `filter` (a whole topic; "+" stands for one level) from now on; with
   * `retained` instead what lies at the broker when it is subscribed to: such messages are old.
   */
  listen(filter: string, listener: (payload: string, topic: string) => void, retained = false): void {
    const isNew = this.#listeners.add(filter, listener, retained);
    if (isNew && this.#link?.isOpen) this.#subscribe(this.#link, filter);
  }

  /** A new event lies in the outbox. */
  outboxChanged(): void {
    this.#pump?.wake();
  }

  /** Say `offline`, wait for the broker to have it, and disconnect; all within `limitMs`. */
  async close(limitMs = 2000): Promise<void> {
    const link = this.#link;
    this.#closing.abort();
    const timer = setTimeout(() => link?.destroy(), limitMs);
    if (link?.isOpen) {
      const { stateQos, retain } = this.#delivery;
      await this.#sendOn(link, this.#topic(TOPICS.bridgeState.path), OFFLINE, stateQos, retain).catch(() => undefined);
      await Promise.race([link.end(), link.closed]);
    }
    link?.destroy();
    await this.#running;
    clearTimeout(timer);
    this.#status = { state: 'closed', reason: null, hint: null, protocol: null };
  }

  #topic(path: string): string {
    return `${this.#options.baseTopic}/${path}`;
  }

  #sendRetained(topic: string, payload: string): void {
    const link = this.#link;
    if (!link?.isOpen) return;
    // Lost with the connection or refused: it is sent again on the next connect.
    this.#sendOn(link, topic, payload, this.#delivery.stateQos, this.#delivery.retain || payload === '').catch(
      () => undefined,
    );
  }

  #subscribe(link: Link, topic: string): void {
    link.subscribe(topic).catch((error: unknown) => {
      if (link.isOpen)
        this.#options.log('warn', 'a topic cannot be heard', { topic, reason: redact(messageOf(error)) });
    });
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let failures = 0;
    let short = 0;
    while (!signal.aborted) {
      const link = this.#open();
      const refusal = await link.opened;
      if (refusal === null) {
        const since = performance.now();
        this.#online(link);
        const lost = await link.closed;
        if (signal.aborted) break;
        short = performance.now() - since < SHORT_MS ? short + 1 : 0;
        failures = short;
        this.#offline(this.#explain(lost, short));
        // The preferred broker first: it may be back.
        this.#broker = 0;
      } else {
        if (signal.aborted) break;
        if (this.#yieldsTo(refusal)) continue;
        const version = this.#versions[this.#broker];
        const fallBack = refusal.versionSuspect && version === 5;
        if (refusal.versionSuspect) this.#versions[this.#broker] = fallBack ? 4 : 5;
        // The other version is tried at once; only when neither works is there something to tell.
        if (fallBack) {
          this.#firstRefusal = refusal;
          continue;
        }
        const first = this.#firstRefusal;
        this.#firstRefusal = null;
        // "Closed the connection" to the older version says less than what was said to the newer one.
        this.#offline(first !== null && refusal.code === null && !first.versionSuspect ? first : refusal);
        this.#broker = (this.#broker + 1) % this.#versions.length;
        // Another broker may be there: it is asked at once. After the last one there is a pause.
        if (this.#broker !== 0) continue;
        failures++;
      }
      const [first, longest] = this.#options.retryMs ?? [1000, 60_000];
      await pause(backoffMs(failures, first, longest, Math.random), signal);
    }
  }

  /** The broker cannot do what was asked of it in connecting: ask for less. Returns whether there is less to ask for. */
  #yieldsTo({ code }: Refusal): boolean {
    const [mostQos, mayRetain] = [this.#mostQos, this.#mayRetain];
    if (code === 155) this.#mostQos = 0;
    if (code === 154) this.#mayRetain = false;
    return mostQos !== this.#mostQos || mayRetain !== this.#mayRetain;
  }

  /** Why a connection was lost; `short`: how many in a row were lost just after connecting. */
  #explain(lost: Refusal, short: number): Refusal {
    const isSuspect = lost.code === TOO_LARGE || (lost.code === null && short >= SHORT_IN_A_ROW - 1);
    const suspect = isSuspect ? this.#size.hungUp() : null;
    if (suspect !== null) {
      this.#tooLarge(suspect);
      const reason = `${lost.reason} after a message of ${suspect.bytes} bytes on ${suspect.topic}, which is not sent again`;
      return { ...lost, reason, hint: 'Raise the limit of the broker for messages.' };
    }
    return short >= SHORT_IN_A_ROW && lost.code === null ? perhapsDuplicate(lost, this.#options.clientId) : lost;
  }

  #open(): Link {
    const { connectTimeoutMs = 15_000 } = this.#options;
    const { stateQos, retain } = this.#delivery;
    const qos = Math.min(stateQos, this.#mostQos) as Qos;
    const state = this.#topic(TOPICS.bridgeState.path);
    const will = { topic: state, payload: OFFLINE, qos, retain: retain && this.#mayRetain };
    const onMessage: LinkOptions['onMessage'] = (topic, payload, isRetained) =>
      this.#listeners.tell(topic, payload, isRetained);
    const options = { ...this.#options, url: this.#url, connectTimeoutMs, will, onMessage };
    this.#link = new Link(options, this.#versions[this.#broker]!);
    return this.#link;
  }

  #online(link: Link): void {
    const protocol = this.#versions[this.#broker] === 5 ? '5.0' : '3.1.1';
    this.#status = { state: 'online', reason: null, hint: null, protocol };
    this.#connects++;
    this.#firstRefusal = null;
    this.#size.connected(link.limits.packetBytes);
    this.#options.log('info', 'connected to the broker', { broker: withoutUser(this.#url), protocol });
    this.#sendRetained(this.#topic(TOPICS.bridgeState.path), ONLINE);
    for (const filter of this.#listeners.filters) this.#subscribe(link, filter);
    this.resend();
    if (this.#pump !== undefined) void this.#pumpEvents(this.#pump, link);
  }

  /** Send events for as long as this link lasts. */
  async #pumpEvents(pump: OutboxPump, link: Link): Promise<void> {
    const ended = new AbortController();
    void link.closed.then(() => ended.abort());
    this.#closing.signal.addEventListener('abort', () => ended.abort(), { signal: ended.signal });
    while (link.isOpen && !ended.signal.aborted) {
      try {
        await pump.run(
          (row) =>
            this.#sendOn(link, this.#topic(row.topic), row.payload, this.#delivery.eventQos, false).catch(
              (error: unknown) => {
                // It will never fit: those behind it must not wait for it.
                if (!(error instanceof TooLarge)) throw error;
              },
            ),
          ended.signal,
        );
      } catch (error) {
        if (!link.isOpen || ended.signal.aborted) return;
        this.#options.log('warn', 'an event could not be sent and waits', { reason: redact(messageOf(error)) });
        await pause(REFUSED_EVENT_MS, ended.signal);
      }
    }
  }

  #offline({ reason, hint }: Refusal): void {
    const isNews = this.#status.state !== 'offline' || this.#status.reason !== reason;
    this.#status = { state: 'offline', reason, hint, protocol: null };
    if (!isNews) return;
    const fields = { broker: withoutUser(this.#url), reason, ...(hint === null ? {} : { hint }) };
    this.#options.log('warn', 'no connection to the broker, trying again', fields);
  }
}

function perhapsDuplicate(lost: Refusal, clientId: string): Refusal {
  return {
    ...lost,
    reason: `${lost.reason}, again and again just after connecting: perhaps another client with the id "${clientId}"`,
    hint: 'Give each daemon its own mqtt.client_id; the log of the broker says whether that is it.',
    versionSuspect: false,
  };
}

/** Wait, or until aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
