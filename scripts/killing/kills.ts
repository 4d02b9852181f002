/**
 * kills.ts - kill, look, start again: what a process that is killed at any instant leaves behind.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomBelow, seedWord } from '../../src/memory/random.ts';
import { STAGES, type Stage } from '../../src/store/stages.ts';
import { Store } from '../../src/store/store.ts';
import { CAMERA, IMAGE_BYTES, INTERVAL_MS, type Report, eventNumber, writeImage } from './protocol.ts';

export type KillResult = {
  kills: number;
  /** Kills at each named stage; the rest were at random instants. */
  readonly stages: Map<Stage, number>;
  /** Databases that were damaged, or models that could not be loaded as they were saved. */
  corrupt: number;
  /** Acknowledged events or snapshots that were gone. */
  lost: number;
  /** Images that are not those of their step. */
  torn: number;
  /** Kills that cost an acknowledged checkpoint. */
  setBack: number;
  /** Largest learning lost (ms of the process's life) by one kill, and the interval plus the longest save then. */
  learningLostMs: number;
};

/** Stages that a running process passes again and again; the others have tests of their own. */
const PASSED = STAGES.filter((stage) => !/^(migration|backup|recovery)/.test(stage));
const CHILD = new URL(`./child${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);
/** A process that has not told anything after so long has not started. */
const LIMIT_MS = 30_000;
const LONGEST_LIFE_MS = 220;

type Told = { steps: Map<number, number>; step: number; saved: number; events: number; snapshot: string | undefined };

/** Kill `count` processes, one after another, on one state directory. */
export async function killAgainAndAgain(
  directory: string,
  count: number,
  seed: number,
  progress: (result: KillResult) => void = () => undefined,
): Promise<KillResult> {
  const random = new Uint32Array([seedWord(seed, 31)]);
  const result: KillResult = {
    kills: 0,
    stages: new Map(),
    corrupt: 0,
    lost: 0,
    torn: 0,
    setBack: 0,
    learningLostMs: 0,
  };
  const told: Told = { steps: new Map(), step: 0, saved: 0, events: 0, snapshot: undefined };
  for (let kill = 0; kill < count; kill++) {
    const stage = kill % 2 === 0 ? undefined : PASSED[(kill >> 1) % PASSED.length];
    await killOne(directory, stage, randomBelow(random, LONGEST_LIFE_MS), told);
    result.kills++;
    if (stage !== undefined) result.stages.set(stage, (result.stages.get(stage) ?? 0) + 1);
    await look(directory, told, result);
    progress(result);
  }
  return result;
}

async function killOne(directory: string, stage: Stage | undefined, lifeMs: number, told: Told): Promise<void> {
  const args = stage === undefined ? [directory] : [directory, stage, String(1 + (lifeMs % 3))];
  const child: ChildProcess = fork(CHILD, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  let begun: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (begun = resolve));
  child.on('message', (report: Report) => {
    begun();
    if (report.type === 'step') {
      told.step = report.step;
      told.steps.set(report.step, report.atMs);
    } else if (report.type === 'saved') told.saved = report.step;
    else if (report.type === 'events') told.events = report.count;
    else told.snapshot = report.name;
  });
  const limit = new AbortController();
  const tooLate = sleep(LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined);
  await Promise.race([first, exited, tooLate]);
  if (stage === undefined) await Promise.race([sleep(lifeMs), exited]);
  else await Promise.race([exited, tooLate]);
  limit.abort();
  child.kill('SIGKILL');
  const [code, signal] = (await exited) as [number | null, string | null];
  if (signal !== 'SIGKILL') throw new Error(`Expected the process to be killed but it ended with ${signal ?? code}`);
}

/** What is left must be sound, whole, and hold all that was acknowledged. */
async function look(directory: string, told: Told, result: KillResult): Promise<void> {
  let store: Store;
  try {
    store = new Store({ directory, outboxLimit: 50, program: 'kill-test', lock: true });
  } catch {
    result.corrupt++;
    return;
  }
  try {
    const loaded = await store.loadModel(CAMERA);
    if (loaded.lost !== null || (loaded.kind === 'none' && told.saved > 0)) result.corrupt++;
    if (loaded.kind === 'loaded') {
      const { step, bytes } = loaded.image;
      const expected = new Uint8Array(IMAGE_BYTES);
      writeImage(step, expected);
      if (!Buffer.from(bytes).equals(expected)) result.torn++;
      if (step < told.saved) result.setBack++;
      const [killedMs, savedMs] = [told.steps.get(told.step), told.steps.get(step)];
      if (killedMs !== undefined && savedMs !== undefined)
        result.learningLostMs = Math.max(result.learningLostMs, killedMs - savedMs);
      // The next process goes on from here and makes these steps again.
      told.saved = step;
    }
    const event = told.events === 0 ? undefined : store.event(eventNumber(told.events - 1).id);
    if (told.events > 0 && event === undefined) result.lost++;
    const newest = store.snapshots()[0];
    if (told.snapshot !== undefined && newest === undefined) result.lost++;
    if (newest !== undefined) {
      const { step, bytes } = await store.snapshotImage(newest.name);
      const expected = new Uint8Array(IMAGE_BYTES);
      writeImage(step, expected);
      if (!Buffer.from(bytes).equals(expected)) result.torn++;
      if (told.snapshot !== undefined && Number(newest.name.slice(1)) < Number(told.snapshot.slice(1))) result.lost++;
    }
    told.snapshot = undefined;
    told.steps.clear();
  } finally {
    store.close();
  }
}

export function isClean({ corrupt, lost, torn, setBack }: KillResult): boolean {
  return corrupt + lost + torn + setBack === 0;
}

export function inWords(result: KillResult): string {
  const { kills, corrupt, lost, torn, setBack, learningLostMs, stages } = result;
  const atStages = [...stages.values()].reduce((sum, count) => sum + count, 0);
  return (
    `kills ${kills} (${atStages} at ${stages.size} named stages), corrupt ${corrupt}, lost ${lost}, torn ${torn}, ` +
    `acknowledged checkpoints lost ${setBack}, most learning lost ${learningLostMs} ms at an interval of ${INTERVAL_MS} ms`
  );
}
