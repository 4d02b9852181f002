/**
 * model-pages.ts - a model's bytes in the database: 64 KiB pages, written only when they changed, two generations deep.
 *
 * A checkpoint is one transaction: a `model` row of the next generation and a `model_page` row for every page that differs
 * from the last image. A generation's content is, for each page, its newest row not newer than the generation; rows that
 * neither the newest nor the previous generation needs are deleted in the same transaction.
 *
 * Loading verifies the checksum of each page and the hash of the whole, and falls back to the previous generation.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Database } from 'better-sqlite3';
import { CortexdError } from '../errors.ts';

export const PAGE_BYTES = 65536;

/** A model's bytes and what they are. */
export type ModelImage = {
  readonly camera: string;
  readonly step: number;
  readonly signature: string;
  readonly bytes: Uint8Array;
  readonly savedAt: string;
};

export type SavedCheckpoint = { readonly generation: number; readonly pages: number; readonly pageBytes: number };

/** What was found at start: the image, and what had to be given up to get it. */
export type LoadedModel =
  | { readonly kind: 'none' }
  | { readonly kind: 'loaded'; readonly image: ModelImage; readonly generation: number; readonly lost: string | null };

type ModelRow = {
  generation: number;
  step: number;
  signature: string;
  length: number;
  sha256: string;
  saved_at: string;
};
type PageRow = { page: number; crc32: number; bytes: Buffer };

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
    const insert = db.prepare('INSERT INTO model_page (camera, page, generation, crc32, bytes) VALUES (?, ?, ?, ?, ?)');
    let pages = 0;
    let pageBytes = 0;
    for (let page = 0; page * PAGE_BYTES < bytes.length; page++) {
      const content = pageOf(bytes, page);
      if (before !== undefined && Buffer.compare(content, pageOf(before, page)) === 0) continue;
      insert.run(camera, page, generation, crc32(content), content);
      pages++;
      pageBytes += content.length;
    }
    this.#forget(camera, generation);
    return { generation, pages, pageBytes };
  }

  /** Delete what neither `generation` nor the one before needs. */
  #forget(camera: string, generation: number): void {
    this.#db.prepare('DELETE FROM model WHERE camera = ? AND generation < ?').run(camera, generation - 1);
    this.#db
      .prepare(
        `DELETE FROM model_page AS old WHERE camera = ? AND EXISTS (
           SELECT 1 FROM model_page AS newer
           WHERE newer.camera = old.camera AND newer.page = old.page AND newer.generation > old.generation AND newer.generation <= ?)`,
      )
      .run(camera, generation - 1);
  }

  /**
   * The newest sound generation of a camera. `lost` says in words what was given up. Throws CortexdError('corrupt') when
   * generations exist and none is sound.
   */
  load(camera: string): LoadedModel {
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
      const lost =
        damage.length === 0 ? null : `${damage.join('; ')}; went back to step ${row.step} of ${row.saved_at}`;
      return { kind: 'loaded', image, generation: row.generation, lost };
    }
    if (damage.length === 0) return { kind: 'none' };
    throw new CortexdError(
      'corrupt',
      `Expected a sound checkpoint of camera "${camera}" but received: ${damage.join('; ')}`,
      {
        hint: 'Restore a snapshot (cortexd snapshot list, cortexd snapshot restore NAME), or delete the camera\'s model with "cortexd snapshot forget CAMERA" to begin anew.',
      },
    );
  }

  #read(camera: string, row: ModelRow): Uint8Array | string {
    const bytes = new Uint8Array(row.length);
    const pages = this.#db
      .prepare(
        `SELECT page, crc32, bytes FROM model_page AS p WHERE camera = ? AND generation = (
           SELECT max(generation) FROM model_page WHERE camera = p.camera AND page = p.page AND generation <= ?)
         ORDER BY page`,
      )
      .all(camera, row.generation) as PageRow[];
    const expected = Math.ceil(row.length / PAGE_BYTES);
    if (pages.length !== expected) return `${pages.length} of ${expected} pages`;
    for (const { page, crc32: sum, bytes: content } of pages) {
      if (crc32(content) !== sum) return `page ${page} fails its checksum`;
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

/** Hex SHA-256 of bytes, which may lie in shared memory. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
