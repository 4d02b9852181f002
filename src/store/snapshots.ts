/**
 * snapshots.ts - named copies of a model, kept in the database, packed and hashed.
 *
 * They are listed and given up in the order in which they were made, which no wrong clock can change.
 */
import { inflateSync } from 'node:zlib';
import type { Database } from 'better-sqlite3';
import { CortexdError } from '../errors.ts';
import { type ModelImage, sha256 } from './model-image.ts';
import { type PackedModel, Unpackable, packModel, unpackModel, verifyPacked } from './packed-model.ts';
import { type StageHook, noStage } from './stages.ts';

/** `replaced`: kept before something replaced the model. `scheduled`: made at regular times. Both are made by cortexd itself. */
export type SnapshotKind = 'manual' | 'replaced' | 'scheduled';

export type SnapshotInfo = {
  readonly name: string;
  readonly camera: string;
  readonly step: number;
  readonly length: number;
  readonly kind: SnapshotKind;
  /** Made by cortexd itself, and deleted by it when there are too many. */
  readonly automatic: boolean;
  readonly createdAt: string;
};

type InfoRow = {
  name: string;
  camera: string;
  step: number;
  length: number;
  kind: SnapshotKind;
  created_at: string;
};
type Row = InfoRow & { signature: string; sha256: string; blocks: number; compressed: Buffer };

export type SnapshotLimits = { readonly count: number; readonly bytes: number };

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;
const INFO = 'name, camera, step, length, kind, created_at';

export class Snapshots {
  readonly #db: Database;
  readonly #stage: StageHook;

  constructor(db: Database, stage: StageHook = noStage) {
    this.#db = db;
    this.#stage = stage;
  }

  /** Keep `image` under a name; throws CortexdError('usage') when the name is taken or unfit. */
  async create(name: string, image: ModelImage, kind: SnapshotKind): Promise<SnapshotInfo> {
    this.#checkName(name);
    return this.add(name, await packModel(image), kind);
  }

