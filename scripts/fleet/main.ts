/** main.ts - the command behind scripts/test-fleet. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { FleetOverview } from '../../src/fleet/overview.ts';
import { nextRandom, seedWord } from '../../src/memory/random.ts';
import { FIRST_CAMERA_PORT, Machine, type Plan, ask, copiesAt } from './machine.ts';
import { HUB_ADDRESS, SWITCH, layCables, plug, spaceOf, startIn, tearDown } from './network.ts';
import { judge } from './verdict.ts';
import { wholeNumber } from '../whole-number.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    lease: { type: 'string', default: '20' },
    minutes: { type: 'string', default: '600' },
    faults: { type: 'string', default: 'all' },
    keep: { type: 'boolean', default: false },
  },
});
const CHECKPOINT_S = 5;
/** A camera needs so long to be begun at most. */
const BEGIN_S = 5;
/** Of this computer, by the way: a starved one shows more of itself than of a fleet. */
const loads: number[] = [];
const FAULTS = ['killed', 'daemon killed', 'frozen', 'daemon frozen', 'cut off'].filter(
  (name) => values.faults === 'all' || name.startsWith(values.faults),
);
if (FAULTS.length === 0)
  throw new RangeError(`Expected --faults all, killed, daemon, frozen or cut off but received ${values.faults}`);

const random = Uint32Array.of(seedWord(wholeNumber('seed', values.seed, 0), 1));
const chance = (): number => (nextRandom(random) >>> 0) / 2 ** 32;
const folder = mkdtempSync(join(tmpdir(), 'cortexd-fleet-'));
const leaseS = wholeNumber('lease', values.lease, 1);
const minutes = wholeNumber('minutes', values.minutes, 1);
const mostRounds = wholeNumber('rounds', values.rounds, 1);
const plan: Plan = { folder, machines: 3, cameras: 8, fps: 3, leaseS, checkpointS: CHECKPOINT_S };
const others: ChildProcess[] = [];
let machines: Machine[] = [];
const done: { [fault: string]: number } = {};

async function main(): Promise<number> {
  layCables(plan.machines);
  const house = fileURLToPath(new URL('./camera-house.js', import.meta.url));
  const cameraArgs = [house, HUB_ADDRESS, FIRST_CAMERA_PORT, plan.cameras, plan.fps].map(String);
  others.push(startIn(SWITCH, join(folder, 'cameras.log'), process.execPath, cameraArgs));
  machines = Array.from({ length: plan.machines }, (_, i) => new Machine(plan, i + 1));
  for (const machine of machines) machine.startBroker();
  for (const machine of machines) machine.startNats();
  await sleep(3000);
  for (const machine of machines) machine.startDaemon();
  await allWatched(120);
  await sleep((2 * CHECKPOINT_S + 5) * 1000);
  const fromMs = Date.now();
  console.log('all cameras are watched; faults begin');
  const until = performance.now() + minutes * 60_000;
  let rounds = 0;
  for (; rounds < mostRounds && performance.now() < until; rounds++) {
    const began = performance.now();
    const what = await fault();
    await allWatched(90);
    await sleep(3000 + chance() * 4000);
    loads.push(loadavg()[0]!);
    const took = ((performance.now() - began) / 1000).toFixed(0);
    console.log(`${rounds + 1}: ${what}, ${took} s, load ${loads.at(-1)!.toFixed(1)}`);
  }
  const toMs = Date.now();
  await sleep(leaseS * 1000);
  for (const machine of machines) await machine.end();
  const verdict = judge(machines, storedEvents(), fromMs, toMs);
  const apart = await copiesApart();
  const load = loads.toSorted((a, b) => a - b);
  const told = {
    rounds,
    faults: done,
    lease_s: leaseS,
    checkpoint_s: CHECKPOINT_S,
    load: [load[0], load[Math.floor(load.length / 2)], load.at(-1)],
    ...verdict,
    apart,
  };
  console.log(JSON.stringify(told, null, 2));
  const { unwatchedS, sharedTokens, learningLostS, lost, double } = verdict;
  const problems = [
    ...(unwatchedS > leaseS + BEGIN_S ? [`a camera was unwatched for ${unwatchedS.toFixed(1)} s`] : []),
    ...(sharedTokens > 0 ? [`${sharedTokens} tokens were used by two machines`] : []),
    ...(learningLostS > CHECKPOINT_S + 1 ? [`${learningLostS.toFixed(1)} s of learning were lost`] : []),
    ...(apart.length > 0 ? [`copies of streams have come apart: ${apart.join('; ')}`] : []),
    ...(lost + double > 0 ? [`${lost} events were lost, ${double} stored twice`] : []),
  ];
  for (const problem of problems) console.log(`BROKEN: ${problem}`);
  return problems.length;
}

