/**
 * sweep.ts - pages that no list names are taken away: those of who died while copying, and of cameras that are gone.
 */
import type { KV } from '@nats-io/kv';
import { within } from './deadline.ts';
import { namesOf } from './model-copy.ts';
import { cameraOfPage } from './names.ts';
import type { Pages } from './pages.ts';
import { ManifestRecord, Newer, reader } from './records.ts';

/** A page that is younger may belong to a list that is not written yet (ms). */
export const SPARED_MS = 3_600_000;
const LISTS_MS = 60_000;

const read = reader(ManifestRecord);

/** Take away what no list names and is older than `sparedMs`; resolves to how many pages that were. */
export async function sweep(models: KV, pages: Pages, sparedMs: number = SPARED_MS): Promise<number> {
  // The lists after the pages: what a list names by then is kept.
  const there = await pages.list();
  const { kept, unread } = await within(LISTS_MS, 'the lists of pages', namesInLists(models));
  const newestMs = Math.max(...there.map(({ writtenMs }) => writtenMs), 0);
  // Against the newest page, and not the clock of this machine, which may be wrong by more than that.
  const gone = there.filter(
    ({ name, writtenMs }) => !kept.has(name) && !unread.has(cameraOfPage(name)) && newestMs - writtenMs >= sparedMs,
  );
  await pages.remove(gone.map(({ name }) => name));
  return gone.length;
}

/** Pages that lists name, and cameras with a list that cannot be read: it may name any of theirs. */
async function namesInLists(models: KV): Promise<{ kept: Set<string>; unread: Set<string> }> {
  const [kept, unread] = [new Set<string>(), new Set<string>()];
  for await (const { key, value, operation } of await models.history({ key: '>' })) {
    if (operation !== 'PUT') continue;
    const manifest = read(value);
    if (manifest === null || manifest instanceof Newer) unread.add(key.split('.')[0]!);
    else for (const name of namesOf(manifest)) kept.add(name);
  }
  return { kept, unread };
}
