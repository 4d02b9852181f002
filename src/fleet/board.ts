/**
 * board.ts - what all nodes of a fleet agree on: entries that are only ever written over what the writer has seen.
 *
 * The cluster gives all writes one order, and keeps the last ones of each writer of an entry. A write says how many there were
 * before it; of several that say the same the one that came first in the order counts. So everybody who has read as far knows the
 * same answer, and a writer knows whether it was first as soon as it has read its own write. Nothing is asked of the servers but
 * that order. (They can compare revisions and leave out what is sent twice themselves, but in version 2.9 copies of a stream on
 * which either happens come apart when a server dies; measured, docs/decisions/0223-first-in-the-order.md.)
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KV, KvWatchOptions } from '@nats-io/kv';
import { within } from './deadline.ts';
import { ASK_MS as SEND_MS, type FleetLink } from './link.ts';
import type { Kind } from './names.ts';
import {
  CameraEntry,
  DrainOrder,
  LeaseRecord,
  MoveOrder,
  Newer,
  NodeRecord,
  reader,
  writtenByNewer,
} from './records.ts';

type Values = {
  readonly camera: CameraEntry;
  readonly lease: LeaseRecord;
  readonly node: NodeRecord;
  readonly move: MoveOrder;
  readonly drain: DrainOrder;
};

/**
 * `value` null: deleted, or not readable. `newer`: the version of the record, where a newer cortexd has written it (then there is no
 * value); else null. `revision`: how many writes there were. `seenMs`: by the clock of the board. `writtenAt`: by the
 * cluster (ms since 1970).
 */
export type Entry<T> = {
  readonly value: T | null;
  readonly newer: number | null;
  readonly revision: number;
  readonly seenMs: number;
  readonly writtenAt: number;
};

/** Of the writes of one writer that say the highest number the first. `order`: its place among all writes. */
type Written = Entry<Values[Kind]> & { readonly writer: string; readonly order: number };

const READERS: { readonly [K in Kind]: (bytes: Uint8Array) => Values[K] | Newer | null } = {
  camera: reader(CameraEntry),
  lease: reader(LeaseRecord),
  node: reader(NodeRecord),
  move: reader(MoveOrder),
  drain: reader(DrainOrder),
};

/** All that is kept is read, since of a write that was sent several times the first counts. */
const HISTORY: KvWatchOptions = { key: '>', include: 'history' };
const AGAIN_MS = 200;
/** One's own renewals alone are heard more often, unless leases are very long (ms). */
const SILENCE_MS = 7000;
/** One's own write is read again within this, or it is not known what has become of it (ms). */
const READ_MS = 2000;

export class Board {
  readonly #kv: KV;
  readonly #link: FleetLink;
  readonly #bucket: string;
  readonly #writer: string;
  readonly #now: () => number;
  /** Entry -> writer -> its write that counts. */
  readonly #entries = new Map<string, Map<string, Written>>();
  readonly #closing = new AbortController();
  /** So far in the order has been read. */
  #read = 0;
  readonly #readers = new Set<() => void>();
  /** When the bucket was made: another one begins at nothing. */
  #madeAt = '';
  /** When the cluster was heard last, and since when it is after it was not for long; by the clock of the board. */
  #heardMs: number;
  #backSinceMs = -Infinity;
  #watch: { stop: () => void } | undefined;
  #running: Promise<void> | undefined;

  /** `writer`: nobody else may have that name. */
  constructor(kv: KV, link: FleetLink, bucket: string, writer: string, now: () => number = () => performance.now()) {
    this.#kv = kv;
    this.#link = link;
    this.#bucket = bucket;
    this.#writer = writer;
    this.#now = now;
    this.#heardMs = now();
  }

  /** Read on and on. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when all that is there now has been read; rejects when the cluster does not answer in time. */
  async ready(): Promise<void> {
    const { state } = await this.#link.manager.streams.info(`KV_${this.#bucket}`);
    const order = state.messages === 0 ? 0 : state.last_seq;
    await this.#until(() => this.#read >= order, 2 * READ_MS);
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    this.#watch?.stop();
    await this.#running;
  }