/** Something happens to one machine, and is over again. */
async function fault(): Promise<string> {
  const machine = machines[Math.floor(chance() * machines.length)]!;
  const what = FAULTS[Math.floor(chance() * FAULTS.length)]!;
  done[what] = (done[what] ?? 0) + 1;
  // Shorter and longer than a lease.
  const ms = (3 + chance() * 1.5 * leaseS) * 1000;
  if (what === 'killed') {
    await machine.signal('SIGKILL');
    await sleep(ms);
    machine.startNats();
    machine.startDaemon();
  } else if (what === 'daemon killed') {
    await machine.signalDaemon('SIGKILL');
    await sleep(ms);
    machine.startDaemon();
  } else if (what === 'cut off') {
    plug(machine.number, false);
    await sleep(ms);
    plug(machine.number, true);
  } else {
    const signal = (name: 'SIGSTOP' | 'SIGCONT') =>
      what === 'frozen' ? machine.signal(name) : machine.signalDaemon(name);
    await signal('SIGSTOP');
    await sleep(ms);
    await signal('SIGCONT');
  }
  return `${machine.name} was ${what} for ${(ms / 1000).toFixed(1)} s`;
}

/** Until every machine is there and every camera is watched; reports and goes on when that takes too long. */
async function allWatched(limitS: number): Promise<void> {
  const end = performance.now() + limitS * 1000;
  for (;;) {
    try {
      const { nodes, cameras } = JSON.parse(ask(machines[0]!, 'fleet', 'status', '--json')) as FleetOverview;
      const isWhole = nodes.filter(({ state }) => state === 'up').length === plan.machines;
      if (isWhole && cameras.length === plan.cameras && cameras.every(({ steps }) => steps)) return;
    } catch {
      // The servers may be choosing a leader.
    }
    if (performance.now() > end) return console.log(`not all is well again after ${limitS} s`);
    await sleep(1500);
  }
}

/** Streams of which not all NATS servers have the same, when nobody writes any more. */
async function copiesApart(): Promise<string[]> {
  for (let left = 10; ; left--) {
    const copies = machines.map(copiesAt);
    const apart = [...copies[0]!.keys()].filter((name) => new Set(copies.map((copy) => copy.get(name))).size > 1);
    if (apart.length === 0 || left === 0)
      return apart.map((name) => `${name}: ${copies.map((copy) => copy.get(name)).join(', ')}`);
    await sleep(1000);
  }
}

function storedEvents(): string[] {
  const reader = fileURLToPath(new URL('./stored-events.js', import.meta.url));
  const args = ['netns', 'exec', spaceOf(1), process.execPath, reader, 'nats://127.0.0.1:4222'];
  return JSON.parse(execFileSync('ip', args, { encoding: 'utf8', maxBuffer: 1 << 28 })) as string[];
}

async function close(): Promise<void> {
  for (const machine of machines) await machine.endAll();
  for (const child of others) child.kill('SIGKILL');
  tearDown(plan.machines);
  if (values.keep) console.log(`kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}

process.on('SIGINT', () => void close().finally(() => process.exit(1)));
try {
  process.exitCode = (await main()) === 0 ? 0 : 1;
} finally {
  await close();
}
