/**
 * journal.ts - what happened: events with their pictures, the outbox of messages still to be delivered, scores by minute.
 *
 * An event and its outbox row are written in one transaction, before anything is published: what was acknowledged to the
 * caller is never lost, and what was never written is never sent.
 */
import type { Database } from 'better-sqlite3';
import type { EventRecord } from '../records/event.ts';
import { deleteOldEvidence, trimStrips } from './looking-back.ts';
import { type OutboxLimits, OutboxTable } from './outbox-table.ts';
import { type StageHook, noStage } from './stages.ts';

export type { OutboxLimits, OutboxRow } from './outbox-table.ts';

export type EventFilter = {
  readonly camera?: string;
  readonly cause?: string;
  readonly severity?: string;
  /** Name of a zone that it touched at last. */
  readonly zone?: string;
  /** ISO 8601; events that started at or after / before */
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
};

export type MinuteScore = {
  readonly camera: string;
  /** ISO 8601 to the minute */
  readonly minute: string;
  readonly frames: number;
  readonly min: number;
  readonly mean: number;
  readonly max: number;
};

export type HourScore = Omit<MinuteScore, 'minute'> & { readonly hour: string };

/** Who messages wait for: the broker, or the stream of a fleet. */
export type OutboxName = 'broker' | 'fleet';

/** What may be kept; whatever is more goes, oldest first. */
export type Retention = {
  /** ISO 8601: older events and hourly scores go; of minutes those before `minutesBefore` become hours. */
  readonly before: string;
  readonly minutesBefore: string;
  /** bytes of all event records, and of all pictures */
  readonly eventBytes: number;
  readonly pictureBytes: number;
};

/** Retention deletes at most so many rows at a time, so that no event waits long for its turn. */
const RETAIN_ROWS = 200;

/** Two sets of scores of the same time as one. */
const JOIN_SCORES = `mean = (mean * frames + excluded.mean * excluded.frames) / (frames + excluded.frames),
  frames = frames + excluded.frames, min = min(min, excluded.min), max = max(max, excluded.max)`;

export class Journal {
  readonly #db: Database;
  readonly #stage: StageHook;
  readonly outboxes: { readonly [name in OutboxName]: OutboxTable };
  readonly #isOfFleet: boolean;

  constructor(db: Database, limits: OutboxLimits, stage: StageHook = noStage, fleet = false) {
    this.#db = db;
    this.#stage = stage;
    const table = (name: string): OutboxTable => new OutboxTable(db, name, limits);
    this.outboxes = { broker: table('outbox'), fleet: table('fleet_outbox') };
    this.#isOfFleet = fleet;
  }

  /** Write one event record; its message goes to the outbox when `send`. A picture, once given, stays with the event. */
  saveEvent(event: EventRecord, picture: Uint8Array | null, send: boolean): void {
    const payload = JSON.stringify(event);
    const { broker, fleet } = this.outboxes;
    const outboxes = [...(send ? [broker] : []), ...(this.#isOfFleet ? [fleet] : [])];
    const { dropped, deleted } = this.#db.transaction(() => {
      const deleted = this.#both.map((outbox) => outbox.deleteAcknowledged());
      this.#db
        .prepare(
          `INSERT INTO event (id, camera, cause, severity, started_at, ended_at, peak, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, peak = max(peak, excluded.peak), record = excluded.record`,
        )
        .run(
          event.id,
          event.camera,
          event.cause,
          event.severity,
          event.started_at,
          event.ended_at,
          event.peak,
          payload,
        );
      // In a table of its own: an update of the event must not write the picture again.
      if (picture !== null)
        this.#db.prepare('INSERT OR REPLACE INTO picture (event_id, bytes) VALUES (?, ?)').run(event.id, picture);
      const dropped = outboxes.map((outbox) => outbox.insert(event, payload));
      this.#stage('event: before the commit');
      return { dropped, deleted };
    })();
    this.#stage('event: committed');
    this.#both.forEach((outbox, i) => outbox.forget(deleted[i]!));
    outboxes.forEach((outbox, i) => outbox.added(payload, dropped[i]!));
  }

