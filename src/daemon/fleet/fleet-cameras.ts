/**
 * fleet-cameras.ts - cameras of a fleet on this node: resumed from whatever checkpoint is the newest, watched with fenced ports,
 * copied after each checkpoint, and handed over whole.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import type { CameraConfig } from '../../config/camera-schema.ts';
import { type LoadedConfig, parseConfig } from '../../config/load.ts';
import { CortexdError, messageOf } from '../../errors.ts';
import type { Fence, Host } from '../../fleet/host.ts';
import type { ModelCopies } from '../../fleet/model-copy.ts';
import type { CameraEntry, ManifestRecord } from '../../fleet/records.ts';
import { timestamp } from '../../records/from-observation.ts';
import { stateLostRecords } from '../../records/state-lost.ts';
import type { SavedModel } from '../../store/model-pages.ts';
import type { StoreClient } from '../../store/store-client.ts';
import type { Models } from '../models.ts';
import type { Logger } from '../service/log.ts';
import type { CameraPorts } from '../watched/ports.ts';
import { leasedPorts } from './leased-ports.ts';

export type FleetCamerasPorts = {
  readonly loaded: LoadedConfig;
  readonly log: Logger;
  readonly store: StoreClient;
  readonly models: Models;
  readonly copies: ModelCopies;
  readonly instance: string;
  readonly node: string;
};

type Watched = {
  readonly config: CameraConfig;
  lastFrameMs: number;
  isEnabled: () => boolean;
  /** Work on it, one after the other. */
  turn: Promise<unknown>;
  /** The copy under way, and whether another is due after it. */
  copying: Promise<void> | null;
  isCopyDue: boolean;
  readonly fence: Fence;
};

/** A hand-over does not wait longer for the last copy: the lease and the service manager do not either (ms). */
const HAND_OVER_MS = 8000;
const COPY_AGAIN_MS = 1000;
/** A model is asked for so long at most (ms). */
const RESUME_MS = 60_000;
/** Lost frames of a slow camera, and what comes on top before others may try (ms). */
const MISSING_FRAMES = 3;
const GRACE_MS = 5000;
const OTHER_NODE = 'another machine of the fleet goes on';

export class FleetCameras {
  readonly #ports: FleetCamerasPorts;
  readonly #watched = new Map<string, Watched>();

  constructor(ports: FleetCamerasPorts) {
    this.#ports = ports;
  }

  get host(): Omit<Host, 'load'> {
    return {
      start: (camera, entry, fence) => this.#start(camera, entry, fence),
      stop: (camera, isWhole) => this.#stop(camera, isWhole),
      lastFrameMs: (camera) => this.#lastFrameMs(camera),
      patienceMs: (camera) => patienceMs(this.#watched.get(camera)?.config),
    };
  }

  #lastFrameMs(camera: string): number | null {
    const watched = this.#watched.get(camera);
    return watched === undefined || !watched.isEnabled() ? null : watched.lastFrameMs;
  }

