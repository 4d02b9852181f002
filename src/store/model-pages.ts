/**
 * model-pages.ts - a model's bytes in the database: 64 KiB pages, written only when they changed, two generations deep.
 *
 * A checkpoint is one transaction: a `model` row of the next generation and a `model_page` row for every page that differs
 * from the last image. A generation's content is, for each page, its newest row not newer than the generation; rows that
 * neither the newest nor the previous generation needs are deleted in the same transaction. Pages are packed (fast zlib)
 * where that saves room: pools are mostly empty or repetitive, and what is not written does not wear the card.
 *
 * Loading verifies the checksum of each page and the hash of the whole, and falls back to the previous generation.
 */
import { createHash } from 'node:crypto';
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import type { Database } from 'better-sqlite3';

export const PAGE_BYTES = 65536;
/** A packed page is kept only when it is at least so much smaller. */
const WORTH_PACKING = 0.9;
/** `packed` column: how the bytes of a page are written. */
const PLAIN = 0;
const DEFLATED = 1;

/** A model's bytes and what they are. */
export type ModelImage = {
  readonly camera: string;
  readonly step: number;
  readonly signature: string;
  readonly bytes: Uint8Array;
  readonly savedAt: string;
};

/** `pageBytes`: of the changed pages; `rowBytes`: what of them was written. */
export type SavedCheckpoint = {
  readonly generation: number;
  readonly pages: number;
  readonly pageBytes: number;
  readonly rowBytes: number;
};

/** The newest sound generation, and what of newer ones is damaged. `image` null: there is none, or none is sound. */
export type FoundGeneration = { readonly image: ModelImage | null; readonly damage: readonly string[] };

type ModelRow = {
  generation: number;
  step: number;
  signature: string;
  length: number;
  sha256: string;
  saved_at: string;
};
type PageRow = { page: number; crc32: number; packed: number; bytes: Buffer };

export class ModelPages {
  readonly #db: Database;
  /** Last written image per camera: what a checkpoint is compared with. */
  readonly #written = new Map<string, Uint8Array>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Save an image as the next generation, in one transaction. */
  save(image: ModelImage): SavedCheckpoint {
    const { camera, bytes } = image;
    const before = this.#written.get(camera);
    const comparable = before?.length === bytes.length ? before : undefined;
    const saved = this.#db.transaction(() => this.#write(image, comparable))();
    // A copy: the caller's buffer will change.
    if (comparable) comparable.set(bytes);
    else this.#written.set(camera, Uint8Array.from(bytes));
    return saved;
  }

  #write({ camera, step, signature, bytes, savedAt }: ModelImage, before: Uint8Array | undefined): SavedCheckpoint {
    const db = this.#db;
    const last =
      (db.prepare('SELECT max(generation) FROM model WHERE camera = ?').pluck().get(camera) as number | null) ?? 0;
    const generation = last + 1;
    db.prepare(
      'INSERT INTO model (camera, generation, step, signature, length, sha256, saved_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ).run(camera, generation, step, signature, bytes.length, sha256(bytes), savedAt);
    const insert = db.prepare(
      'INSERT INTO model_page (camera, page, generation, crc32, packed, bytes) VALUES (?, ?, ?, ?, ?, ?)',
    );
    let [pages, pageBytes, rowBytes] = [0, 0, 0];
    for (let page = 0; page * PAGE_BYTES < bytes.length; page++) {
      const content = pageOf(bytes, page);
      if (before !== undefined && Buffer.compare(content, pageOf(before, page)) === 0) continue;
      const row = pack(content);
      insert.run(camera, page, generation, crc32(content), row.packed, row.bytes);
      pages++;
      pageBytes += content.length;
      rowBytes += row.bytes.length;
    }
    this.#deleteNeedless(camera, generation);
    return { generation, pages, pageBytes, rowBytes };
  }

