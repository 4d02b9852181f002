/**
 * head-room.ts - how many more cameras this machine could take: the cores that are idle, by what a camera has cost so far.
 */
import { cpus } from 'node:os';

export type HeadRoom = { readonly busy: number; readonly coresPerCamera: number; readonly room: number };

/** Of a camera before any was measured, and the least that is believed (cores). */
const FIRST_COST = 0.2;
const LEAST_COST = 0.03;
/** Share of all cores that stays free for what comes now and then. */
const SPARE = 0.15;
/** A sample counts so much; a minute's worth of them (one every 5 s). */
const WEIGHT = 0.15;
const EVERY_MS = 5000;

export class HeadRoomMeter {
  readonly #cameras: () => number;
  readonly #timer: NodeJS.Timeout;
  #last = sample();
  #busy: number | null = null;
  #cost = FIRST_COST;

  constructor(cameras: () => number) {
    this.#cameras = cameras;
    this.#timer = setInterval(() => this.#measure(), EVERY_MS).unref();
  }

  get now(): HeadRoom {
    const cores = cpus().length;
    const busy = this.#busy ?? 0;
    const idle = cores * (1 - SPARE - busy);
    return { busy: round(busy), coresPerCamera: round(this.#cost), room: Math.round((10 * idle) / this.#cost) / 10 };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #measure(): void {
    const now = sample();
    const total = now.total - this.#last.total;
    if (total <= 0) return;
    const busy = 1 - (now.idle - this.#last.idle) / total;
    this.#busy = this.#busy === null ? busy : this.#busy + WEIGHT * (busy - this.#busy);
    const elapsedMs = now.atMs - this.#last.atMs;
    const cameras = this.#cameras();
    if (cameras > 0) {
      // The processes that decode are children, and not counted here: as much again is taken for them.
      const own = (2 * (now.ownMs - this.#last.ownMs)) / elapsedMs / cameras;
      this.#cost = Math.max(LEAST_COST, this.#cost + WEIGHT * (own - this.#cost));
    }
    this.#last = now;
  }
}

function sample(): { idle: number; total: number; ownMs: number; atMs: number } {
  let [idle, total] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  const { user, system } = process.cpuUsage();
  return { idle, total, ownMs: (user + system) / 1000, atMs: performance.now() };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
