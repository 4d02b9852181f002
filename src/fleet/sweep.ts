/**
 * sweep.ts - pages that no list names are taken away: those of who died while copying, and of cameras that are gone. Which are
 * deleted leaves no trace: of every page that ever was, a mark would stay for ever.
 */
import type { JetStreamManager } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import type { ObjectStore } from '@nats-io/obj';
import type { FleetNames } from './names.ts';
import { namesOf } from './model-copy.ts';
import { ManifestRecord, reader } from './records.ts';

/** A page that is younger may belong to a list that is not written yet (ms). */
export const SPARED_MS = 3_600_000;

const read = reader(ManifestRecord);

/** Deletes pages by name, with their marks. */
export function pageRemover(manager: JetStreamManager, pages: ObjectStore, names: FleetNames) {
  const stream = `OBJ_${names.pages}`;
  return async (gone: readonly string[]): Promise<void> => {
    for (const name of gone) {
      await pages.delete(name);
      await manager.streams.purge(stream, { filter: `$O.${names.pages}.M.${encoded(name)}` });
    }
  };
}

/** Take away what no list names and is older than `sparedMs`; resolves to how many pages that were. */
export async function sweep(
  models: KV,
  pages: ObjectStore,
  remove: (names: readonly string[]) => Promise<void>,
  sparedMs: number = SPARED_MS,
): Promise<number> {
  // The lists after the pages: what a list names by then is kept.
  const there = await pages.list();
  const kept = new Set<string>();
  for await (const { value, operation } of await models.history({ key: '>' })) {
    const manifest = operation === 'PUT' ? read(value) : null;
    if (manifest !== null) for (const name of namesOf(manifest)) kept.add(name);
  }
  const newest = Math.max(...there.map(({ mtime }) => Date.parse(mtime)), 0);
  // By the clock of the cluster, as far as it is known: that of this machine may be wrong.
  const gone = there.filter(({ name, mtime }) => !kept.has(name) && newest - Date.parse(mtime) >= sparedMs);
  await remove(gone.map(({ name }) => name));
  return gone.length;
}

/** As names of objects stand in subjects: base64url with padding. */
function encoded(name: string): string {
  return Buffer.from(name).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
