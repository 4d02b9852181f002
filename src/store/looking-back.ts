/**
 * looking-back.ts - what is kept for people who look back: strips of pictures of events, evidence that came near an alarm,
 * scores over any span of time.
 */
import type { Database } from 'better-sqlite3';

/** One picture of an event: when (ISO 8601) and its JPEG. */
export type StripPicture = { readonly at: string; readonly bytes: Uint8Array };

/** Something that was, or nearly was, an alarm. */
export type Evidence = {
  readonly camera: string;
  /** ISO 8601, when it began */
  readonly at: string;
  readonly seconds: number;
  /** Alarms a day from which on it would have been one. */
  readonly level: number;
  /** The kind of evidence that said most. */
  readonly stream: string;
};

/** `minutes`: in which frames were judged since then, over which a number of events a day is counted. */
export type EvidenceSince = { readonly evidence: readonly Evidence[]; readonly minutes: number };

/** Scores of a span of time: [start (s since 1970), mean, max, frames], oldest first; a gap has no entry. */
export type ScoreSpan = readonly [at: number, mean: number, max: number, frames: number];

/** Bytes of a picture of a strip, about. */
export const STRIP_PICTURE = 16 << 10;
/** So many pieces of evidence are kept of a camera, the newest. */
const MOST_EVIDENCE = 20_000;

export class LookingBack {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  saveStrip(eventId: string, pictures: readonly StripPicture[]): void {
    const insert = this.#db.prepare('INSERT OR REPLACE INTO strip (event_id, at, bytes) VALUES (?, ?, ?)');
    this.#db.transaction(() => {
      for (const { at, bytes } of pictures) insert.run(eventId, at, bytes);
    })();
  }

  /** When the pictures of an event were taken, oldest first. */
  stripTimes(eventId: string): string[] {
    return this.#db.prepare('SELECT at FROM strip WHERE event_id = ? ORDER BY at').pluck().all(eventId) as string[];
  }

  stripPicture(eventId: string, index: number): Uint8Array | undefined {
    return this.#db
      .prepare('SELECT bytes FROM strip WHERE event_id = ? ORDER BY at LIMIT 1 OFFSET ?')
      .pluck()
      .get(eventId, index) as Buffer | undefined;
  }

  saveEvidence(all: readonly Evidence[]): void {
    const insert = this.#db.prepare(
      'INSERT OR REPLACE INTO evidence (camera, at, seconds, level, stream) VALUES (?, ?, ?, ?, ?)',
    );
    this.#db.transaction(() => {
      for (const { camera, at, seconds, level, stream } of all) insert.run(camera, at, seconds, level, stream);
    })();
  }

  /** Oldest first. */
  evidenceSince(camera: string, since: string): EvidenceSince {
    const evidence = this.#db
      .prepare('SELECT camera, at, seconds, level, stream FROM evidence WHERE camera = ? AND at >= ? ORDER BY at')
      .all(camera, since) as Evidence[];
    const minutes = this.#db
      .prepare('SELECT count(*) FROM score WHERE camera = ? AND minute >= ?')
      .pluck()
      .get(camera, since.slice(0, 16)) as number;
    return { evidence, minutes };
  }

  /** Scores between two times (ISO 8601), drawn together so that there are about `points` of them. */
  scoreSpans(camera: string, from: string, to: string, points: number): ScoreSpan[] {
    const seconds = Math.max(60, (Date.parse(to) - Date.parse(from)) / 1000 / Math.max(1, points));
    const step = Math.ceil(seconds / 60) * 60;
    const rows = this.#db
      .prepare(
        `SELECT (at / CAST(@step AS INTEGER)) * CAST(@step AS INTEGER) AS at, sum(mean * frames) / sum(frames) AS mean, max(max) AS max, sum(frames) AS frames
         FROM (
           SELECT unixepoch(minute) AS at, frames, mean, max FROM score WHERE camera = @camera AND minute >= @from AND minute < @to
           UNION ALL
           SELECT unixepoch(hour) AS at, frames, mean, max FROM score_hour WHERE camera = @camera AND hour >= @from AND hour < @to)
         WHERE frames > 0 GROUP BY 1 ORDER BY 1`,
      )
      .all({ camera, from: minuteOf(from), to: minuteOf(to), step }) as {
      at: number;
      mean: number;
      max: number;
      frames: number;
    }[];
    return rows.map(({ at, mean, max, frames }) => [at, mean, max, frames]);
  }
}

/** Minutes are kept as text without seconds. */
function minuteOf(iso: string): string {
  return `${new Date(Date.parse(iso)).toISOString().slice(0, 16)}Z`;
}

/** Strips take half of the room for pictures at most, the newest stay; returns the bytes that they take now. */
export function trimStrips(db: Database, pictureBytes: number, rows: number): number {
  db.prepare(
    `DELETE FROM strip WHERE rowid IN (
       SELECT key FROM (
         SELECT rowid AS key, sum(length(bytes)) OVER (ORDER BY rowid DESC) AS total FROM strip)
       WHERE total > ? ORDER BY key LIMIT ${rows})`,
  ).run(pictureBytes / 2);
  return db.prepare('SELECT coalesce(sum(length(bytes)), 0) FROM strip').pluck().get() as number;
}

export function deleteOldEvidence(db: Database, before: string): void {
  db.prepare('DELETE FROM evidence WHERE at < ?').run(before);
  db.prepare(
    `DELETE FROM evidence WHERE (camera, at) IN (
       SELECT camera, at FROM (SELECT camera, at, row_number() OVER (PARTITION BY camera ORDER BY at DESC) AS rank FROM evidence)
       WHERE rank > ${MOST_EVIDENCE})`,
  ).run();
}