  /** Delete what neither `generation` nor the one before needs. */
  #deleteNeedless(camera: string, generation: number): void {
    this.#db.prepare('DELETE FROM model WHERE camera = ? AND generation < ?').run(camera, generation - 1);
    this.#db
      .prepare(
        `DELETE FROM model_page AS old WHERE camera = ? AND EXISTS (
           SELECT 1 FROM model_page AS newer
           WHERE newer.camera = old.camera AND newer.page = old.page AND newer.generation > old.generation AND newer.generation <= ?)`,
      )
      .run(camera, generation - 1);
  }

  /** The newest sound generation of a camera, with what had to be passed over to find it, newest first. */
  find(camera: string): FoundGeneration {
    const rows = this.#db
      .prepare('SELECT * FROM model WHERE camera = ? ORDER BY generation DESC')
      .all(camera) as ModelRow[];
    const damage: string[] = [];
    for (const row of rows) {
      const found = this.#read(camera, row);
      if (typeof found === 'string') {
        damage.push(`the checkpoint of ${row.saved_at} (step ${row.step}): ${found}`);
        continue;
      }
      // Only an undamaged newest image may serve as what is already written.
      if (damage.length === 0) this.#written.set(camera, Uint8Array.from(found));
      const image = { camera, step: row.step, signature: row.signature, bytes: found, savedAt: row.saved_at };
      return { image, damage };
    }
    return { image: null, damage };
  }

  #read(camera: string, row: ModelRow): Uint8Array | string {
    const bytes = new Uint8Array(row.length);
    const pages = this.#db
      .prepare(
        `SELECT page, crc32, packed, bytes FROM model_page AS p WHERE camera = ? AND generation = (
           SELECT max(generation) FROM model_page WHERE camera = p.camera AND page = p.page AND generation <= ?)
         ORDER BY page`,
      )
      .all(camera, row.generation) as PageRow[];
    const expected = Math.ceil(row.length / PAGE_BYTES);
    if (pages.length !== expected) return `${pages.length} of ${expected} pages`;
    for (const { page, crc32: sum, packed, bytes: written } of pages) {
      const content = unpack(packed, written);
      if (content === null || crc32(content) !== sum) return `page ${page} fails its checksum`;
      if (content.length !== pageOf(bytes, page).length) return `page ${page} has ${content.length} bytes`;
      bytes.set(content, page * PAGE_BYTES);
    }
    return sha256(bytes) === row.sha256 ? bytes : 'the whole fails its hash';
  }

  /** Cameras that have a saved model. */
  cameras(): string[] {
    return this.#db.prepare('SELECT DISTINCT camera FROM model ORDER BY camera').pluck().all() as string[];
  }

  /** Delete all generations of a camera. */
  forget(camera: string): void {
    this.#db.transaction(() => {
      this.#db.prepare('DELETE FROM model WHERE camera = ?').run(camera);
      this.#db.prepare('DELETE FROM model_page WHERE camera = ?').run(camera);
    })();
    this.#written.delete(camera);
  }
}

function pageOf(bytes: Uint8Array, page: number): Uint8Array {
  return bytes.subarray(page * PAGE_BYTES, Math.min(bytes.length, (page + 1) * PAGE_BYTES));
}

function pack(content: Uint8Array): { packed: number; bytes: Uint8Array } {
  // zlib and SQLite take no shared memory as such: one copy of the page.
  const plain = Uint8Array.from(content);
  const deflated = deflateSync(plain, { level: 1 });
  return deflated.length < plain.length * WORTH_PACKING
    ? { packed: DEFLATED, bytes: deflated }
    : { packed: PLAIN, bytes: plain };
}

function unpack(packed: number, bytes: Buffer): Uint8Array | null {
  if (packed === PLAIN) return bytes;
  try {
    return packed === DEFLATED ? inflateSync(bytes, { maxOutputLength: PAGE_BYTES }) : null;
  } catch {
    return null;
  }
}

/** Hex SHA-256 of bytes, which may lie in shared memory. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
