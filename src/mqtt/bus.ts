/**
 * bus.ts - the way out to the broker: connected for as long as the program runs, whatever the broker does.
 *
 *     connect (5, else 3.1.1) -> say online, send all retained state -> send events from the outbox -> lost -> wait -> again
 *
 * Nothing here ever blocks or fails its caller. Retained state is kept and sent again on every connect; messages of QoS 0
 * are dropped while offline; events wait in the outbox. The log has one line per change of state.
 */
import { messageOf } from '../errors.ts';
import { redact } from '../redact.ts';
import { backoffMs } from './backoff.ts';
import { Link, type LinkOptions, type ProtocolVersion } from './link.ts';
import { OutboxPump, type OutboxPort } from './outbox.ts';
import type { Refusal } from './refusal.ts';
import { QOS, TOPICS } from './topics.ts';

/** One line of the log. */
export type BusLog = (level: 'info' | 'warn', message: string, fields: { readonly [key: string]: unknown }) => void;

export type BusOptions = Omit<LinkOptions, 'will' | 'connectTimeoutMs' | 'onMessage'> & {
  readonly baseTopic: string;
  readonly log: BusLog;
  /** Where events wait; without it none are sent. */
  readonly outbox?: OutboxPort;
  readonly connectTimeoutMs?: number;
  /** First and longest pause between two attempts (ms). */
  readonly retryMs?: readonly [first: number, longest: number];
};

/** What `status` and the live page say about the broker. */
export type BusStatus = {
  readonly state: 'connecting' | 'online' | 'offline' | 'closed';
  /** Why there is no connection. */
  readonly reason: string | null;
  readonly hint: string | null;
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
/** Pause after an event that the broker or the store refused. */
const REFUSED_EVENT_MS = 30_000;

export class Bus {
  readonly #options: BusOptions;
  readonly #pump: OutboxPump | undefined;
  /** path -> payload, in the order of first setting */
  readonly #retained = new Map<string, string>();
  /** topic (whole, not below the base) -> who hears it */
  readonly #listeners = new Map<string, ((payload: string) => void)[]>();
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #link: Link | undefined;
  #version: ProtocolVersion = 5;
  #status: Pick<BusStatus, 'state' | 'reason' | 'hint' | 'protocol'> = {
    state: 'connecting',
    reason: null,
    hint: null,
    protocol: null,
  };
  #connects = 0;
  #dropped = 0;

  constructor(options: BusOptions) {
    this.#options = options;
    this.#pump = options.outbox === undefined ? undefined : new OutboxPump(options.outbox);
  }

  get status(): BusStatus {
    return { ...this.#status, connects: this.#connects, dropped: this.#dropped, eventsSent: this.#pump?.sent ?? 0 };
  }

  /** Begin to connect; returns at once. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Set retained state; sent now if possible, and again on every connect. `path` is relative to the base topic. */
  retain(path: string, payload: string): void {
    if (this.#retained.get(path) === payload) return;
    this.#retained.set(path, payload);
    this.#sendRetained(path, payload);
  }

  /** Send with QoS 0; dropped and counted while offline or when the broker is too slow. */
  send(path: string, payload: string | Uint8Array): void {
    const link = this.#link;
    if (!link?.isOpen || link.isSlow) {
      this.#dropped++;
      return;
    }
    link.send(this.#topic(path), payload, QOS.stream, false).catch(() => this.#dropped++);
  }

  /** Hear every message of `topic` (whole, without wildcards) from now on. Retained messages are old and left out. */
  listen(topic: string, listener: (payload: string) => void): void {
    const listeners = this.#listeners.get(topic) ?? [];
    this.#listeners.set(topic, [...listeners, listener]);
    if (listeners.length === 0 && this.#link?.isOpen) this.#subscribe(this.#link, topic);
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
      await link.send(this.#topic(TOPICS.bridgeState.path), OFFLINE, QOS.state, true).catch(() => undefined);
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

  #sendRetained(path: string, payload: string): void {
    if (!this.#link?.isOpen) return;
    // Lost with the connection or refused: it is sent again on the next connect.
    this.#link.send(this.#topic(path), payload, QOS.state, true).catch(() => undefined);
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
        this.#offline(short >= SHORT_IN_A_ROW ? duplicateId(lost, this.#options.clientId) : lost);
      } else {
        if (signal.aborted) break;
        failures++;
        const fallBack = refusal.versionSuspect && this.#version === 5;
        if (refusal.versionSuspect) this.#version = fallBack ? 4 : 5;
        // The other version is tried at once; only when neither works is there something to tell.
        if (fallBack) continue;
        this.#offline(refusal);
      }
      const [first, longest] = this.#options.retryMs ?? [1000, 60_000];
      await pause(backoffMs(failures, first, longest, Math.random), signal);
    }
  }

  #open(): Link {
    const { connectTimeoutMs = 15_000 } = this.#options;
    const will = { topic: this.#topic(TOPICS.bridgeState.path), payload: OFFLINE };
    const onMessage = (topic: string, payload: string, isRetained: boolean): void => {
      if (!isRetained) for (const listener of this.#listeners.get(topic) ?? []) listener(payload);
    };
    this.#link = new Link({ ...this.#options, connectTimeoutMs, will, onMessage }, this.#version);
    return this.#link;
  }

  #online(link: Link): void {
    const protocol = this.#version === 5 ? '5.0' : '3.1.1';
    this.#status = { state: 'online', reason: null, hint: null, protocol };
    this.#connects++;
    this.#options.log('info', 'connected to the broker', { broker: redact(this.#options.url), protocol });
    this.#sendRetained(TOPICS.bridgeState.path, ONLINE);
    for (const [path, payload] of this.#retained) this.#sendRetained(path, payload);
    for (const topic of this.#listeners.keys()) this.#subscribe(link, topic);
    if (this.#pump !== undefined) void this.#pumpEvents(this.#pump, link);
  }

  /** Send events for as long as this link lasts. */
  async #pumpEvents(pump: OutboxPump, link: Link): Promise<void> {
    const ended = new AbortController();
    void link.closed.then(() => ended.abort());
    this.#closing.signal.addEventListener('abort', () => ended.abort(), { signal: ended.signal });
    while (link.isOpen && !ended.signal.aborted) {
      try {
        await pump.run((row) => link.send(this.#topic(row.topic), row.payload, QOS.event, false), ended.signal);
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
    const fields = { broker: redact(this.#options.url), reason, ...(hint === null ? {} : { hint }) };
    this.#options.log('warn', 'no connection to the broker, trying again', fields);
  }
}

function duplicateId({ reason }: Refusal, clientId: string): Refusal {
  return {
    reason: `${reason}, again and again just after connecting: probably another client with the id "${clientId}"`,
    hint: 'Give each daemon its own mqtt.client_id.',
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
