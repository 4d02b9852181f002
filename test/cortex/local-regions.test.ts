import { test } from 'tap';
import {
  type LocalRegions,
  dwellFields,
  localFields,
  localShape,
  resetLocalRegions,
  stepLocalRegions,
} from '../../src/cortex/local-regions.ts';
import { EVENT_TM_PARAMS } from '../../src/cortex/local-regions.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import { initTemporalMemory, openTemporalMemory, temporalMemoryFields } from '../../src/htm/temporal-memory.ts';
import { divide } from '../../src/vision/geometry.ts';
import { viewsFor } from '../support/views.ts';

const settings = { ...PRESETS.pi4, localSegments: 128, dwellEntries: 1024 };
const grid = divide(48, 48, 2, 2).local; // 4 x 4 zones
const ZONES = 16;

/** A small world of 4 x 4 zones whose occupancy is set by hand. */
class World {
  readonly regions: LocalRegions;
  readonly occupied = new Uint8Array(ZONES);
  readonly changedZones = new Uint16Array(ZONES);
  timeMs = 0;
  learn = true;

  constructor() {
    const shape = localShape(settings);
    const memories = Array.from({ length: ZONES }, (_, zone) => {
      const memory = openTemporalMemory(shape, EVENT_TM_PARAMS, viewsFor(temporalMemoryFields(shape)));
      initTemporalMemory(memory, zone + 1);
      return memory;
    });
    this.regions = { grid, views: viewsFor(localFields(ZONES)), dwell: viewsFor(dwellFields(settings)), memories };
  }

  /** One frame in which `zones` are occupied. */
  frame(zones: readonly number[]): { sequence: number; timing: number; ticks: number } {
    let changed = 0;
    for (let zone = 0; zone < ZONES; zone++) {
      const looks = zones.includes(zone) ? 1 : 0;
      if (looks === this.occupied[zone]) continue;
      this.occupied[zone] = looks;
      this.changedZones[changed++] = zone;
    }
    this.timeMs += 100;
    const out = { sequence: 0, timing: 0, ticks: 0 };
    stepLocalRegions(this.regions, this.occupied, this.changedZones, changed, this.timeMs, this.learn, out);
    return out;
  }

  /** Several frames of the same; returns the largest evidence of each kind. */
  hold(zones: readonly number[], frames: number): { sequence: number; timing: number } {
    const most = { sequence: 0, timing: 0 };
    for (let i = 0; i < frames; i++) {
      const seen = this.frame(zones);
      most.sequence = Math.max(most.sequence, seen.sequence);
      most.timing = Math.max(most.timing, seen.timing);
    }
    return most;
  }

  /** Something crosses the second row; `path` are its columns in order. Ends idle with all evidence faded. */
  cross(path: readonly number[], framesEach: number): { sequence: number; timing: number } {
    const most = { sequence: 0, timing: 0 };
    for (const column of [...path, -1]) {
      const seen = this.hold(column < 0 ? [] : [4 + column], column < 0 ? 80 : framesEach);
      most.sequence = Math.max(most.sequence, seen.sequence);
      most.timing = Math.max(most.timing, seen.timing);
    }
    return most;
  }
}

const RIGHT = [0, 1, 2, 3];
const LEFT = [3, 2, 1, 0];

function trained(): World {
  const world = new World();
  for (let i = 0; i < 40; i++) world.cross(RIGHT, 8 + (i % 3));
  return world;
}

void test('nothing changes, nothing ticks', async (t) => {
  const world = new World();
  t.equal(world.frame([]).ticks, 0);
  t.equal(world.frame([5]).ticks, 9, 'a zone and its eight neighbours');
  t.equal(world.frame([5]).ticks, 0);
});

void test('a corner has fewer neighbours', async (t) => {
  t.equal(new World().frame([0]).ticks, 4);
});

void test('a crossing that has become routine is no surprise', async (t) => {
  const world = new World();
  const first = world.cross(RIGHT, 9);
  t.ok(first.sequence > 3, 'everything is new at first');
  for (let i = 0; i < 40; i++) world.cross(RIGHT, 8 + (i % 3));
  t.same(world.cross(RIGHT, 9), { sequence: 0, timing: 0 });
});

void test('the same way backwards is a surprise', async (t) => {
  t.ok(trained().cross(LEFT, 9).sequence > 1);
});

void test('another way is a surprise, and the next ordinary crossing is none', async (t) => {
  const world = trained();
  t.ok(world.hold([5, 9], 10).sequence > 1);
  world.hold([], 80);
  t.ok(world.cross(RIGHT, 9).sequence < 0.1);
});

void test('staying much longer than usual is late, leaving much sooner is early', async (t) => {
  const world = trained();
  world.hold([4], 9);
  t.ok(world.hold([5], 60).timing > 0.5);
  t.ok(world.regions.views.late.includes(1));
  const other = trained();
  t.ok(other.cross(RIGHT, 2).timing > 0.3);
  t.ok(other.regions.views.late.includes(-1));
});

void test('idle may last for ever', async (t) => {
  t.same(trained().hold([], 5000), { sequence: 0, timing: 0 });
});

void test('a new clip forgets where things were, not what is usual', async (t) => {
  const world = trained();
  world.hold([6], 5);
  resetLocalRegions(world.regions, world.timeMs);
  world.occupied.fill(0);
  t.ok(world.cross(RIGHT, 9).sequence < 0.1);
});

void test('a flicker at a place that is still again at once is withdrawn; what stays is not', async (t) => {
  const world = trained();
  t.ok(world.hold([14], 4).sequence > 1);
  t.equal(world.frame([]).sequence, 0);
  t.equal(world.hold([], 80).timing, 0);
  t.ok(world.hold([14], 8).sequence > 1);
  t.ok(world.frame([]).sequence > 0.3, 'fading, but still said');
});
