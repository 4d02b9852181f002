/**
 * event-stream.ts - events go from the journal into a stream of the cluster: each that was journaled, in order.
 *
 * The id of a message is the hash of the record. Before anything is sent after a pause or a failure the last message of this
 * node is looked up and what waits up to it is left out, so that what was stored, but whose answer never came or was not noted
 * before a power cut, is not sent again. What the cluster stores after it was given up for lost is there twice, with one
 * id. (The servers could leave out ids that they know, but see docs/decisions/0223-first-in-the-order.md.)
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import { OutboxPump, type OutboxRow } from '../mqtt/outbox.ts';
import type { FleetLink } from './link.ts';
import type { FleetNames } from './names.ts';

export type EventStreamOptions = {
  readonly link: FleetLink;
  readonly names: FleetNames;
  readonly node: string;
  /** Of the stream, when it is made: copies, and bytes that it may have. */
  readonly replicas: number;
  readonly bytes: number;
  /** The oldest messages; `topic` is the name of the camera. */
  readonly take: (limit: number) => Promise<readonly OutboxRow[]>;
  readonly acknowledged: (id: number) => Promise<void>;
  readonly warn: (message: string) => void;
};

/** Header with the fencing token of the event. */
export const TOKEN_HEADER = 'Cortexd-Token';
/** Header with the hash of the record. */
export const ID_HEADER = 'Cortexd-Id';
/** After a failure nothing is sent for so long, so that what is on its way arrives (ms). */
const AGAIN_MS = 3000;
/** So many messages can be stored and not be noted as such: the journal notes them a hundred at a time. */
const MOST_UNNOTED = 256;

export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #pump: OutboxPump;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#pump = new OutboxPump({ take: options.take, acknowledged: options.acknowledged });
  }

  /** Events that the cluster has acknowledged since the start. */
  get sent(): number {
    return this.#pump.sent;
  }

  /** There may be something new. */
  wake(): void {
    this.#pump.wake();
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let isFailing = false;
    while (!signal.aborted) {
      try {
        await this.#prepare();
        const last = await this.#lastStored();
        await this.#pump.run(async (row) => {
          if (row.id > last) await this.#send(row);
          isFailing = false;
        }, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!isFailing) this.#options.warn(`Events wait for the stream of the fleet: ${messageOf(error)}`);
        isFailing = true;
        await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #prepare(): Promise<void> {
    const { link, names, replicas, bytes } = this.#options;
    try {
      await link.manager.streams.info(names.events);
    } catch (error) {
      if ((error as { code?: unknown }).code !== STREAM_NOT_FOUND) throw error;
      await link.manager.streams.add({
        name: names.events,
        subjects: [names.eventSubjects],
        num_replicas: replicas,
        max_bytes: bytes,
      });
    }
  }

  /** Row of those that wait up to which the stream has them all; 0: none. */
  async #lastStored(): Promise<number> {
    const { link, names, node, take } = this.#options;
    const message = await link.manager.streams.getMessage(names.events, { last_by_subj: names.eventsOf(node) });
    const id = message?.header.get(ID_HEADER);
    const waiting = id === undefined ? [] : await take(MOST_UNNOTED);
    return waiting.findLast(({ payload }) => idOf(payload) === id)?.id ?? 0;
  }

  async #send({ topic: camera, payload }: OutboxRow): Promise<void> {
    const { link, names, node } = this.#options;
    const headers = link.headers();
    const { token } = JSON.parse(payload) as { token?: number };
    if (token !== undefined) headers.set(TOKEN_HEADER, String(token));
    headers.set(ID_HEADER, idOf(payload));
    await link.stream.publish(names.eventOf(node, camera), payload, { headers });
  }
}

function idOf(payload: string): string {
  return createHash('sha256').update(payload).digest('hex').slice(0, 32);
}

const STREAM_NOT_FOUND = 10059;
