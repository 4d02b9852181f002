/**
 * direct-store.ts - what the command line does on the database itself when no daemon runs.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cortexSettings } from '../config/camera-settings.ts';
import type { Config } from '../config/schema.ts';
import { planCortex } from '../cortex/plan.ts';
import { notedSize } from '../daemon/camera/model-shape.ts';
import { tryModel } from '../daemon/camera/trial.ts';
import { shapeMismatch } from '../daemon/watched/ports.ts';
import { CortexdError } from '../errors.ts';
import { VERSION } from '../package-root.ts';
import { timestamp } from '../records/from-observation.ts';
import { encodeCortexFile } from '../store/cortex-file.ts';
import { DATABASE_FILE } from '../store/database.ts';
import type { ModelImage } from '../store/model-image.ts';
import { noDatabase, withReader } from '../store/reader.ts';
import { Store } from '../store/store.ts';
import type { SnapshotPort } from '../web/api/port.ts';

/** Open the store of a directory for one piece of work, without a daemon. Writing holds the lock that a daemon would. */
export async function withStore<T>(directory: string, work: (store: Store) => T | Promise<T>): Promise<T> {
  if (!existsSync(join(directory, DATABASE_FILE))) throw noDatabase(directory);
  const store = new Store({ directory, outboxLimit: 1_000_000, program: VERSION, lock: true });
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

/**
 * Without a daemon: on its database, which must be there. What is only read is opened for reading, so that nothing is
 * created or changed by looking at it.
 */
export function directSnapshots(directory: string, config: Config | undefined): SnapshotPort {
  const now = (): string => timestamp(Date.now());
  const restore = async (store: Store, name: string, camera: string | undefined): Promise<string | null> => {
    const image = await store.snapshotImage(name);
    const wanted = camera ?? image.camera;
    await refuseMisfit(store, image, wanted, config);
    return (await store.restoreSnapshot(name, wanted, now())).replaced;
  };
  return {
    create: (name, camera) =>
      withStore(directory, (store) => store.createSnapshot(name, camera ?? onlyCamera(store), now())),
    list: () => withReader(directory, ({ snapshots }) => snapshots.list()),
    restore: (name, camera) => withStore(directory, (store) => restore(store, name, camera)),
    undo: (camera) =>
      withStore(directory, async (store) => {
        const restored = store.lastReplaced(camera);
        return { restored, replaced: await restore(store, restored, camera) };
      }),
    remove: (name) => withStore(directory, (store) => store.deleteSnapshot(name)),
    exportFile: (name) =>
      withReader(directory, async ({ snapshots }) => {
        await snapshots.verify(name);
        return encodeCortexFile(await snapshots.packed(name), VERSION);
      }),
    importFile: (name, file) => withStore(directory, (store) => store.importSnapshot(name, file, now())),
  };
}

/** What a running daemon would refuse is refused here as well: it would find it at its next start, and call it damage. */
async function refuseMisfit(
  store: Store,
  { signature, bytes }: ModelImage,
  camera: string,
  config: Config | undefined,
): Promise<void> {
  const known = [...new Set([...store.cameras(), ...Object.keys({ ...config?.cameras, ...config?.streams })])];
  if (!known.includes(camera)) {
    throw new CortexdError('usage', `Expected a camera of ${known.join(', ') || 'none'} but received "${camera}"`, {
      hint: 'Name it with --camera NAME.',
    });
  }
  const saved = await store.loadModel(camera);
  if (saved.kind === 'loaded' && saved.image.signature !== signature) {
    throw shapeMismatch(camera, signature, saved.image.signature);
  }
  const configured = config?.cameras[camera];
  if (configured === undefined) return;
  const settings = cortexSettings(configured, notedSize(store.settings(), camera, configured));
  const { memory } = planCortex(settings);
  if (memory.signature !== signature) throw shapeMismatch(camera, signature, memory.signature);
  await tryModel(settings, bytes);
}

function onlyCamera(store: Store): string {
  const cameras = store.cameras();
  if (cameras.length === 1) return cameras[0]!;
  throw new CortexdError('usage', `Expected a camera of ${cameras.join(', ') || 'none'} but received none`, {
    hint: 'Name it with --camera NAME.',
  });
}
