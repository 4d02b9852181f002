/**
 * model-pages.ts - a model's bytes in the database: 64 KiB pages, written only when they changed, two generations deep.
 *
 * A checkpoint is one transaction: a `model` row of the next generation and a `model_page` row for every page that differs
 * from the last image, of which only the hashes are kept in memory. A generation's content is, for each page within its length,
 * its newest row not newer than the generation; rows that neither the newest nor the previous generation needs are deleted in
 * the same transaction. Pages are packed (fast zlib) where that saves room: pools are mostly empty or repetitive, and what is
 * not written does not wear the card.
 *
 * Loading verifies the checksum of each page and the hash of the whole, and falls back to the previous generation. The
 * hash of the whole is over the pages' checksums, so that a checkpoint costs what has changed and not what there is; it
 * is what tells a page of the wrong generation from the right one.
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import type { Database } from 'better-sqlite3';
import { CortexdError, messageOf } from '../errors.ts';
import { isDamage } from './damage.ts';
import { MAX_IMAGE, type ModelImage, sha256 } from './model-image.ts';
import { type StageHook, noStage } from './stages.ts';

export { type ModelImage, sha256 } from './model-image.ts';

export const PAGE_BYTES = 65536;
/** A packed page is kept only when it is at least so much smaller. */
const WORTH_PACKING = 0.9;
/** Whether a page packs at all is seen from so many of its bytes. */
const SAMPLE_BYTES = 4096;
/** `packed` column: how the bytes of a page are written. */
const PLAIN = 0;
const DEFLATED = 1;
/** `hashed` column: what the hash of a generation is over. */
const BYTES = 0;
const CHECKSUMS = 1;

/** `pageBytes`: of the changed pages; `rowBytes`: what of them was written. */
export type SavedCheckpoint = {
  readonly generation: number;
  readonly pages: number;
  readonly pageBytes: number;
  readonly rowBytes: number;
};

/** The newest sound generation, and what of newer ones is damaged. `image` null: there is none, or none is sound. */
export type FoundGeneration =
  | {
      readonly image: ModelImage;
      readonly sums: Uint32Array;
      readonly generation: number;
      readonly damage: readonly string[];
    }
  | { readonly image: null; readonly damage: readonly string[] };

type ModelRow = {
  generation: number;
  step: number;
  signature: string;
  length: number;
  sha256: string;
  hashed?: number;
  saved_at: string;
  /** Columns of later versions are missing when a damaged database of an older one is read. */
  token?: number;
};
/** The bytes of a generation, and the checksum of each page. */
type Content = { readonly bytes: Uint8Array; readonly sums: Uint32Array };
/** What is known of a durable checkpoint beside its bytes. */
export type SavedModel = Omit<ModelImage, 'bytes' | 'camera' | 'token'> & {
  readonly token: number;
  readonly generation: number;
};
/** A durable checkpoint, without its bytes. `hashes`: SHA-256 of each page's plain bytes. */
export type Written = {
  readonly length: number;
  readonly sums: Uint32Array;
  readonly hashes: readonly string[];
  readonly saved: SavedModel;
};
/** `packed`: how the bytes are written. */
export type PackedPage = { readonly packed: number; readonly bytes: Uint8Array };
/** Columns of version 2 are missing when a damaged database of version 1 is read. */
type PageRow = { page: number; crc32: number; packed?: number; bytes: Buffer };

/** What differs from the last image. */
type ChangedPage = { readonly page: number; readonly content: Uint8Array };

/** The newest row of each page that is not newer than the generation. */
const PAGES_OF_GENERATION = `SELECT * FROM model_page AS p WHERE camera = ? AND generation = (
  SELECT max(generation) FROM model_page WHERE camera = p.camera AND page = p.page AND generation <= ?)`;

export class ModelPages {
  readonly #db: Database;
  readonly #stage: StageHook;
  /** Last checkpoint per camera: what the next one is compared with. */
  readonly #written = new Map<string, Written>();
  /** The page that is looked at. */
  readonly #page = new Uint8Array(PAGE_BYTES);

  constructor(db: Database, stage: StageHook = noStage) {
    this.#db = db;
    this.#stage = stage;
  }

