/**
 * faults.ts - what is done to the daemon and its house while it is soaked: one thing at a time, by chance, each undone again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MOODS, type SoakCamera } from './camera.ts';
import type { House } from './house.ts';

export type Fault = {
  readonly name: string;
  /** Longest that it lasts (s); what is done at once has 0. */
  readonly longestS: number;
  readonly begin: (house: House, camera: SoakCamera) => void;
  readonly end: (house: House, camera: SoakCamera) => void;
  readonly isPossible?: (house: House) => boolean;
};

const nothing = (): void => undefined;
const DAY_S = 86_400;

export const FAULTS: readonly Fault[] = [
  { name: 'daemon: kill -9', longestS: 0, begin: ({ daemon }) => daemon.kill('SIGKILL'), end: nothing },
  { name: 'daemon: stopped', longestS: 0, begin: ({ daemon }) => daemon.kill('SIGTERM'), end: nothing },
  { name: 'daemon: reload', longestS: 0, begin: (house) => house.reload(), end: nothing },
  {
    name: 'daemon: SIGSTOP',
    longestS: 8,
    begin: ({ daemon }) => daemon.kill('SIGSTOP'),
    end: ({ daemon }) => daemon.kill('SIGCONT'),
  },
  {
    name: 'broker: kill -9',
    longestS: 10,
    begin: (house) => house.signalBroker('SIGKILL'),
    end: (house) => house.startBroker(),
  },
  {
    name: 'broker: SIGSTOP',
    longestS: 12,
    begin: (house) => house.signalBroker('SIGSTOP'),
    end: (house) => house.signalBroker('SIGCONT'),
  },
  ...MOODS.filter((mood) => mood !== 'well').map((mood) => ({
    name: `camera: ${mood}`,
    longestS: 15,
    begin: (_: House, camera: SoakCamera) => void (camera.mood = mood),
    end: (_: House, camera: SoakCamera) => void (camera.mood = 'well'),
  })),
  {
    name: 'disk: full',
    longestS: 15,
    begin: (house) => house.fillDisk(true),
    end: (house) => house.fillDisk(false),
    isPossible: (house) => house.hasDisk,
  },
  ...[DAY_S, -DAY_S, 7 * DAY_S].map((seconds) => ({
    name: `clock: ${seconds > 0 ? '+' : ''}${seconds / DAY_S} d`,
    longestS: 10,
    begin: (house: House) => house.setClock(seconds),
    end: (house: House) => house.setClock(0),
    isPossible: (house: House) => house.hasClock,
  })),
];

/** Do one thing after the other until the time is over; resolves to how often each was done. */
export async function torment(
  house: House,
  camera: SoakCamera,
  untilMs: number,
  random: () => number,
): Promise<Map<string, number>> {
  const possible = FAULTS.filter(({ isPossible }) => isPossible?.(house) ?? true);
  const done = new Map<string, number>();
  while (performance.now() < untilMs) {
    await sleep(2000 + random() * 8000);
    const fault = possible[Math.floor(random() * possible.length)]!;
    done.set(fault.name, (done.get(fault.name) ?? 0) + 1);
    fault.begin(house, camera);
    await sleep(fault.longestS * 1000 * random());
    fault.end(house, camera);
  }
  return done;
}
