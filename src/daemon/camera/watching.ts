/**
 * watching.ts - the frames of a camera, for as long as it is watched: its source is opened, and opened again after trouble,
 * for ever; switched off it is closed until it is switched on.
 *
 * Trouble is told when no good frame has come for too long, not at the first hiccup; a camera that has never given a frame
 * is told at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LatestFrame, newestOf } from '../../capture/latest.ts';
import { lossless } from '../../capture/lossless.ts';
import { isLive, openSource } from '../../capture/open.ts';
import { StillWatch } from '../../capture/still-watch.ts';
import { TICK_MS, inTime, supervised } from '../../capture/supervise.ts';
import type { CapturedFrame, FrameSource, PreprocessConfig, SourceConfig } from '../../capture/types.ts';
import { CortexdError } from '../../errors.ts';

export type WatchingPorts = {
  readonly source: SourceConfig;
  readonly preprocess: PreprocessConfig;
  /** Without a good frame for so long the camera is lost; a live picture that stays the same for so long is no good one (ms). */
  readonly lostAfterMs: number;
  readonly frozenAfterMs: number;
  /** Work through frames until they end or `stopped` says so. */
  readonly run: (frames: AsyncIterable<CapturedFrame>, stopped: () => boolean) => Promise<void>;
  /** Something could not be read and was left out. */
  readonly warn: (message: string) => void;
  /** The source gives no frames; it is tried again. */
  readonly lost: (error: CortexdError) => Promise<void>;
  /** The source has come to its end; it is not opened again. */
  readonly ended: () => Promise<void>;
  readonly switchedOff: () => Promise<void>;
  /** Proof of work for the watchdog. */
  readonly alive: () => void;
};

const FIRST_PAUSE_MS = 500;
/** A camera that restarts is back soon after; one that is away costs a short-lived process each time. */
const LONGEST_PAUSE_MS = 10_000;
const OPEN_MS = 30_000;
const FIRST_FRAME_MS = 30_000;
/** So many frames of the expected rate may be missing. */
const MISSING_FRAMES = 3;

export class Watching {
  readonly #ports: WatchingPorts;
  readonly #stopping = new AbortController();
  readonly #betweenMs: number;
  readonly #still: StillWatch | null;
  #switched = new AbortController();
  #enabled: boolean;
  #source: FrameSource | undefined;
  #latest = new LatestFrame();
  #droppedBefore = 0;
  #badFramesBefore = 0;
  #goodMs: number | undefined;
  /** Why there are no frames, until it is told or frames come. */
  #trouble: CortexdError | undefined;
  /** Losses are told one after the other. */
  #telling: Promise<void> = Promise.resolve();
  #running: Promise<void> | undefined;