  /** Keep a model that is already packed. */
  add(name: string, model: PackedModel, kind: SnapshotKind): SnapshotInfo {
    this.#checkName(name);
    const { camera, step, signature, length, savedAt } = model;
    const automatic = kind !== 'manual';
    this.#db.transaction(() => {
      this.#db
        .prepare(
          `INSERT INTO snapshot (name, camera, step, signature, length, sha256, automatic, created_at, compressed, kind, blocks, sequence)
           SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, coalesce(max(sequence), 0) + 1 FROM snapshot`,
        )
        .run(name, camera, step, signature, length, model.sha256, automatic ? 1 : 0, savedAt, model.blocks, kind);
      this.#stage('snapshot: before the commit');
    })();
    return { name, camera, step, length, kind, automatic, createdAt: savedAt };
  }

  /** Throws CortexdError('usage') when there is no room for one more that was asked for. */
  refuseSurplus(limits: SnapshotLimits | undefined): void {
    if (limits === undefined) return;
    const { count, bytes } = this.#db
      .prepare(
        "SELECT coalesce(sum(kind = 'manual'), 0) AS count, coalesce(sum(length(compressed)), 0) AS bytes FROM snapshot",
      )
      .get() as { count: number; bytes: number };
    if (count < limits.count && bytes < limits.bytes) return;
    throw new CortexdError(
      'usage',
      `Expected fewer than ${limits.count} snapshots and ${limits.bytes / 1e6} MB of them but there are ${count} and ${Math.round(bytes / 1e6)} MB`,
      { hint: 'Delete one first (cortexd snapshot delete NAME), or raise model_snapshots.most or most_mb.' },
    );
  }

  /** Newest first. */
  list(): SnapshotInfo[] {
    const rows = this.#db.prepare(`SELECT ${INFO} FROM snapshot ORDER BY sequence DESC`).all() as InfoRow[];
    return rows.map(infoOf);
  }

  /** Delete all but the newest `count` of a kind and camera; returns the names of those that went. */
  keepNewest(camera: string, kind: SnapshotKind, count: number): string[] {
    return this.#db
      .prepare(
        `DELETE FROM snapshot WHERE name IN (
           SELECT name FROM snapshot WHERE camera = ? AND kind = ? ORDER BY sequence DESC LIMIT -1 OFFSET ?) RETURNING name`,
      )
      .pluck()
      .all(camera, kind, count) as string[];
  }

  /** `base`, or with a number behind it when it is taken. */
  freeName(base: string): string {
    const taken = new Set(this.list().map(({ name }) => name));
    let name = base;
    for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
    return name;
  }

  /** Name of the snapshot of what the last restore of a camera (or of any) replaced. */
  lastReplaced(camera: string | undefined): string {
    const found = this.list().find((one) => one.kind === 'replaced' && (camera ?? one.camera) === one.camera);
    if (found !== undefined) return found.name;
    throw new CortexdError('usage', 'Expected a restore that could be undone but nothing was replaced', {
      hint: 'See what there is: cortexd snapshot list',
    });
  }

  info(name: string): SnapshotInfo & { readonly signature: string; readonly packedBytes: number } {
    const row = this.#row(name);
    return { ...infoOf(row), signature: row.signature, packedBytes: row.compressed.length };
  }

  /** The model of a snapshot as it is packed. */
  async packed(name: string): Promise<PackedModel> {
    const row = this.#row(name);
    // Snapshots of the first version are one stream without blocks.
    if (row.blocks === 0) return packModel(inflateFirstVersion(row));
    const { camera, step, signature, length, created_at: savedAt, compressed: blocks } = row;
    return { camera, step, signature, length, sha256: row.sha256, savedAt, blocks };
  }

  /** The model of a snapshot, verified. */
  async get(name: string): Promise<ModelImage> {
    const row = this.#row(name);
    if (row.blocks === 0) return inflateFirstVersion(row);
    try {
      return await unpackModel(await this.packed(name));
    } catch (error) {
      throw error instanceof Unpackable ? unsound(name, error.message) : error;
    }
  }

  /** Throws CortexdError('corrupt') when the snapshot is damaged. */
  async verify(name: string): Promise<void> {
    try {
      await verifyPacked(await this.packed(name));
    } catch (error) {
      throw error instanceof Unpackable ? unsound(name, error.message) : error;
    }
  }

  /** A damaged one can be deleted too. */
  delete(name: string): void {
    this.#row(name);
    this.#db.prepare('DELETE FROM snapshot WHERE name = ?').run(name);
  }

  #row(name: string): Row {
    const row = this.#db.prepare('SELECT * FROM snapshot WHERE name = ?').get(name) as Row | undefined;
    if (row !== undefined) return row;
    const known = this.list().map((snapshot) => snapshot.name);
    throw new CortexdError('usage', `Expected a snapshot but there is none named "${name}"`, {
      hint: known.length === 0 ? 'There are no snapshots yet.' : `There are: ${known.slice(0, 10).join(', ')}`,
    });
  }

  #checkName(name: string): void {
    if (!NAME.test(name)) {
      throw new CortexdError('usage', `Expected a name of letters, digits, dot, _ and - but received "${name}"`);
    }
    if (this.#db.prepare('SELECT 1 FROM snapshot WHERE name = ?').get(name) !== undefined) {
      throw new CortexdError('usage', `Expected a new name but a snapshot "${name}" exists`, {
        hint: 'Choose another name, or delete the old one: cortexd snapshot delete NAME',
      });
    }
  }
}

function infoOf({ name, camera, step, length, kind, created_at }: InfoRow): SnapshotInfo {
  return { name, camera, step, length, kind, automatic: kind !== 'manual', createdAt: created_at };
}

function inflateFirstVersion({
  name,
  camera,
  step,
  signature,
  length,
  sha256: hash,
  created_at,
  compressed,
}: Row): ModelImage {
  let bytes: Uint8Array;
  try {
    bytes = inflateSync(compressed, { maxOutputLength: Math.max(1, length) });
  } catch {
    throw unsound(name, 'cannot be unpacked');
  }
  if (bytes.length !== length || sha256(bytes) !== hash) throw unsound(name, 'fails its hash');
  return { camera, step, signature, bytes, savedAt: created_at };
}

function unsound(name: string, reason: string): CortexdError {
  return new CortexdError('corrupt', `Expected a sound snapshot but "${name}" ${reason}`, {
    hint: 'Use another snapshot (cortexd snapshot list).',
  });
}
