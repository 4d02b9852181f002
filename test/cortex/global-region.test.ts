import { test } from 'tap';
import {
  GLOBAL_TM_PARAMS,
  type GlobalRegion,
  globalFields,
  globalShape,
  predictNext,
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

  /** The scene changes to `zones` and stays so. */
  become(zones: readonly number[], stayMs: number): void {
    const occupied = new Uint8Array(36);
    for (const zone of zones) occupied[zone] = 1;
    const out = { ticked: false };
    stepGlobalRegion(this.region, occupied, 1, this.timeMs, true, out);
    this.timeMs += stayMs;
  }

  /** Something uses a lane, then the scene is idle. */
  pass(lane: readonly number[], idleMs: number): void {
    for (const zone of lane) this.become([zone], 800);
    this.become([], idleMs);
  }

  /** Two lanes strictly in turn. */
  alternate(rounds: number): void {
    const random = new Uint32Array([7]);
    for (let i = 0; i < rounds; i++) {
      this.pass(UPPER, 1500 + randomBelow(random, 4500));
      this.pass(LOWER, 1500 + randomBelow(random, 4500));
    }
  }
}

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