  constructor(ports: WatchingPorts, enabled: boolean) {
    this.#ports = ports;
    this.#enabled = enabled;
    const { source, lostAfterMs, frozenAfterMs } = ports;
    this.#betweenMs = Math.max(lostAfterMs, source.fps === null ? 0 : (MISSING_FRAMES * 1000) / source.fps);
    this.#still = isLive(source) && frozenAfterMs > 0 ? new StillWatch(frozenAfterMs) : null;
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
  start(failed: (error: unknown) => unknown): void {
    this.#running = this.#watch().catch(async (error: unknown) => {
      await failed(error);
    });
  }

  /** Close the source until it is switched on again. */
  async setEnabled(enabled: boolean): Promise<void> {
    if (enabled === this.#enabled) return;
    this.#enabled = enabled;
    this.#switched.abort();
    this.#switched = new AbortController();
    if (!enabled) await this.#source?.close();
  }

  /** Resolves when the last frame is done. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#source?.close();
    await this.#running;
  }

  get #isOver(): boolean {
    return this.#stopping.signal.aborted || !this.#enabled;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted;) {
      if (!this.#enabled) {
        await this.#ports.switchedOff();
        this.#goodMs = undefined;
        this.#trouble = undefined;
        await this.#rest(Infinity);
        continue;
      }
      const goodBefore = this.#goodMs;
      try {
        await this.#watchOnce();
        if (this.#isOver) continue;
        await this.#ports.ended();
        await this.#rest(Infinity);
        continue;
      } catch (error) {
        if (!(error instanceof CortexdError) || error.code === 'internal') throw error;
        this.#trouble = error;
      }
      if (this.#isOver) continue;
      if (this.#goodMs !== goodBefore) pauseMs = FIRST_PAUSE_MS;
      await this.#rest(pauseMs * (0.5 + Math.random()));
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
  }

  /** A moment of waiting: whoever watches over the daemon hears that it is on purpose, and a loss is told when it is one. */
  #tick(): void {
    this.#ports.alive();
    const trouble = this.#trouble;
    if (trouble === undefined || performance.now() < (this.#goodMs ?? -Infinity) + this.#betweenMs) return;
    this.#trouble = undefined;
    this.#telling = this.#telling.then(() => this.#ports.lost(trouble));
  }

  /** Do nothing for a while, or until switched or stopped. */
  async #rest(ms: number): Promise<void> {
    const signal = AbortSignal.any([this.#stopping.signal, this.#switched.signal]);
    const end = performance.now() + ms;
    // A camera that is away and tried again is work: the watchdog must not kill a healthy daemon for it.
    this.#tick();
    for (let leftMs = ms; leftMs > 0 && !signal.aborted; leftMs = end - performance.now()) {
      await sleep(Math.min(leftMs, TICK_MS), undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) this.#tick();
    }
    await this.#telling;
  }

  async #open(): Promise<FrameSource> {
    const { source: config, preprocess, warn } = this.#ports;
    const opening = openSource(config, preprocess, warn);
    const deadline = performance.now() + OPEN_MS;
    let isLate = false;
    // One that opens after all is not wanted any more.
    opening.then(
      (source) => (isLate ? source.close() : undefined),
      () => undefined,
    );
    return inTime(
      opening,
      () => this.#tick(),
      () => deadline,
      () => {
        isLate = true;
        return new CortexdError('unavailable', `Expected the source to open but it hangs for ${OPEN_MS / 1000} s`);
      },
    );
  }

  async #watchOnce(): Promise<void> {
    const { source: config, run } = this.#ports;
    const source = await this.#open();
    this.#source = source;
    this.#latest = new LatestFrame();
    try {
      const every = framesTakenOneByOne(config);
      const frames = every > 0 ? lossless(source, every, this.#latest) : newestOf(source, this.#latest);
      const good = supervised(frames, source, {
        limits: { firstMs: Math.max(FIRST_FRAME_MS, this.#betweenMs), betweenMs: this.#betweenMs },
        still: this.#still,
        waiting: () => this.#tick(),
        good: () => {
          this.#goodMs = performance.now();
          this.#trouble = undefined;
        },
      });
      await run(good, () => this.#isOver);
      if (isEndless(config) && !this.#isOver) throw streamEnded(source);
    } finally {
      this.#droppedBefore += this.#latest.dropped;
      this.#badFramesBefore += source.counters.badFrames;
      this.#latest.dropped = 0;
      source.counters.badFrames = 0;
      await source.close();
    }
  }
}

/** So many first frames are each waited for; after them the newest one counts. */
function framesTakenOneByOne(source: SourceConfig): number {
  if (source.type === 'synthetic') return source.fastFrames;
  return 'pace' in source && source.pace === 'fast' ? Infinity : 0;
}

/** The world does not end, and a recording in a loop does not either: whoever says so has gone away in good manners. */
function isEndless(source: SourceConfig): boolean {
  return isLive(source) || ('loop' in source && source.loop);
}

function streamEnded(source: FrameSource): CortexdError {
  const words = source.lastWords?.() ?? '';
  return new CortexdError('unavailable', `Expected pictures but the stream ended${words === '' ? '' : `: ${words}`}`);
}