  /** Save an image as the next generation, in one transaction. */
  save(image: ModelImage): SavedCheckpoint {
    const { camera, bytes, step, signature, savedAt } = image;
    const before = this.#written.get(camera);
    const count = Math.ceil(bytes.length / PAGE_BYTES);
    const sums = new Uint32Array(count);
    const hashes: string[] = [];
    const changed: ChangedPage[] = [];
    for (let page = 0; page < count; page++) {
      // Read once, so that hash, checksum and row are of the same bytes; zlib and SQLite take no shared memory anyway.
      const shared = pageOf(bytes, page);
      this.#page.set(shared);
      const content = this.#page.subarray(0, shared.length);
      const hash = sha256(content);
      hashes.push(hash);
      if (hash === before?.hashes[page]) sums[page] = before.sums[page]!;
      else {
        sums[page] = crc32(content);
        changed.push({ page, content: content.slice() });
      }
    }
    // From here to the end of the transaction nobody knows what is written.
    this.#written.delete(camera);
    const { token, ...saved } = this.#db.transaction(() => this.#write(image, sums, changed))();
    this.#stage('checkpoint: committed');
    const { generation } = saved;
    const { length } = bytes;
    this.#written.set(camera, { length, sums, hashes, saved: { step, signature, savedAt, token, generation } });
    return saved;
  }

  /** The newest checkpoint of a camera that this process has loaded or saved. */
  written(camera: string): Written | null {
    return this.#written.get(camera) ?? null;
  }

  /**
   * One page of that checkpoint as it lies there. Throws CortexdError('corrupt') where it is damaged or missing; the next checkpoint
   * then writes all pages anew.
   */
  readPage(camera: string, page: number): PackedPage {
    const { saved, sums } = this.#written.get(camera)!;
    const row = this.#db.prepare(`${PAGES_OF_GENERATION} AND page = ?`).get(camera, saved.generation, page) as
      PageRow | undefined;
    const { packed = PLAIN, bytes } = row ?? { packed: PLAIN, bytes: Buffer.alloc(0) };
    const content = unpack(packed, bytes);
    if (row === undefined || content === null || crc32(content) !== sums[page]) {
      this.#written.delete(camera);
      throw new CortexdError('corrupt', `Expected page ${page} of the model of ${camera} but it fails its checksum`);
    }
    return { packed, bytes };
  }

  /** What is known of the newest checkpoint; null: there is none. Its bytes are not looked at. */
  last(camera: string): SavedModel | null {
    const row = this.#db
      .prepare('SELECT * FROM model WHERE camera = ? ORDER BY generation DESC LIMIT 1')
      .get(camera) as ModelRow | undefined;
    return row === undefined ? null : savedModel(row);
  }

