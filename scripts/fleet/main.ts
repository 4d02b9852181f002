/** main.ts - the command behind scripts/test-fleet: faults by chance, or an upgrade machine by machine. */
import { execFileSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nextRandom, seedWord } from '../../src/memory/random.ts';
import { wholeNumber } from '../whole-number.ts';
import { Bed } from './bed.ts';
import { copiesAt, missingPages } from './machine.ts';
import { plug, spaceOf } from './network.ts';
import { UPGRADES, upgrade } from './upgrade.ts';
import { judge } from './verdict.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';
import { CortexdError } from '../../src/errors.ts';

tellErrorsPlainly();

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    lease: { type: 'string', default: '20' },
    minutes: { type: 'string', default: '600' },
    faults: { type: 'string', default: 'all' },
    upgrade: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const CHECKPOINT_S = 5;
/** A camera needs so long to be begun at most. */
const BEGIN_S = 5;
const FPS = 3;
const FAULTS = ['killed', 'daemon killed', 'frozen', 'daemon frozen', 'cut off'].filter(
  (name) => values.faults === 'all' || name.startsWith(values.faults),
);
if (FAULTS.length === 0)
  throw new CortexdError(
    'usage',
    `Expected --faults all, killed, daemon, frozen or cut off but received ${values.faults}`,
  );
const kind = UPGRADES.find((one) => one === values.upgrade);
if (values.upgrade !== undefined && kind === undefined)
  throw new CortexdError('usage', `Expected --upgrade ${UPGRADES.join(' or ')} but received ${values.upgrade}`);

const random = Uint32Array.of(seedWord(wholeNumber('seed', values.seed, 0), 1));
const chance = (): number => (nextRandom(random) >>> 0) / 2 ** 32;
const leaseS = wholeNumber('lease', values.lease, 1);
const minutes = wholeNumber('minutes', values.minutes, 1);
const mostRounds = wholeNumber('rounds', values.rounds, 1);
const bed = new Bed({
  machines: 3,
  cameras: kind === undefined ? 8 : 4,
  fps: FPS,
  leaseS,
  checkpointS: CHECKPOINT_S,
});
const done: { [fault: string]: number } = {};
/** Of this computer, by the way: a starved one shows more of itself than of a fleet. */
const loads: number[] = [];

async function faults(): Promise<number> {
  await bed.start();
  const fromMs = Date.now();
  console.log('all cameras are watched; faults begin');
  const until = performance.now() + minutes * 60_000;
  let rounds = 0;
  for (; rounds < mostRounds && performance.now() < until; rounds++) {
    const began = performance.now();
    const what = await fault();
    await bed.allWatched(90);
    await sleep(3000 + chance() * 4000);
    loads.push(loadavg()[0]!);
    const took = ((performance.now() - began) / 1000).toFixed(0);
    console.log(`${rounds + 1}: ${what}, ${took} s, load ${loads.at(-1)!.toFixed(1)}`);
  }
  const toMs = Date.now();
  await sleep(leaseS * 1000);
  for (const machine of bed.machines) await machine.end();
  const verdict = judge(bed.machines, storedEvents(), fromMs, toMs);
  const apart = await copiesApart();
  const missing = missingPages(bed.machines[0]!, bed.names);
  const load = loads.toSorted((a, b) => a - b);
  const told = {
    rounds,
    faults: done,
    lease_s: leaseS,
    checkpoint_s: CHECKPOINT_S,
    load: [load[0], load[Math.floor(load.length / 2)], load.at(-1)],
    ...verdict,
    apart,
    missing_pages: missing,
  };
  console.log(JSON.stringify(told, null, 2));
  const { unwatchedS, sharedTokens, learningLostS, lost, double } = verdict;
  const problems = [
    ...(unwatchedS > leaseS + BEGIN_S ? [`a camera was unwatched for ${unwatchedS.toFixed(1)} s`] : []),
    ...(sharedTokens > 0 ? [`${sharedTokens} tokens were used by two machines`] : []),
    ...(learningLostS > CHECKPOINT_S + 1 ? [`${learningLostS.toFixed(1)} s of learning were lost`] : []),
    ...(apart.length > 0 ? [`copies of streams have come apart: ${apart.join('; ')}`] : []),
    ...(Object.keys(missing).length < bed.plan.machines || Object.values(missing).some((pages) => pages > 0)
      ? [`not every NATS server has all pages of the models: ${JSON.stringify(missing)}`]
      : []),
    ...(lost + double > 0 ? [`${lost} events were lost, ${double} stored twice`] : []),
  ];
  for (const problem of problems) console.log(`BROKEN: ${problem}`);
  return problems.length;
}

/** Something happens to one machine, and is over again. */
async function fault(): Promise<string> {
  const machine = bed.machines[Math.floor(chance() * bed.machines.length)]!;
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

/** Streams of which not all NATS servers have the same, when nobody writes any more. */
async function copiesApart(): Promise<string[]> {
  for (let left = 10; ; left--) {
    const copies = bed.machines.map(copiesAt);
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

process.on('SIGINT', () => void bed.close(values.keep).finally(() => process.exit(1)));
try {
  process.exitCode = (await (kind === undefined ? faults() : upgrade(bed, kind))) === 0 ? 0 : 1;
} finally {
  await bed.close(values.keep);
}
