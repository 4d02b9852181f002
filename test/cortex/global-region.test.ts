import { test } from 'tap';
import { absenceEvidence } from '../../src/cortex/absence.ts';
import {
  GLOBAL_TM_PARAMS,
  type GlobalRegion,
  type GlobalStep,
  globalFields,
  globalShape,
  predictNext,
  resetGlobalRegion,
  stepGlobalRegion,
  transitionFields,
} from '../../src/cortex/global-region.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import { initTemporalMemory, openTemporalMemory, temporalMemoryFields } from '../../src/htm/temporal-memory.ts';
import { randomBelow } from '../../src/memory/random.ts';
import { divide } from '../../src/vision/geometry.ts';
import { viewsFor } from '../support/views.ts';

const grid = divide(96, 96, 6, 6).global;
const UPPER = [12, 13, 14, 15, 16, 17];
const LOWER = [23, 22, 21, 20, 19, 18];

/** Scene states set by hand, one call per state. */
class World {
  readonly region: GlobalRegion;
  timeMs = 0;

  constructor(cellsPerColumn: number, seed = 1) {
    const shape = globalShape({ ...PRESETS.pi4, cellsPerColumn, globalSegments: 1024 });
    const memory = openTemporalMemory(shape, GLOBAL_TM_PARAMS, viewsFor(temporalMemoryFields(shape)));
    initTemporalMemory(memory, seed);
    this.region = { grid, views: viewsFor(globalFields(grid)), transitions: viewsFor(transitionFields()), memory };
    this.region.views.stateVisits[0] = 1;
  }

  /** The scene changes to `zones` and stays so; returns the surprise of the change. */
  become(zones: readonly number[], stayMs: number): GlobalStep {
    const occupied = new Uint8Array(36);
    for (const zone of zones) occupied[zone] = 1;
    this.region.views.surprise.fill(0);
    const out = { ticked: false, surprise: 0, wasIdle: false, expectedBefore: [] };
    stepGlobalRegion(this.region, occupied, 1, this.timeMs, true, out);
    this.timeMs += stayMs;
    return out;
  }

  /** Something uses a lane, then the scene is idle; returns the largest surprise. */
  pass(lane: readonly number[], idleMs: number): number {
    const surprises = lane.map((zone) => this.become([zone], 800).surprise);
    return Math.max(...surprises, this.become([], idleMs).surprise);
  }

  /** Two lanes strictly in turn. */
  alternate(rounds: number): number {
    const random = new Uint32Array([7]);
    let most = 0;
    for (let i = 0; i < rounds; i++) {
      most = Math.max(most, this.pass(UPPER, 1500 + randomBelow(random, 4500)));
      most = Math.max(most, this.pass(LOWER, 1500 + randomBelow(random, 4500)));
    }
    return most;
  }
}

void test('a lane that repeats is a surprise although every place and every step of it is ordinary', async (t) => {
  for (const seed of [1, 2, 3]) {
    const world = new World(8, seed);
    world.alternate(80);
    const usual = world.alternate(5);
    world.pass(UPPER, 3000);
    const broken = world.pass(UPPER, 3000);
    t.ok(usual < 0.3, `seed ${seed}: in turn ${usual}`);
    t.ok(broken > 0.5, `seed ${seed}: out of turn ${broken}`);
  }
});

void test('with one cell per column the order cannot be seen', async (t) => {
  for (const seed of [1, 2, 3]) {
    const world = new World(1, seed);
    world.alternate(80);
    world.pass(UPPER, 3000);
    t.ok(world.pass(UPPER, 3000) < 0.3, `seed ${seed}`);
  }
});

void test('a state that often bursts says less when it does', async (t) => {
  const known = new World(8);
  known.alternate(40);
  const restless = new World(8);
  restless.alternate(40);
  const place = [35];
  const random = new Uint32Array([3]);
  for (let i = 0; i < 30; i++) {
    restless.become([randomBelow(random, 12) + 24], 500);
    restless.become(place, 500);
  }
  restless.become([1, 2, 3], 500);
  known.become([1, 2, 3], 500);
  const often = restless.become(place, 500).surprise;
  const once = known.become(place, 500).surprise;
  t.ok(once > 0.1 && often < once / 2, `${often} against ${once}`);
});

void test('what comes next is told with its probability and time window', async (t) => {
  const world = new World(8);
  world.alternate(40);
  world.pass(UPPER, 3000);
  const { next, confidence } = predictNext(world.region);
  t.equal(next[0]?.state, 'r3c5');
  t.equal(confidence, next[0]?.probability);
  t.ok(confidence > 0.8, `${confidence}`);
  const [from, to] = next[0]?.inMs ?? [0, 0];
  t.ok(from > 500 && from < 3000 && to > 3500 && to < 12_000, `${from} to ${to} ms`);
});

void test('idle is named so', async (t) => {
  const world = new World(8);
  world.alternate(40);
  for (const zone of UPPER) world.become([zone], 800);
  t.equal(predictNext(world.region).next[0]?.state, 'idle');
});

void test('nothing is predicted from a state seen for the first time', async (t) => {
  const world = new World(8);
  world.alternate(10);
  world.become([3, 4], 500);
  t.same(predictNext(world.region), { next: [], confidence: 0 });
});

void test('what comes as regularly as clockwork is missed when it does not come', async (t) => {
  const world = new World(8);
  for (let i = 0; i < 30; i++) world.pass(UPPER, 9500 + (i % 5) * 250);
  const since = world.region.views.enteredMs[0]!;
  t.equal(absenceEvidence(world.region, since + 10_000), 0);
  t.equal(absenceEvidence(world.region, since + 12_000), 0);
  t.ok(absenceEvidence(world.region, since + 25_000) > 0.5);
});

void test('what comes at any time is never missed', async (t) => {
  const world = new World(8);
  for (let i = 0; i < 60; i++) world.pass(UPPER, 1000 * 2 ** (i % 7));
  t.equal(absenceEvidence(world.region, world.region.views.enteredMs[0]! + 10_000_000), 0);
});

void test('nothing is missing while something is there', async (t) => {
  const world = new World(8);
  for (let i = 0; i < 30; i++) world.pass(UPPER, 10_000);
  world.become([12], 500);
  t.equal(absenceEvidence(world.region, world.timeMs + 1_000_000), 0);
});

void test('where nothing is known of what came before, no order can be broken', async (t) => {
  const world = new World(8);
  world.alternate(80);
  resetGlobalRegion(world.region, world.timeMs);
  t.equal(world.become([UPPER[3]!], 800).surprise, 0, 'the lane begins in its middle');
  t.ok(world.become([LOWER[3]!], 800).surprise > 0, 'from there on it is known again');
});

void test('after a new clip begins, either lane may come first', async (t) => {
  const world = new World(8);
  world.alternate(80);
  resetGlobalRegion(world.region, world.timeMs);
  t.ok(world.pass(UPPER, 3000) < 0.3);
  resetGlobalRegion(world.region, world.timeMs);
  t.ok(world.pass(LOWER, 3000) < 0.3);
});
