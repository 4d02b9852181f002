/**
 * model-snapshots.ts - snapshots of running models: asked for, by button, and at regular times.
 */
import type { Logger } from '../service/log.ts';
import { modelNamed } from './model-named.ts';
import { timestamp } from '../../records/from-observation.ts';
import type { StoreClient } from '../../store/store-client.ts';
import type { SnapshotKind } from '../../store/snapshots.ts';
import type { SnapshotPort } from '../../web/api/port.ts';

const LOOK_EVERY_MS = 600_000;
const HOUR_MS = 3_600_000;

/** A camera or number sensor as far as its model matters here. */
export type SavedModel = {
  readonly name: string;
  readonly signature: string;
  readonly checkpoint: () => Promise<void>;
  /** Throws when the shape does not fit, before anything is changed. */
  readonly restore: (bytes: Uint8Array, signature: string) => Promise<void>;
};

/** How many are kept of those made by cortexd itself, and how often one is made (hours, 0: never). */
export type SnapshotLimits = { readonly everyHours: number; readonly keep: number; readonly keepReplaced: number };

export class ModelSnapshots implements SnapshotPort {
  readonly #store: StoreClient;
  readonly #models: () => readonly SavedModel[];
  readonly #limits: SnapshotLimits;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: StoreClient, models: () => readonly SavedModel[], limits: SnapshotLimits, log: Logger) {
    this.#store = store;
    this.#models = models;
    this.#limits = limits;
    this.#log = log;
  }

  readonly create: SnapshotPort['create'] = (name, camera) =>
    this.#create(name, modelNamed(this.#models(), camera), 'manual');

  readonly list: SnapshotPort['list'] = () => this.#store.call('snapshots');

  readonly restore: SnapshotPort['restore'] = async (name, camera) => {
    const store = this.#store;
    const image = await store.call('snapshotImage', name);
    const isThere = this.#models().some((one) => one.name === image.camera);
    const model = modelNamed(this.#models(), camera ?? (isThere ? image.camera : undefined));
    let replaced: string | null = null;
    // Of another shape: `restore` refuses below, and there is nothing to keep.
    if (image.signature === model.signature) {
      await model.checkpoint();
      replaced = await store.call('keepReplaced', model.name, now());
    }
    await model.restore(image.bytes, image.signature);
    await model.checkpoint();
    await store.call('trimSnapshots', model.name, 'replaced', this.#limits.keepReplaced);
    return replaced;
  };

  readonly undo: SnapshotPort['undo'] = async (camera) => {
    const restored = await this.#store.call('lastReplaced', camera);
    return { restored, replaced: await this.restore(restored, camera) };
  };

  readonly remove: SnapshotPort['remove'] = (name) => this.#store.call('deleteSnapshot', name);

  readonly exportFile: SnapshotPort['exportFile'] = (name) => this.#store.call('exportSnapshot', name);

  readonly importFile: SnapshotPort['importFile'] = (name, file) =>
    this.#store.call('importSnapshot', name, file, now());

  /** A snapshot of every model, because the button was held. */
  byButton(): void {
    const at = now();
    for (const model of this.#models()) {
      this.#create(nameFor('button', model.name, at), model, 'manual').catch((error: unknown) =>
        this.#log.error({ camera: model.name, err: error }, 'The snapshot by button failed'),
      );
    }
  }

  /** Make snapshots at regular times from now on. */
  start(): void {
    if (this.#limits.everyHours > 0) this.#timer = setInterval(() => void this.makeDue(), LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Make the scheduled snapshots that are due. What goes wrong is logged: the next look tries again. */
  async makeDue(): Promise<void> {
    const { everyHours, keep } = this.#limits;
    try {
      const all = await this.#store.call('snapshots');
      for (const model of this.#models()) {
        const last = all.find(({ camera, kind }) => camera === model.name && kind === 'scheduled');
        const ageMs = last === undefined ? Infinity : Date.now() - Date.parse(last.createdAt);
        // A snapshot from the future: the clock was set back, and nobody knows how old it is.
        if (ageMs >= 0 && ageMs < everyHours * HOUR_MS) continue;
        const { name } = await this.#create(nameFor('scheduled', model.name, now()), model, 'scheduled');
        const gone = await this.#store.call('trimSnapshots', model.name, 'scheduled', keep);
        this.#log.info({ camera: model.name, snapshot: name, gone }, 'Scheduled snapshot');
      }
    } catch (error) {
      this.#log.error({ err: error }, 'The scheduled snapshot failed');
    }
  }

  async #create(name: string, model: SavedModel, kind: SnapshotKind): ReturnType<SnapshotPort['create']> {
    await model.checkpoint();
    return this.#store.call('createSnapshot', name, model.name, now(), kind);
  }
}

function now(): string {
  return timestamp(Date.now());
}

function nameFor(why: string, camera: string, at: string): string {
  return `${why}-${at.replace(/[:.]/g, '-')}-${camera}`;
}