  #write(
    image: ModelImage,
    sums: Uint32Array,
    changed: readonly ChangedPage[],
  ): SavedCheckpoint & { readonly token: number } {
    const { camera, bytes, step, signature, savedAt } = image;
    const db = this.#db;
    const last = this.last(camera);
    const generation = (last?.generation ?? 0) + 1;
    const token = image.token ?? last?.token ?? 0;
    db.prepare(
      'INSERT INTO model (camera, generation, step, signature, length, sha256, hashed, saved_at, token) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ).run(camera, generation, step, signature, bytes.length, hashOfSums(sums), CHECKSUMS, savedAt, token);
    const insert = db.prepare(
      'INSERT INTO model_page (camera, page, generation, crc32, packed, bytes) VALUES (?, ?, ?, ?, ?, ?)',
    );
    let pageBytes = 0;
    let rowBytes = 0;
    changed.forEach(({ page, content }, index) => {
      if (index === changed.length >> 1) this.#stage('checkpoint: half of the pages written');
      const row = pack(content);
      insert.run(camera, page, generation, sums[page], row.packed, row.bytes);
      pageBytes += content.length;
      rowBytes += row.bytes.length;
    });
    this.#deleteNeedless(camera, generation);
    this.#stage('checkpoint: before the commit');
    return { generation, pages: changed.length, pageBytes, rowBytes, token };
  }

  /** Delete what neither `generation` nor the one before needs. */
  #deleteNeedless(camera: string, generation: number): void {
    this.#db.prepare('DELETE FROM model WHERE camera = ? AND generation < ?').run(camera, generation - 1);
    this.#db
      .prepare(
        'DELETE FROM model_page WHERE camera = ? AND page * ? >= (SELECT max(length) FROM model WHERE camera = ?)',
      )
      .run(camera, PAGE_BYTES, camera);
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
    return this.#search(camera, true);
  }

  /** Like `find`, but older generations are looked at too, for their damage. */
  findAll(camera: string): FoundGeneration {
    return this.#search(camera, false);
  }

  #search(camera: string, isEnough: boolean): FoundGeneration {
    const rows = this.#db
      .prepare('SELECT * FROM model WHERE camera = ? ORDER BY generation DESC')
      .all(camera) as ModelRow[];
    const damage: string[] = [];
    let sound: FoundGeneration = { image: null, damage };
    for (const row of rows) {
      if (sound.image !== null && isEnough) break;
      const found = this.#tryToRead(camera, row);
      if (typeof found === 'string') {
        damage.push(`the checkpoint of ${row.saved_at} (step ${row.step}): ${found}`);
      } else if (sound.image === null) {
        const { bytes, sums } = found;
        const { step, signature, savedAt, token } = savedModel(row);
        const image = { camera, step, signature, bytes, savedAt, token };
        sound = { image, sums, generation: row.generation, damage };
      }
    }
    return sound;
  }

  /** Like `find`; what is damaged is then deleted, so that the sound generation is the newest and stays the fall-back. */
  load(camera: string): FoundGeneration {
    const found = this.find(camera);
    if (found.image === null) return found;
    if (found.damage.length > 0) {
      this.#db.transaction(() => {
        this.#db.prepare('DELETE FROM model WHERE camera = ? AND generation > ?').run(camera, found.generation);
        this.#db.prepare('DELETE FROM model_page WHERE camera = ? AND generation > ?').run(camera, found.generation);
      })();
    }
    const { step, signature, savedAt, token = 0 } = found.image;
    this.#written.set(camera, {
      length: found.image.bytes.length,
      sums: found.sums,
      hashes: Array.from(found.sums, (_, page) => sha256(pageOf(found.image.bytes, page))),
      saved: { step, signature, savedAt, token, generation: found.generation },
    });
    return found;
  }

  /** What the database itself cannot read is as damaged as what fails its checksum. */
  #tryToRead(camera: string, row: ModelRow): Content | string {
    try {
      return this.#read(camera, row);
    } catch (error) {
      if (!isDamage(error)) throw error;
      return messageOf(error);
    }
  }

  #read(camera: string, row: ModelRow): Content | string {
    if (row.length < 0 || row.length > MAX_IMAGE) return `${row.length} bytes`;
    const bytes = new Uint8Array(row.length);
    const sums = new Uint32Array(Math.ceil(row.length / PAGE_BYTES));
    const pages = this.#db
      .prepare(`${PAGES_OF_GENERATION} AND page < ? ORDER BY page`)
      .all(camera, row.generation, sums.length) as PageRow[];
    if (pages.length !== sums.length) return `${pages.length} of ${sums.length} pages`;
    for (const { page, crc32: sum, packed = PLAIN, bytes: written } of pages) {
      if (page < 0) return `there is a page ${page}`;
      const content = unpack(packed, written);
      if (content === null || crc32(content) !== sum) return `page ${page} fails its checksum`;
      if (content.length !== pageOf(bytes, page).length) return `page ${page} has ${content.length} bytes`;
      bytes.set(content, page * PAGE_BYTES);
      sums[page] = sum;
    }
    const hash = (row.hashed ?? BYTES) === BYTES ? sha256(bytes) : hashOfSums(sums);
    return hash === row.sha256 ? { bytes, sums } : 'the whole fails its hash';
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

function savedModel({ step, signature, saved_at: savedAt, token = 0, generation }: ModelRow): SavedModel {
  return { step, signature, savedAt, token, generation };
}

export function pageOf(bytes: Uint8Array, page: number): Uint8Array {
  return bytes.subarray(page * PAGE_BYTES, Math.min(bytes.length, (page + 1) * PAGE_BYTES));
}

function pack(content: Uint8Array): PackedPage {
  const sample = content.subarray(0, SAMPLE_BYTES);
  const isPlain = { packed: PLAIN, bytes: content };
  if (deflateSync(sample, { level: 1 }).length > sample.length * WORTH_PACKING) return isPlain;
  const deflated = deflateSync(content, { level: 1 });
  return deflated.length < content.length * WORTH_PACKING ? { packed: DEFLATED, bytes: deflated } : isPlain;
}

export function unpack(packed: number, bytes: Uint8Array): Uint8Array | null {
  if (packed === PLAIN) return bytes;
  try {
    return packed === DEFLATED ? inflateSync(bytes, { maxOutputLength: PAGE_BYTES }) : null;
  } catch {
    return null;
  }
}

function hashOfSums(sums: Uint32Array): string {
  const bytes = Buffer.alloc(sums.length * 4);
  sums.forEach((sum, index) => bytes.writeUInt32LE(sum, index * 4));
  return sha256(bytes);
}
