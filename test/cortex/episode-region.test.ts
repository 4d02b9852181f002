import { test } from 'tap';
import { describeKind, predictEpisodes } from '../../src/cortex/episode-predict.ts';
import { resetEpisodeRegion } from '../../src/cortex/episode-region.ts';
import { randomBelow } from '../../src/memory/random.ts';
import { EpisodeWorld } from '../support/episodes.ts';

const A = [0, 1];
const B = [14];
const C = [28, 29];
const D = [5, 11];
const E = [31, 32];
const ORDERS = [
  [A, B, C],
  [D, B, E],
] as const;
const UPPER = [12, 13, 14, 15, 16, 17];
const LOWER = [29, 28, 27, 26, 25, 24];
const ALARM = 0.5;

/** Rounds in one of two orders at random; returns how many of them were a surprise. */
function live(world: EpisodeWorld, rounds: number): number {
  let surprises = 0;
  for (let i = 0; i < rounds; i++) if (world.round(ORDERS[randomBelow(world.random, 2)]!) >= ALARM) surprises++;
  return surprises;
}

void test('a third place that does not follow from the first is a surprise, though each step of it is ordinary', async (t) => {
  for (const seed of [1, 2, 3]) {
    const world = new EpisodeWorld(8, seed);
    live(world, 60);
    t.equal(live(world, 15), 0, `seed ${seed}: unbroken`);
    t.ok(world.round([A, B, E]) >= ALARM, `seed ${seed}: A B E`);
    t.equal(live(world, 4), 0, `seed ${seed}: quiet again at once`);
    t.ok(world.round([D, B, C]) >= ALARM, `seed ${seed}: D B C`);
  }
});

void test('with one cell per column what came before the second place is lost, and so is the order', async (t) => {
  for (const seed of [1, 2, 3]) {
    const world = new EpisodeWorld(1, seed);
    live(world, 75);
    t.ok(world.round([A, B, E]) < ALARM, `seed ${seed}: A B E`);
    t.ok(world.round([D, B, C]) < ALARM, `seed ${seed}: D B C`);
  }
});

void test('a break that comes now and then never becomes usual; one that comes every time does', async (t) => {
  const world = new EpisodeWorld(8);
  live(world, 60);
  for (let i = 0; i < 8; i++) {
    t.ok(world.round([A, B, E]) >= ALARM, `break ${i}`);
    live(world, 9);
  }
  for (let i = 0; i < 12; i++) world.round([A, B, E]);
  t.ok(world.round([A, B, E]) < ALARM);
});

/** One thing crosses along a lane; returns the largest surprise. */
function cross(world: EpisodeWorld, lane: readonly number[]): number {
  let most = 0;
  for (let i = 0; i < lane.length; i++) most = Math.max(most, world.show(lane.slice(Math.max(0, i - 1), i + 1), 8));
  return Math.max(most, world.show([], 15 + randomBelow(world.random, 45)));
}

void test('two lanes in turn have no end: however long the pause, the other lane comes next', async (t) => {
  const world = new EpisodeWorld(8);
  for (let i = 0; i < 40; i++) for (const lane of [UPPER, LOWER]) cross(world, lane);
  let usual = 0;
  for (let i = 0; i < 10; i++) for (const lane of [UPPER, LOWER]) usual = Math.max(usual, cross(world, lane));
  t.ok(usual < ALARM, `in turn ${usual}`);
  cross(world, UPPER);
  t.ok(cross(world, UPPER) >= ALARM, 'the same lane twice');
});

void test('a break is told while it happens, when no expected episode holds the zones seen so far', async (t) => {
  const world = new EpisodeWorld(8);
  for (let i = 0; i < 50; i++) for (const lane of [UPPER, LOWER]) cross(world, lane);
  cross(world, UPPER);
  t.ok(world.show(UPPER.slice(0, 2), 8) >= ALARM, 'after 8 of about 50 frames');
});

void test('something strange in between does not spoil the order, and what follows it is no break', async (t) => {
  const world = new EpisodeWorld(8);
  live(world, 60);
  world.show(A, 24);
  world.show([], 12);
  world.show([3], 10);
  world.show([], 6);
  const most = Math.max(world.show(B, 24), world.show([], 12), world.show(C, 24), world.show([], 80));
  t.ok(most < ALARM, `${most}`);
  t.equal(live(world, 5), 0);
});

void test('two things on rounds of their own, each in its half, are two orders', async (t) => {
  const left = [[12], [19], [9].map(() => 8), [24], [32]] as const;
  const right = [[15], [22], [11], [27], [35]] as const;
  const world = new EpisodeWorld(8);
  /** What is shown by one of the two, frame by frame, for some rounds. */
  const film = (places: readonly (readonly number[])[], rounds: number, broken: number): (readonly number[])[] => {
    const frames: (readonly number[])[] = [];
    for (let i = 0; i < rounds; i++) {
      const [first, last, other] = randomBelow(world.random, 2) === 0 ? [0, 2, 4] : [3, 4, 2];
      for (const place of [first, 1, i === broken ? other : last]) {
        for (let f = 22 + randomBelow(world.random, 10); f > 0; f--) frames.push(places[place]!);
        for (let f = 10 + randomBelow(world.random, 8); f > 0; f--) frames.push([]);
      }
      for (let f = 50 + randomBelow(world.random, 50); f > 0; f--) frames.push([]);
    }
    return frames;
  };
  const both = (rounds: number, broken: number): number => {
    const [one, other] = [film(left, rounds, broken), film(right, rounds + 1, -1)];
    let most = 0;
    one.forEach((zones, i) => {
      most = Math.max(most, world.show([...zones, ...(other[i] ?? [])], 1));
    });
    return Math.max(most, world.show([], 60));
  };
  both(90, -1);
  t.ok(both(1, 0) >= ALARM, 'one of them at the wrong last place');
});

void test('the next episode is told with its place, probability and time', async (t) => {
  const world = new EpisodeWorld(8);
  live(world, 60);
  world.show(A, 24);
  world.show([], 12);
  world.show(B, 24);
  world.show([], 5);
  const { next, confidence } = predictEpisodes(world.region, world.timeMs);
  t.equal(next[0]?.state, 'r4c4+r4c5');
  t.equal(confidence, next[0]?.probability);
  t.ok(confidence > 0.8, `${confidence}`);
  const [from, to] = next[0]!.inMs;
  t.ok(from >= 0 && from < 1200 && to > 400 && to < 2500, `${from} to ${to} ms`);
});

void test('the kinds of episodes are told by their zones', async (t) => {
  const world = new EpisodeWorld(8);
  live(world, 20);
  t.equal(describeKind(world.region, world.region.views.lastKind[0]!, 1).positions.length, 2);
});

void test('without learning nothing learned changes', async (t) => {
  const world = new EpisodeWorld(8);
  live(world, 30);
  const { sequences, kinds } = world.region;
  const before = [
    sequences[0]!.views.visits.slice(),
    kinds.kindZones.slice(),
    sequences[0]!.memory.views.permanence.slice(),
  ];
  for (const place of [A, B, E, A]) {
    world.show(place, 24, false);
    world.show([], 12, false);
  }
  t.same([sequences[0]!.views.visits, kinds.kindZones, sequences[0]!.memory.views.permanence], before);
});

void test('after a new clip begins, any place may come first', async (t) => {
  const world = new EpisodeWorld(8);
  live(world, 60);
  world.show(A, 24);
  resetEpisodeRegion(world.region);
  t.equal(live(world, 3), 0);
});
