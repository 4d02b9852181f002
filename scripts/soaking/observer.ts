/**
 * observer.ts - looks at the daemon while it is soaked, and says at the end what was not as it must be.
 *
 * What must hold: the daemon ends only when it is ended; it comes back each time, and learning with it; cameras are found
 * again; every event of the journal is told to the broker, its end not before its start; the switch `anomaly` agrees with
 * what is open; memory stays within its bound; nothing is left behind by a life that was killed.
 */
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageFile } from '../../src/package-root.ts';
import type { HealthRecord } from '../../src/records/bridge.ts';
import type { EventRecord } from '../../src/records/event.ts';
import type { House } from './house.ts';

const EVERY_MS = 2000;
/** What waits for a broker that is there is with it after so long. */
const DELIVERED_MS = 10_000;
/** MB that the daemon may have in memory with its two small cameras. */
const MOST_MB = 200;
/** Ends that nobody else has asked for. */
const FORESEEN = new Set(['SIGKILL', 'SIGTERM', 'code 0', 'runs']);
const NAMES = ['fast', 'porch'] as const;

type Saved = { life: number; step: number };

export class Observer {
  readonly #house: House;
  readonly #problems: string[] = [];
  readonly #daemonMb: number[] = [];
  readonly #childrenMb: number[] = [];
  readonly #backMs: number[] = [];
  readonly #saved = new Map<string, Saved>();
  #frames = 0;
  #framesOfLife = new Map<string, number>();
  #answers = 0;
  #livesSeen = 0;

  constructor(house: House) {
    this.#house = house;
  }

  async watch(untilMs: number): Promise<void> {
    while (performance.now() < untilMs) {
      await sleep(EVERY_MS);
      const { daemonKb, childrenKb } = this.#house.memory();
      if (daemonKb > 0) {
        this.#daemonMb.push(daemonKb / 1024);
        this.#childrenMb.push(childrenKb / 1024);
      }
      const status = await this.#house.status();
      if (status !== null) this.#take(status);
    }
  }

  #take(status: HealthRecord): void {
    this.#answers++;
    const life = this.#house.lives.length;
    if (life !== this.#livesSeen) {
      if (this.#livesSeen > 0) this.#backMs.push(performance.now() - this.#house.lives.at(-1)!.startedMs);
      this.#livesSeen = life;
      this.#framesOfLife.clear();
    }
    for (const { camera, step, checkpoint_step: saved, frames } of status.cameras) {
      const before = this.#saved.get(camera);
      if (before !== undefined && before.life !== life && step < before.step)
        this.#problems.push(`${camera} went on from step ${step} although ${before.step} was saved`);
      this.#saved.set(camera, { life, step: Math.max(saved, before?.life === life ? before.step : 0) });
      this.#frames += frames - (this.#framesOfLife.get(camera) ?? 0);
      this.#framesOfLife.set(camera, frames);
    }
  }

