/**
 * outbox-table.ts - messages that wait in the database until whoever they are for has acknowledged them, oldest first.
 *
 * A row is written in the transaction of its event. What was acknowledged is deleted with the next thing that is written: a
 * write of its own for each would cost as much as the event. A crash before that sends the message once more, as the
 * other side must expect anyway.
 */
import type { Database } from 'better-sqlite3';
import type { EventRecord } from '../records/event.ts';

/** A message that has not been acknowledged. */
export type OutboxRow = { readonly sequence: number; readonly camera: string; readonly payload: string };

export type OutboxLimits = { readonly messages: number; readonly bytes: number };

/** What was given up to make room. */
export type Dropped = { readonly messages: number; readonly bytes: number };

/** So many acknowledged messages wait for the next write at most, and so long (ms). */
const ACKNOWLEDGED_WAITING = 100;
const ACKNOWLEDGED_WAITING_MS = 30_000;

export class OutboxTable {
  readonly #db: Database;
  readonly #table: string;
  readonly #limits: OutboxLimits;
  #depth = 0;
  #bytes = 0;
  /** Sequences of messages that were acknowledged and are still written. */
  readonly #acknowledged = new Set<number>();
  #acknowledgedSinceMs = 0;
  /** Messages given up because there was no room. */
  dropped = 0;

  constructor(db: Database, table: string, limits: OutboxLimits) {
    this.#db = db;
    this.#table = table;
    this.#limits = limits;
    // A database of an older version that can only be read.
    if (db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) === undefined) return;
    const { depth, bytes } = db
      .prepare(`SELECT count(*) AS depth, coalesce(sum(length(payload)), 0) AS bytes FROM ${table}`)
      .get() as { depth: number; bytes: number };
    this.#depth = depth;
    this.#bytes = bytes;
  }

  get depth(): number {
    return this.#depth;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Inside the transaction of the event. Hand what it returns to `added` when that has been committed. */
  insert({ id, camera, type, ended_at, started_at }: EventRecord, payload: string): Dropped {
    this.#db
      .prepare(`INSERT INTO ${this.#table} (event_id, camera, type, payload, created_at) VALUES (?, ?, ?, ?, ?)`)
      .run(id, camera, type, payload, ended_at ?? started_at);
    return this.#makeRoom(payload.length);
  }

  /** Only now: a transaction that failed has changed nothing. */
  added(payload: string, dropped: Dropped): void {
    this.#depth += 1 - dropped.messages;
    this.#bytes += payload.length - dropped.bytes;
    this.dropped += dropped.messages;
  }

  /** A full outbox gives up the oldest update, or, without updates, the oldest message. */
  #makeRoom(added: number): Dropped {
    const dropped = { messages: 0, bytes: 0 };
    const isOver = (): boolean =>
      this.#depth + 1 - dropped.messages > this.#limits.messages ||
      this.#bytes + added - dropped.bytes > this.#limits.bytes;
    while (isOver()) {
      const oldest = this.#db
        .prepare(
          `SELECT sequence, length(payload) AS bytes FROM ${this.#table} ORDER BY type <> 'update', sequence LIMIT 1`,
        )
        .get() as { sequence: number; bytes: number } | undefined;
      if (oldest === undefined) break;
      this.#db.prepare(`DELETE FROM ${this.#table} WHERE sequence = ?`).run(oldest.sequence);
      dropped.messages++;
      dropped.bytes += oldest.bytes;
    }
    return dropped;
  }

  /** The oldest messages not yet acknowledged, in order, after `sequence`. */
  after(sequence: number, limit: number): OutboxRow[] {
    const rows = this.#db
      .prepare(`SELECT sequence, camera, payload FROM ${this.#table} WHERE sequence > ? ORDER BY sequence LIMIT ?`)
      .all(sequence, limit + this.#acknowledged.size) as OutboxRow[];
    return rows.filter((row) => !this.#acknowledged.has(row.sequence)).slice(0, limit);
  }

  /** The other side has it. Returns whether so many wait to be deleted that it is time. */
  acknowledge(sequence: number): boolean {
    if (this.#acknowledged.has(sequence)) return false;
    const bytes = this.#db
      .prepare(`SELECT length(payload) FROM ${this.#table} WHERE sequence = ?`)
      .pluck()
      .get(sequence) as number | undefined;
    if (bytes === undefined) return false;
    if (this.#acknowledged.size === 0) this.#acknowledgedSinceMs = performance.now();
    this.#acknowledged.add(sequence);
    this.#depth--;
    this.#bytes -= bytes;
    return this.#acknowledged.size >= ACKNOWLEDGED_WAITING;
  }

  /** Whether what was acknowledged has waited long enough for a write that comes anyway. */
  get hasWaited(): boolean {
    return this.#acknowledged.size > 0 && performance.now() - this.#acknowledgedSinceMs >= ACKNOWLEDGED_WAITING_MS;
  }

  /** Inside a transaction: delete what was acknowledged. Hand what it returns to `forget` when that has been committed. */
  deleteAcknowledged(): readonly number[] {
    const waiting = [...this.#acknowledged];
    if (waiting.length === 0) return waiting;
    const remove = this.#db.prepare(`DELETE FROM ${this.#table} WHERE sequence = ?`);
    for (const sequence of waiting) remove.run(sequence);
    return waiting;
  }

  /** Only after the commit: until then the messages are there. */
  forget(sequences: readonly number[]): void {
    for (const sequence of sequences) this.#acknowledged.delete(sequence);
  }

  get isClean(): boolean {
    return this.#acknowledged.size === 0;
  }
}
