/**
 * model-snapshots.ts - snapshots of the running models, as the control socket, MQTT and the button ask for them.
 */
import { CortexdError, messageOf } from '../errors.ts';
import { timestamp } from '../records/from-observation.ts';
import type { SnapshotInfo } from '../store/snapshots.ts';
import type { StoreClient } from '../store/store-client.ts';
import type { SnapshotPort } from '../web/control-server.ts';
import type { Logger } from './log.ts';

/** A running model. */
type Saved = {
  readonly name: string;
  readonly signature: string;
  readonly checkpoint: () => Promise<void>;
  readonly restore: (bytes: Uint8Array, signature: string) => Promise<void>;
};

export class ModelSnapshots implements SnapshotPort {
  readonly #store: StoreClient;
  readonly #models: () => readonly Saved[];
  readonly #log: Logger;

  constructor(store: StoreClient, models: () => readonly Saved[], log: Logger) {
    this.#store = store;
    this.#models = models;
    this.#log = log;
  }

  create = async (name: string, cameraName: string | undefined): Promise<SnapshotInfo> => {
    const camera = this.#modelNamed(cameraName);
    await camera.checkpoint();
    return this.#store.call('createSnapshot', name, camera.name, timestamp(Date.now()));
  };

  list = (): Promise<readonly SnapshotInfo[]> => this.#store.call('snapshots');

  restore = async (name: string, cameraName: string | undefined): Promise<string | null> => {
    const image = await this.#store.call('snapshotImage', name);
    const own = this.#models().some((one) => one.name === image.camera) ? image.camera : undefined;
    const camera = this.#modelNamed(cameraName ?? own);
    if (image.signature === camera.signature) await camera.checkpoint();
    // Shape first: a snapshot that does not fit must change nothing.
    await camera.restore(image.bytes, image.signature);
    return (await this.#store.call('restoreSnapshot', name, camera.name, timestamp(Date.now()))).replaced;
  };

  remove = (name: string): Promise<void> => this.#store.call('deleteSnapshot', name);

  exportFile = (name: string): Promise<Uint8Array> => this.#store.call('exportSnapshot', name);

  importFile = (name: string, file: Uint8Array): Promise<SnapshotInfo> =>
    this.#store.call('importSnapshot', name, file, timestamp(Date.now()));

  /** Snapshots of all models; a failure is logged. */
  byButton(): void {
    const now = timestamp(Date.now()).replace(/[:.]/g, '-');
    const done = Promise.all(this.#models().map(({ name }) => this.create(`button-${now}-${name}`, name)));
    done.catch((error: unknown) =>
      this.#log.error({ err: error }, `The snapshot by button failed: ${messageOf(error)}`),
    );
  }

  /** The camera or number sensor of that name; without one the only one there is. */
  #modelNamed(name: string | undefined): Saved {
    const models = this.#models();
    const model = name === undefined && models.length === 1 ? models[0] : models.find((one) => one.name === name);
    if (model !== undefined) return model;
    const names = models.map((one) => one.name).join(', ');
    throw new CortexdError('usage', `Expected a camera or stream of ${names} but received ${name ?? 'none'}`, {
      hint: 'Name it with --camera NAME.',
    });
  }
}
