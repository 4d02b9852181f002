/**
 * watching.ts - the frames of a camera, for as long as it is watched: its source is opened, and opened again after trouble,
 * for ever; switched off it is closed until it is switched on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LatestFrame, newestOf } from '../../capture/latest.ts';
import { lossless } from '../../capture/lossless.ts';
import { openSource } from '../../capture/open.ts';
import type { CapturedFrame, FrameSource, PreprocessConfig, SourceConfig } from '../../capture/types.ts';
import { CortexdError } from '../../errors.ts';

export type WatchingPorts = {
  readonly source: SourceConfig;
  readonly preprocess: PreprocessConfig;
  /** Work through frames until they end or `stopped` says so. */
  readonly run: (frames: AsyncIterable<CapturedFrame>, stopped: () => boolean) => Promise<void>;
  /** Something could not be read and was left out. */
  readonly warn: (message: string) => void;
  /** The source cannot be read now; it is tried again. */
  readonly lost: (error: CortexdError) => Promise<void>;
  /** The source has come to its end; it is not opened again. */
  readonly ended: () => Promise<void>;
  readonly switchedOff: () => Promise<void>;
  /** Proof of work for the watchdog. */
  readonly alive: () => void;
};

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const DISABLED_POLL_MS = 250;

export class Watching {
  readonly #ports: WatchingPorts;
  readonly #stopping = new AbortController();
  #enabled: boolean;
  #source: FrameSource | undefined;
  #latest = new LatestFrame();
  #droppedBefore = 0;
  #badFramesBefore = 0;
  #running: Promise<void> | undefined;

  constructor(ports: WatchingPorts, enabled: boolean) {
    this.#ports = ports;
    this.#enabled = enabled;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Frames replaced by a newer one before they were taken, and frames that could not be decoded, since the start. */
  get dropped(): number {
    return this.#droppedBefore + this.#latest.dropped;
  }
  get badFrames(): number {
    return this.#badFramesBefore + (this.#source?.counters.badFrames ?? 0);
  }

  /** Begin. Trouble that is not of the outside world goes to `failed`. */
  start(failed: (error: unknown) => void): void {
    this.#running = this.#watch().catch(failed);
  }

  /** Close the source until it is switched on again. */
  async setEnabled(enabled: boolean): Promise<void> {
    if (enabled === this.#enabled) return;
    this.#enabled = enabled;
    if (!enabled) await this.#source?.close();
  }

  /** Resolves when the last frame is done. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#source?.close();
    await this.#running;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted;) {
      if (!this.#enabled) {
        await this.#pauseWhileDisabled();
        continue;
      }
      const seenBefore = this.#source;
      try {
        await this.#watchOnce();
        if (signal.aborted) return;
        if (!this.#enabled) continue;
        await this.#ports.ended();
        return;
      } catch (error) {
        if (!(error instanceof CortexdError) || error.code === 'internal') throw error;
        if (signal.aborted) return;
        if (!this.#enabled) continue;
        await this.#ports.lost(error);
      }
      if (this.#source !== seenBefore && (this.#source?.counters.frames ?? 0) > 0) pauseMs = FIRST_PAUSE_MS;
      await sleep(pauseMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      // A camera that is away and tried again is work: the watchdog must not kill a healthy daemon for it.
      this.#ports.alive();
    }
  }

  async #pauseWhileDisabled(): Promise<void> {
    const { signal } = this.#stopping;
    await this.#ports.switchedOff();
    while (!this.#enabled && !signal.aborted) {
      this.#ports.alive();
      await sleep(DISABLED_POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #watchOnce(): Promise<void> {
    const { source: config, preprocess, run, warn } = this.#ports;
    const source = await openSource(config, preprocess, warn);
    this.#source = source;
    this.#latest = new LatestFrame();
    try {
      const fastFrames = config.type === 'synthetic' ? config.fastFrames : 0;
      const frames = fastFrames > 0 ? lossless(source, fastFrames, this.#latest) : newestOf(source, this.#latest);
      await run(frames, () => this.#stopping.signal.aborted || !this.#enabled);
    } finally {
      this.#droppedBefore += this.#latest.dropped;
      this.#badFramesBefore += source.counters.badFrames;
      this.#latest.dropped = 0;
      source.counters.badFrames = 0;
      await source.close();
    }
  }
}
