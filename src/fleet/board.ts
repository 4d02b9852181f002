/**
 * board.ts - the shared bucket as it was seen last: every entry with its revision, and when that revision was seen first.
 *
 * What is seen may be late; so nothing is ever written but over the revision that was seen, and whoever comes too late is
 * told so by the cluster.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KV } from '@nats-io/kv';
import { isConflict } from './link.ts';
import type { Kind } from './names.ts';
import { CameraEntry, DrainOrder, LeaseRecord, MoveOrder, NodeRecord, reader } from './records.ts';

type Values = {
  readonly camera: CameraEntry;
  readonly lease: LeaseRecord;
  readonly node: NodeRecord;
  readonly move: MoveOrder;
  readonly drain: DrainOrder;
};

/** `value` null: deleted, or not readable. `seenMs`: by the clock of the board. `writtenAt`: by the cluster (ms since 1970). */
export type Entry<T> = {
  readonly value: T | null;
  readonly revision: number;
  readonly seenMs: number;
  readonly writtenAt: number;
};

const READERS: { readonly [K in Kind]: (bytes: Uint8Array) => Values[K] | null } = {
  camera: reader(CameraEntry),
  lease: reader(LeaseRecord),
  node: reader(NodeRecord),
  move: reader(MoveOrder),
  drain: reader(DrainOrder),
};

const AGAIN_MS = 500;

export class Board {
  readonly #kv: KV;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry<Values[Kind]>>();
  readonly #closing = new AbortController();
  /** When the cluster was heard last. */
  #heardMs: number;
  #watch: { stop: () => void } | undefined;
  #running: Promise<void> | undefined;
  #changed: () => void = () => undefined;

  constructor(kv: KV, now: () => number = () => performance.now()) {
    this.#kv = kv;
    this.#now = now;
    this.#heardMs = now();
  }

  /** Read everything once; throws what the cluster says. */
  async read(): Promise<void> {
    const keys = await this.#kv.keys();
    for await (const key of keys) await this.refresh(key);
  }

  /** Watch from now on; `changed` is called when something has. */
  start(changed: () => void): void {
    this.#changed = changed;
    this.#running ??= this.#run();
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

  get<K extends Kind>(kind: K, name: string): Entry<Values[K]> | null {
    return (this.#entries.get(`${kind}.${name}`) as Entry<Values[K]> | undefined) ?? null;
  }

  /** All entries of a kind that have a value, by name. */
  all<K extends Kind>(kind: K): Map<string, Entry<Values[K]> & { readonly value: Values[K] }> {
    const found = new Map<string, Entry<Values[K]> & { readonly value: Values[K] }>();
    for (const [key, entry] of this.#entries)
      if (key.startsWith(`${kind}.`) && entry.value !== null)
        found.set(key.slice(kind.length + 1), entry as Entry<Values[K]> & { readonly value: Values[K] });
    return found;
  }

  /**
   * Write over the revision that was seen (null: nothing was). Resolves to the new revision; null: somebody else was first,
   * and what they wrote has been read. Rejects when the cluster does not answer: it may have been written all the same.
   */
  async write<K extends Kind>(kind: K, name: string, value: Values[K], over: number | null): Promise<number | null> {
    const key = `${kind}.${name}`;
    try {
      const text = JSON.stringify(value);
      const revision = await (over === null ? this.#kv.create(key, text) : this.#kv.update(key, text, over));
      this.#note(key, value, revision, Date.now());
      return revision;
    } catch (error) {
      if (!isConflict(error)) throw error;
      await this.refresh(key);
      return null;
    }
  }

  async remove(kind: Kind, name: string): Promise<void> {
    await this.#kv.delete(`${kind}.${name}`);
    await this.refresh(`${kind}.${name}`);
  }

  /** Read one entry anew. */
  async refresh(key: string): Promise<void> {
    const entry = await this.#kv.get(key);
    if (entry === null) return;
    this.#note(
      key,
      entry.operation === 'PUT' ? valueOf(key, entry.value) : null,
      entry.revision,
      entry.created.getTime(),
    );
  }

  #note(key: string, value: Values[Kind] | null, revision: number, writtenAt: number): void {
    const before = this.#entries.get(key);
    if (before !== undefined && before.revision >= revision) return;
    this.#entries.set(key, { value, revision, seenMs: this.#now(), writtenAt });
    this.#changed();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        const watch = await this.#kv.watch({ key: '>' });
        this.#watch = watch;
        if (signal.aborted) watch.stop();
        for await (const { key, value, revision, operation, created } of watch) {
          this.#heardMs = this.#now();
          this.#note(key, operation === 'PUT' ? valueOf(key, value) : null, revision, created.getTime());
        }
      } catch {
        // Tried again for as long as it takes; who cannot renew knows it by itself.
      }
      await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

function valueOf(key: string, bytes: Uint8Array): Values[Kind] | null {
  const kind = key.slice(0, key.indexOf('.')) as Kind;
  return Object.hasOwn(READERS, kind) ? READERS[kind](bytes) : null;
}