  get #both(): readonly OutboxTable[] {
    return Object.values(this.outboxes);
  }

  /** Whoever the messages are for has one. */
  acknowledge(outbox: OutboxName, sequence: number): void {
    if (this.outboxes[outbox].acknowledge(sequence)) this.flush();
  }

  /** Whether what was acknowledged has waited long enough for a write that comes anyway. */
  get hasWaited(): boolean {
    return this.#both.some((outbox) => outbox.hasWaited);
  }

  /** Delete what was acknowledged now; with scores, if there are any, in one transaction. */
  flush(scores: readonly MinuteScore[] = []): void {
    if (scores.length === 0 && this.#both.every((outbox) => outbox.isClean)) return;
    const deleted = this.#db.transaction(() => {
      this.saveScores(scores);
      return this.#both.map((outbox) => outbox.deleteAcknowledged());
    })();
    this.#both.forEach((outbox, i) => outbox.forget(deleted[i]!));
  }

  /** Events, newest first. */
  events({ camera, cause, severity, zone, since, until, limit }: EventFilter): EventRecord[] {
    const conditions: string[] = [];
    const values: (string | number)[] = [];
    const add = (sql: string, value: string | undefined): void => {
      if (value === undefined) return;
      conditions.push(sql);
      values.push(value);
    };
    add('camera = ?', camera);
    add('cause = ?', cause);
    add('severity = ?', severity);
    add("json_valid(record) AND ? IN (SELECT value FROM json_each(record, '$.zones'))", zone);
    add('started_at >= ?', since);
    add('started_at < ?', until);
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const rows = this.#db
      .prepare(`SELECT record FROM event ${where} ORDER BY started_at DESC, id DESC LIMIT ?`)
      .pluck()
      .all(...values, limit) as string[];
    return rows.flatMap(readRecord);
  }

  /** One event whose id begins with `prefix`; undefined when none or several do. */
  event(prefix: string): EventRecord | undefined {
    const rows = this.#db
      .prepare('SELECT record FROM event WHERE id >= ? AND id < ? LIMIT 2')
      .pluck()
      .all(prefix, `${prefix}~`) as string[];
    return rows.length === 1 ? readRecord(rows[0]!)[0] : undefined;
  }

  /** The picture of an event, if it has one. */
  picture(id: string): Uint8Array | undefined {
    return this.#db.prepare('SELECT bytes FROM picture WHERE event_id = ?').pluck().get(id) as Buffer | undefined;
  }

  /** Events of a camera (undefined: of all) that have started and not ended. */
  openEvents(camera?: string): EventRecord[] {
    const rows = this.#db
      .prepare('SELECT record FROM event WHERE coalesce(camera = ?, true) AND ended_at IS NULL ORDER BY id')
      .pluck()
      .all(camera ?? null) as string[];
    return rows.flatMap(readRecord);
  }

  /** A minute that is there already (the clock was set back, the daemon was restarted) takes both. */
  saveScores(scores: readonly MinuteScore[]): void {
    const insert = this.#db.prepare(
      `INSERT INTO score (camera, minute, frames, min, mean, max) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (camera, minute) DO UPDATE SET ${JOIN_SCORES}`,
    );
    this.#db.transaction(() => {
      for (const { camera, minute, frames, min, mean, max } of scores)
        insert.run(camera, minute, frames, min, mean, max);
    })();
  }

  scores(camera: string, limit: number): MinuteScore[] {
    return this.#db
      .prepare('SELECT * FROM score WHERE camera = ? ORDER BY minute DESC LIMIT ?')
      .all(camera, limit) as MinuteScore[];
  }

  /** Scores by hour, newest first: what has become of the minutes that were too old to be kept. */
  hourlyScores(camera: string, limit: number): HourScore[] {
    return this.#db
      .prepare('SELECT * FROM score_hour WHERE camera = ? ORDER BY hour DESC LIMIT ?')
      .all(camera, limit) as HourScore[];
  }

  /**
   * Delete what is too old or too much, a part of it at a time; minutes that are too old become hours first. Open events
   * stay. Returns whether there is more to do.
   */
  retain({ before, minutesBefore, eventBytes, pictureBytes }: Retention): boolean {
    return this.#db.transaction(() => {
      const db = this.#db;
      const old = db
        .prepare(
          `DELETE FROM event WHERE rowid IN (
             SELECT rowid FROM event WHERE started_at < ? AND ended_at IS NOT NULL LIMIT ${RETAIN_ROWS})`,
        )
        .run(before).changes;
      const surplus = db
        .prepare(
          `DELETE FROM event WHERE rowid IN (
             SELECT key FROM (
               SELECT rowid AS key, ended_at, sum(length(record)) OVER (ORDER BY rowid DESC) AS bytes FROM event)
             WHERE bytes > ? AND ended_at IS NOT NULL ORDER BY key LIMIT ${RETAIN_ROWS})`,
        )
        .run(eventBytes).changes;
      const pictures = db
        .prepare(
          `DELETE FROM picture WHERE rowid IN (
             SELECT key FROM (
               SELECT rowid AS key, sum(length(bytes)) OVER (ORDER BY rowid DESC) AS total FROM picture)
             WHERE total > ? ORDER BY key LIMIT ${RETAIN_ROWS})`,
        )
        .run(pictureBytes - trimStrips(db, pictureBytes, RETAIN_ROWS)).changes;
      if (old + surplus > 0) {
        db.exec('DELETE FROM picture WHERE event_id NOT IN (SELECT id FROM event)');
        db.exec('DELETE FROM strip WHERE event_id NOT IN (SELECT id FROM event)');
      }
      deleteOldEvidence(db, before);
      db.prepare(
        `INSERT INTO score_hour (camera, hour, frames, min, mean, max)
           SELECT camera, substr(minute, 1, 13) || ':00Z', sum(frames), min(min), sum(mean * frames) / sum(frames), max(max)
           FROM score WHERE minute < ? GROUP BY camera, substr(minute, 1, 13)
         ON CONFLICT (camera, hour) DO UPDATE SET ${JOIN_SCORES}`,
      ).run(minutesBefore);
      db.prepare('DELETE FROM score WHERE minute < ?').run(minutesBefore);
      db.prepare('DELETE FROM score_hour WHERE hour < ?').run(before);
      this.#stage('retention: before the commit');
      return Math.max(old, surplus, pictures) === RETAIN_ROWS;
    })();
  }
}

/** A record that bit rot has made unreadable is left out; it must not take the others with it. */
function readRecord(text: string): EventRecord[] {
  try {
    return [JSON.parse(text) as EventRecord];
  } catch {
    return [];
  }
}