  /** After the rest, while it still runs. */
  async judge(): Promise<string[]> {
    const status = await this.#house.status();
    if (status === null) this.#problems.push('the daemon does not answer after the rest');
    else {
      for (const name of NAMES) {
        const camera = status.cameras.find(({ camera: known }) => known === name);
        if (camera?.state !== 'online') this.#problems.push(`${name} is ${camera?.state ?? 'unknown'} after the rest`);
      }
      if (status.storage.state !== 'ok') this.#problems.push(`storage is ${status.storage.state}`);
      const stuck = await this.#stuckMessages(status);
      if (stuck > 0) this.#problems.push(`${stuck} messages wait for a broker that is there`);
      if (status.storage.lost.length > 0) this.#problems.push(`state was lost: ${status.storage.lost.join('; ')}`);
    }
    const last = (topic: string): string | undefined =>
      this.#house.heard.findLast((heard) => heard.topic === topic)?.payload;
    if (!last('cortexd/soak/bridge/state')?.includes('online')) this.#problems.push('the bridge is not online');
    for (const name of NAMES) {
      const open = new Set<string>();
      for (const { id, type } of this.#told(name)) {
        if (type === 'end') open.delete(id);
        else open.add(id);
      }
      const anomaly = last(`cortexd/soak/${name}/anomaly`);
      if (anomaly === 'OFF' && open.size > 0)
        this.#problems.push(`${name}: the switch is OFF with ${open.size} events open`);
      if (anomaly === undefined) this.#problems.push(`${name}: nothing was said of its switch`);
    }
    const left = this.#house.leftBehind();
    if (left.length > 0) this.#problems.push(`left behind: ${left.join(' | ')}`);
    for (const { how } of this.#house.lives)
      if (!FORESEEN.has(how)) this.#problems.push(`the daemon ended with ${how}`);
    const most = Math.max(...this.#daemonMb);
    if (most > MOST_MB) this.#problems.push(`the daemon had ${most.toFixed(0)} MB in memory`);
    return this.#problems;
  }

  /**
   * How many of the messages that wait now go on waiting. Events come all the time, so nearly always one is on its way; but
   * they are sent in order: those of now are gone when as many have been sent since.
   */
  async #stuckMessages({ outbox_depth: waiting, mqtt: { events_sent: before } }: HealthRecord): Promise<number> {
    let left = waiting;
    for (const untilMs = performance.now() + DELIVERED_MS; left > 0 && performance.now() < untilMs;) {
      await sleep(200);
      const now = await this.#house.status();
      if (now !== null) left = Math.min(now.outbox_depth, waiting - (now.mqtt.events_sent - before));
    }
    return left;
  }

  /** When it has ended: what the journal knows was told, in order. */
  judgeJournal(): string[] {
    const problems: string[] = [];
    for (const name of NAMES) {
      const told = this.#told(name);
      const first = new Map<string, number>();
      told.forEach(({ id, type }, at) => first.set(`${id} ${type}`, first.get(`${id} ${type}`) ?? at));
      for (const event of this.#journal(name)) {
        // The last is told when the daemon ends, to a broker that may not hear it any more.
        const [start, end] = [first.get(`${event.id} start`), first.get(`${event.id} end`)];
        if (start === undefined) problems.push(`${name}: the start of ${event.id} (${event.cause}) was never told`);
        if (event.ended_at !== null && end === undefined)
          problems.push(`${name}: the end of ${event.id} was never told`);
        if (start !== undefined && end !== undefined && end < start)
          problems.push(`${name}: ${event.id} ended before it began`);
      }
    }
    return problems.slice(0, 20);
  }

  #told(name: string): EventRecord[] {
    const topic = `cortexd/soak/${name}/event`;
    return this.#house.heard
      .filter((heard) => heard.topic === topic)
      .map(({ payload }) => JSON.parse(payload) as EventRecord);
  }

  #journal(name: string): EventRecord[] {
    const program = packageFile('dist/src/cli/main.js');
    const args = [
      program,
      'events',
      '--json',
      '--limit',
      '100000',
      '--camera',
      name,
      '--state-directory',
      this.#house.state,
    ];
    const text = execFileSync(process.execPath, args, { maxBuffer: 1 << 28 }).toString();
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as EventRecord);
  }

  inWords(): string {
    const parts = (values: readonly number[]): string => {
      const sorted = values.toSorted((a, b) => a - b);
      const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(0);
      return `median ${at(0.5)}, most ${at(1)}`;
    };
    const tenth = Math.ceil(this.#daemonMb.length / 10);
    const mean = (values: readonly number[]): string => (values.reduce((a, b) => a + b, 0) / values.length).toFixed(0);
    const events = NAMES.map((name) => new Set(this.#told(name).map(({ id }) => id)).size).reduce((a, b) => a + b);
    return [
      `${this.#frames} frames, ${this.#house.lives.length} lives, ${events} events told, ${this.#answers} answers`,
      `memory of the daemon (MB): ${parts(this.#daemonMb)}; first tenth ${mean(this.#daemonMb.slice(0, tenth))}, last tenth ${mean(this.#daemonMb.slice(-tenth))}; children: ${parts(this.#childrenMb)}`,
      `answers again after a start (ms): ${parts(this.#backMs)}`,
    ].join('\n');
  }
}