  async #start(camera: string, entry: CameraEntry, fence: Fence): Promise<void> {
    const { loaded, models } = this.#ports;
    if (loaded.config.cameras[camera] !== undefined || loaded.config.streams[camera] !== undefined)
      throw new CortexdError('config', `Expected a name of its own but this machine has a camera "${camera}" already`);
    const watched: Watched = {
      config: cameraOf(camera, entry, loaded),
      lastFrameMs: -Infinity,
      isEnabled: () => true,
      copying: null,
      isCopyDue: false,
      fence,
      turn: Promise.resolve(),
    };
    this.#watched.set(camera, watched);
    watched.turn = this.#begin(camera, entry, watched, models);
    try {
      await watched.turn;
    } catch (error) {
      this.#watched.delete(camera);
      throw error;
    }
  }

  async #begin(camera: string, entry: CameraEntry, watched: Watched, models: Models): Promise<void> {
    const ports = leasedPorts(models.ports, watched.fence, {
      stepped: () => (watched.lastFrameMs = performance.now()),
      saved: () => this.#copySoon(camera, watched),
    });
    const values = await this.#resumeInTime(camera, ports, watched.fence, entry.anew_from ?? 0);
    // By now it may be somebody else's.
    if (!watched.fence.isValid()) throw new CortexdError('unavailable', 'The lease was over before it was begun');
    await models.add(camera, watched.config, ports, values);
    watched.isEnabled = () => models.isEnabled(camera);
  }

  /** The same, again and again while the cluster has other troubles: whoever else took the camera would have the same. */
  async #resumeInTime(
    camera: string,
    ports: CameraPorts,
    { token, isValid }: Fence,
    from: number,
  ): Promise<{ readonly [key: string]: string }> {
    const end = performance.now() + RESUME_MS;
    for (;;) {
      try {
        return await this.#resume(camera, ports, token, from);
      } catch (error) {
        const isOfHere = error instanceof CortexdError && error.code !== 'unavailable';
        if (isOfHere || !isValid() || performance.now() > end) throw error;
        await sleep(300);
      }
    }
  }

  /**
   * Make the newest checkpoint there is that of this node; resolves to the values that go with it. Those of tokens below `from` are not
   * gone on from: what this node has of them is kept as a snapshot.
   */
  async #resume(
    camera: string,
    ports: CameraPorts,
    token: number,
    from: number,
  ): Promise<{ readonly [key: string]: string }> {
    const { store, copies, instance, log } = this.#ports;
    let own = await store.call('lastCheckpoint', camera);
    if (own !== null && own.token < from) {
      await store.call('forgetModel', camera, timestamp(Date.now()));
      log.info(
        { camera, step: own.step },
        'The model begins anew, as was ordered; the one before is kept as a snapshot',
      );
      own = null;
    }
    // Under the token before nobody but this machine has saved: there is nothing to ask.
    if (own !== null && own.token === token - 1) return {};
    const newest = await copies.newest(camera, token, from);
    if (newest === null || !isNewer(newest, own, instance)) return {};
    try {
      const fetched = await copies.fetch(camera, token, from);
      if (fetched === null) return {};
      const { manifest, image, lost } = fetched;
      if (lost.length > 0) this.#tellLost(camera, ports, `${lost.join('; ')}; goes on from step ${image.step}`);
      if (lost.length > 0 && !isNewer(manifest, own, instance)) return {};
      // What was learned here before there was a fleet, or with another shape, is not lost.
      if (own?.token === 0 || (own !== null && own.signature !== image.signature))
        await store.call('keepReplaced', camera, timestamp(Date.now()));
      await store.call('checkpoint', { ...image, savedAt: timestamp(Date.now()) });
      const { step, token: before, node } = manifest;
      log.info({ camera, step, fence: before, from: node }, 'Model taken over from the fleet');
      return manifest.settings;
    } catch (error) {
      if (!(error instanceof CortexdError) || error.code !== 'corrupt') throw error;
      const rest = own === null ? 'the model begins anew' : `goes on from step ${own.step} of this machine`;
      this.#tellLost(camera, ports, `${messageOf(error)}; ${rest}`);
      return {};
    }
  }

  #tellLost(camera: string, ports: CameraPorts, explanation: string): void {
    const { log } = this.#ports;
    log.error({ camera }, `Saved state was damaged: ${explanation}`);
    for (const record of stateLostRecords({ id: ulid(), camera, at: timestamp(Date.now()), explanation }))
      ports.store
        .call('saveEvent', record, null, ports.publisher !== null)
        .catch((error: unknown) => log.error({ camera, err: error }, messageOf(error)));
  }

  async #stop(camera: string, isWhole: boolean): Promise<void> {
    const { models, log } = this.#ports;
    const watched = this.#watched.get(camera);
    if (watched === undefined) return;
    await watched.turn.catch(() => undefined);
    try {
      await models.remove(camera, OTHER_NODE);
      const copied = watched.copying;
      if (isWhole && copied !== null) await Promise.race([copied, sleep(HAND_OVER_MS, undefined, { ref: false })]);
    } catch (error) {
      log.error({ camera, err: error }, `The camera was not stopped in order: ${messageOf(error)}`);
    }
    this.#watched.delete(camera);
  }

  /** One copy at a time; a checkpoint that comes meanwhile is copied after it. */
  #copySoon(camera: string, watched: Watched): void {
    watched.isCopyDue = true;
    watched.copying ??= this.#copyAll(camera, watched).finally(() => (watched.copying = null));
  }

  async #copyAll(camera: string, watched: Watched): Promise<void> {
    const { store, copies, node, instance, log } = this.#ports;
    let isFailing = false;
    while (watched.isCopyDue && watched.fence.isValid()) {
      watched.isCopyDue = false;
      const began = performance.now();
      try {
        const settings = await settingsOf(store, camera);
        const saved = { camera, token: watched.fence.token, node, instance, settings };
        const copied = await copies.save(saved, (known) => store.call('modelParts', camera, known));
        log.debug({ camera, ...copied, ms: Math.round(performance.now() - began) }, 'Checkpoint copied');
        isFailing = false;
      } catch (error) {
        if (!isFailing) log.warn({ camera }, `The checkpoint was not copied, trying again: ${messageOf(error)}`);
        isFailing = true;
        // The next checkpoint may be minutes away, and then it would be all there is for whoever takes over.
        watched.isCopyDue = true;
        await sleep(COPY_AGAIN_MS);
      }
    }
  }
}

/** Whether the checkpoint of the fleet is newer than the last one of this machine. */
export function isNewer(
  { token, instance, generation }: Pick<ManifestRecord, 'token' | 'instance' | 'generation'>,
  own: Pick<SavedModel, 'token' | 'generation'> | null,
  here: string,
): boolean {
  if (own === null) return true;
  // A copy of our own: this machine has it, or had it and has lost it.
  if (instance === here) return generation > own.generation;
  return token >= own.token;
}

/** The settings of a camera of the fleet as those of a camera here: checked, with the secrets of this machine. */
function cameraOf(
  camera: string,
  { settings }: CameraEntry,
  { file, node, stateDirectory }: LoadedConfig,
): CameraConfig {
  const whole = { node, state_directory: stateDirectory, cameras: { [camera]: settings } };
  return parseConfig(JSON.stringify(whole), file).config.cameras[camera]!;
}

/** Values that go with the camera; what is of this machine alone stays here. */
async function settingsOf(store: StoreClient, camera: string): Promise<{ [key: string]: string }> {
  const prefix = `camera/${camera}/`;
  const all = Object.entries<string>(await store.call('settings'));
  return Object.fromEntries(
    all.filter(([key]) => key.startsWith(prefix) && !['uid', 'broken'].includes(key.slice(prefix.length))),
  );
}

function patienceMs(config: CameraConfig | undefined): number {
  if (config === undefined) return Infinity;
  const { fps } = config.source;
  const betweenMs = Math.max(config.lost_after_s * 1000, fps === undefined ? 0 : (MISSING_FRAMES * 1000) / fps);
  return betweenMs + GRACE_MS;
}
