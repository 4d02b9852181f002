/** check.ts - is everything in a database sound: its structure, every generation of every model, every snapshot? */
import { messageOf } from '../errors.ts';
import type { Reader } from './reader.ts';

export type CheckReport = {
  readonly file: string;
  readonly version: number;
  readonly models: readonly {
    readonly camera: string;
    readonly step: number | null;
    readonly damage: readonly string[];
  }[];
  readonly snapshots: readonly { readonly name: string; readonly damage: string | null }[];
  /** What SQLite finds wrong with the file; empty: nothing. */
  readonly structure: readonly string[];
  readonly isSound: boolean;
};

export async function checkDatabase({ file, db, pages, snapshots }: Reader): Promise<CheckReport> {
  const found = db.prepare('PRAGMA integrity_check(20)').pluck().all() as string[];
  const structure = found.filter((line) => line !== 'ok');
  const models = pages.cameras().map((camera) => {
    const { image, damage } = pages.findAll(camera);
    return { camera, step: image?.step ?? null, damage };
  });
  const checked: { name: string; damage: string | null }[] = [];
  for (const { name } of snapshots.list()) {
    const damage = await snapshots.verify(name).then(() => null, messageOf);
    checked.push({ name, damage });
  }
  const isSound =
    structure.length === 0 &&
    models.every(({ damage }) => damage.length === 0) &&
    checked.every(({ damage }) => damage === null);
  const version = db.pragma('user_version', { simple: true }) as number;
  return { file, version, models, snapshots: checked, structure, isSound };
}
