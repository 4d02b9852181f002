/**
 * near-alarms.ts - what was an alarm, or would have been at another setting: one entry for each time that evidence rose and
 * fell again. From these the setup page tells what the last days would have been like at a setting.
 */
import type { AlarmLevel } from '../../cortex/judge/level.ts';
import { timestamp } from '../../records/from-observation.ts';
import type { Evidence } from '../../store/looking-back.ts';

export type NearAlarmTimes = {
  /** Evidence must stay for so long to count, and be gone for so long to be another (ms). */
  readonly confirmMs: number;
  readonly holdMs: number;
};

/** So many wait to be written at most. */
const BATCH = 20;

export class NearAlarms {
  readonly #camera: string;
  readonly #times: NearAlarmTimes;
  readonly #save: (all: readonly Evidence[]) => void;
  /** Levels of the last confirmMs. */
  readonly #recent: { readonly atMs: number; readonly level: number }[] = [];
  #open: { beganMs: number; seenMs: number; level: number; stream: string } | null = null;
  readonly #waiting: Evidence[] = [];

  constructor(camera: string, times: NearAlarmTimes, save: (all: readonly Evidence[]) => void) {
    this.#camera = camera;
    this.#times = times;
    this.#save = save;
  }

  /** `atMs`: wall clock (ms). */
  add(atMs: number, now: AlarmLevel | null): void {
    const { confirmMs, holdMs } = this.#times;
    const recent = this.#recent;
    // A clock that was set back begins anew.
    if (recent.length > 0 && atMs < recent.at(-1)!.atMs) recent.length = 0;
    recent.push({ atMs, level: now?.level ?? Infinity });
    while (recent.length > 1 && recent[1]!.atMs <= atMs - confirmMs) recent.shift();
    const isFull = atMs - recent[0]!.atMs >= confirmMs;
    // What holds for the whole time is the weakest of it.
    const held = isFull ? recent.reduce((most, { level }) => Math.max(most, level), 0) : Infinity;
    if (held < Infinity && now !== null) {
      this.#open ??= { beganMs: atMs, seenMs: atMs, level: held, stream: now.stream };
      const open = this.#open;
      open.seenMs = atMs;
      if (held < open.level) Object.assign(open, { level: held, stream: now.stream });
    } else if (this.#open !== null && Math.abs(atMs - this.#open.seenMs) > holdMs) {
      this.#close();
    }
  }

  #close(): void {
    const { beganMs, seenMs, level, stream } = this.#open!;
    this.#open = null;
    const seconds = Math.max(0, Math.round((seenMs - beganMs) / 100) / 10);
    const rounded = Number(level.toPrecision(4));
    this.#waiting.push({ camera: this.#camera, at: timestamp(beganMs), seconds, level: rounded, stream });
    if (this.#waiting.length >= BATCH) this.flush();
  }

  /** Write what waits; at checkpoints and at the end. */
  flush(): void {
    if (this.#waiting.length > 0) this.#save(this.#waiting.splice(0));
  }

  /** Not yet written. */
  get waiting(): readonly Evidence[] {
    return this.#waiting;
  }
}
