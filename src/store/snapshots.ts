/**
 * snapshots.ts - named copies of a model, kept in the database, compressed and hashed.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import type { Database } from 'better-sqlite3';
import { CortexdError } from '../errors.ts';
import { type ModelImage, sha256 } from './model-pages.ts';

export type SnapshotInfo = {
  readonly name: string;
  readonly camera: string;
  readonly step: number;
  readonly length: number;
  /** Made by cortexd itself before something replaced the model. */
  readonly automatic: boolean;
  readonly createdAt: string;
};

type Row = {
  name: string;
  camera: string;
  step: number;
  signature: string;
  length: number;
  sha256: string;
  automatic: number;
  created_at: string;
};

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

export class Snapshots {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Keep `image` under a name; throws CortexdError('usage') when the name is taken or unfit. */
  create(name: string, image: ModelImage, automatic: boolean): SnapshotInfo {
    if (!NAME.test(name)) {
      throw new CortexdError('usage', `Expected a name of letters, digits, dot, _ and - but received "${name}"`);
    }
    if (this.#row(name)) {
      throw new CortexdError('usage', `Expected a new name but a snapshot "${name}" exists`, {
        hint: 'Choose another name, or delete the old one: cortexd snapshot delete NAME',
      });
    }
    const { camera, step, signature, bytes, savedAt } = image;
    this.#db
      .prepare(
        `INSERT INTO snapshot (name, camera, step, signature, length, sha256, automatic, created_at, compressed)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(name, camera, step, signature, bytes.length, sha256(bytes), automatic ? 1 : 0, savedAt, deflateSync(bytes));
    return { name, camera, step, length: bytes.length, automatic, createdAt: savedAt };
  }

  /** Newest first. */
  list(): SnapshotInfo[] {
    const rows = this.#db
      .prepare('SELECT name, camera, step, length, automatic, created_at FROM snapshot ORDER BY created_at DESC, name')
      .all() as Row[];
    return rows.map(({ name, camera, step, length, automatic, created_at }) => ({
      name,
      camera,
      step,
      length,
      automatic: automatic === 1,
      createdAt: created_at,
    }));
  }

  /** The model of a snapshot, verified. */
  get(name: string): ModelImage {
    const row = this.#row(name);
    if (!row) {
      const known = this.list().map((snapshot) => snapshot.name);
      throw new CortexdError('usage', `Expected a snapshot but there is none named "${name}"`, {
        hint: known.length === 0 ? 'There are no snapshots yet.' : `There are: ${known.slice(0, 10).join(', ')}`,
      });
    }
    let bytes: Uint8Array;
    try {
      bytes = inflateSync(row.compressed, { maxOutputLength: row.length });
    } catch {
      bytes = new Uint8Array();
    }
    if (bytes.length !== row.length || sha256(bytes) !== row.sha256) {
      throw new CortexdError('corrupt', `Expected a sound snapshot but "${name}" fails its hash`, {
        hint: 'Use another snapshot (cortexd snapshot list).',
      });
    }
    return { camera: row.camera, step: row.step, signature: row.signature, bytes, savedAt: row.created_at };
  }

  delete(name: string): void {
    this.get(name);
    this.#db.prepare('DELETE FROM snapshot WHERE name = ?').run(name);
  }

  #row(name: string): (Row & { compressed: Buffer }) | undefined {
    return this.#db.prepare('SELECT * FROM snapshot WHERE name = ?').get(name) as
      (Row & { compressed: Buffer }) | undefined;
  }
}