  /** A watch that has gone silent is begun anew: one's own renewals alone must be heard more often. */
  beginAnewAfter(silentMs: number): void {
    if (this.#now() - this.#heardMs < silentMs) return;
    this.#heardMs = this.#now();
    this.#watch?.stop();
  }

  /** Since when it is heard again, where it was silent before: nodes too need a moment then. */
  get backSinceMs(): number {
    return this.#backSinceMs;
  }

  get<K extends Kind>(kind: K, name: string): Entry<Values[K]> | null {
    return this.#foremost(`${kind}.${name}`) as Entry<Values[K]> | null;
  }

  /** All entries of a kind that have a value, by name. */
  all<K extends Kind>(kind: K): Map<string, Entry<Values[K]> & { readonly value: Values[K] }> {
    const found = new Map<string, Entry<Values[K]> & { readonly value: Values[K] }>();
    for (const key of this.#entries.keys()) {
      if (!key.startsWith(`${kind}.`)) continue;
      const entry = this.#foremost(key);
      if (entry !== null && entry.value !== null)
        found.set(key.slice(kind.length + 1), entry as unknown as Entry<Values[K]> & { readonly value: Values[K] });
    }
    return found;
  }

  /** Names of all entries of a kind that a newer cortexd has written. */
  newer(kind: Kind): string[] {
    return [...this.#entries.keys()]
      .filter((key) => key.startsWith(`${kind}.`) && (this.#foremost(key)?.newer ?? null) !== null)
      .map((key) => key.slice(kind.length + 1));
  }

  /** Of the last writes of all writers the one that counts. */
  #foremost(key: string): Written | null {
    let foremost: Written | null = null;
    for (const written of this.#entries.get(key)?.values() ?? []) {
      const isAhead =
        foremost === null ||
        written.revision > foremost.revision ||
        (written.revision === foremost.revision && written.order < foremost.order);
      if (isAhead) foremost = written;
    }
    return foremost;
  }

  /**
   * Write over the revision that was seen (null: nothing was); a value of null deletes. Resolves to the new revision; null:
   * somebody else was first, and what they wrote has been read. Rejects when it is not known: then the same may be tried again,
   * and counts once, as what was tried first; and with CortexdError('newer_version') where that would take away what a newer
   * cortexd has written.
   */
  async write<K extends Kind>(
    kind: K,
    name: string,
    value: Values[K] | null,
    over: number | null,
  ): Promise<number | null> {
    const key = `${kind}.${name}`;
    const there = this.#foremost(key);
    if (there !== null && there.newer !== null && there.revision === over) throw writtenByNewer(key, there.newer);
    const revision = (over ?? 0) + 1;
    const own = `${key}.${this.#writer}`;
    const sent = this.#link.stream.publish(`$KV.${this.#bucket}.${own}`, JSON.stringify({ revision, value }));
    // Whoever has read it needs no answer; and its place is what is read, copies of the stream may count otherwise.
    await this.#until(
      () => (this.#entries.get(key)?.get(this.#writer)?.revision ?? 0) >= revision,
      SEND_MS + READ_MS,
      sent.then(() => sleep(READ_MS, undefined, { ref: false })),
    );
    const foremost = this.#foremost(key);
    return foremost?.writer === this.#writer && foremost.revision === revision ? revision : null;
  }

  /** Until it has been read; not longer than `limitMs`, nor than until `end`, which may reject. */
  async #until(
    isRead: () => boolean,
    limitMs: number,
    end: Promise<unknown> = new Promise(() => undefined),
  ): Promise<void> {
    const beganMs = this.#now();
    let reader = (): void => undefined;
    const read = new Promise<void>((resolve) => {
      reader = () => (isRead() ? resolve() : undefined);
      this.#readers.add(reader);
      reader();
    });
    try {
      await within(limitMs, 'what was written to be read again', Promise.race([read, end]));
      if (!isRead()) throw new Error('Expected what was written to be read again but it was not');
    } catch (error) {
      // Whoever was to tell has perhaps died.
      if (this.#heardMs < beganMs) this.#watch?.stop();
      throw error;
    } finally {
      this.#readers.delete(reader);
    }
  }

  #note(key: string, order: number, bytes: Uint8Array, writtenAt: number): void {
    const now = this.#now();
    if (now - this.#heardMs > SILENCE_MS) this.#backSinceMs = now;
    this.#heardMs = now;
    const [kind = '', name = '', writer = ''] = key.split('.');
    const writes = this.#entries.get(`${kind}.${name}`) ?? new Map<string, Written>();
    this.#entries.set(`${kind}.${name}`, writes);
    const said = partsOf(kind, bytes);
    // What was sent again after its answer was lost, or comes late, changes nothing.
    if (said !== null && said.revision > (writes.get(writer)?.revision ?? 0))
      writes.set(writer, { ...said, writer, order, seenMs: this.#now(), writtenAt });
    this.#read = Math.max(this.#read, order);
    for (const reader of this.#readers) reader();
  }

  /** Where the bucket was lost and made anew nothing holds of what was read before. */
  async #notice(): Promise<void> {
    const { created } = await this.#link.manager.streams.info(`KV_${this.#bucket}`);
    if (this.#madeAt !== '' && this.#madeAt !== created) {
      this.#entries.clear();
      this.#read = 0;
    }
    this.#madeAt = created;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#notice();
        const watch = await this.#kv.watch(HISTORY);
        this.#watch = watch;
        if (signal.aborted) watch.stop();
        for await (const { key, value, revision, created } of watch)
          this.#note(key, revision, value, created.getTime());
      } catch {
        // Tried again for as long as it takes; who cannot renew knows it by itself.
      }
      await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** What a write says; null: nothing that can be read. */
function partsOf(kind: string, bytes: Uint8Array): Pick<Entry<Values[Kind]>, 'revision' | 'value' | 'newer'> | null {
  try {
    const { revision, value } = JSON.parse(Buffer.from(bytes).toString()) as { revision?: unknown; value?: unknown };
    if (!Number.isSafeInteger(revision) || !Object.hasOwn(READERS, kind)) return null;
    const read = value === null ? null : READERS[kind as Kind](Buffer.from(JSON.stringify(value)));
    const newer = read instanceof Newer ? read.recordVersion : null;
    return { revision: revision as number, newer, value: read instanceof Newer ? null : read };
  } catch {
    return null;
  }
}
