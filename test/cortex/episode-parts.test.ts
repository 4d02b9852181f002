import { test } from 'tap';
import {
  KINDS,
  NO_KIND,
  episodeKindFields,
  kindHolds,
  learnKind,
  nearestKind,
} from '../../src/cortex/episode-kinds.ts';
import {
  type PauseMemory,
  contextEndMs,
  contextHoldsMs,
  learnPause,
  pauseBin,
  pauseCountFields,
  pauseFields,
} from '../../src/cortex/episode-pause.ts';
import { MAX_OPEN, episodeTrackFields, joined, trackEpisodes } from '../../src/cortex/episode-track.ts';
import { FRAME_MS, GRID, occupiedBy } from '../support/episodes.ts';
import { viewsFor } from '../support/views.ts';

/** Episodes that ended, each as the zones that belong to it. */
function film(frames: readonly (readonly number[])[]): number[][] {
  const track = viewsFor(episodeTrackFields(GRID));
  const ended: number[][] = [];
  frames.forEach((zones, frame) => {
    trackEpisodes(track, GRID, occupiedBy(zones), frame * FRAME_MS, FRAME_MS);
    for (let episode = 0; episode < MAX_OPEN; episode++) {
      if (track.closed[episode] === 0) continue;
      ended.push([...Array(36).keys()].filter((zone) => joined(track, 36, episode, zone)));
    }
  });
  return ended;
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

void test('an episode holds the zones that were occupied for four frames of it, and ends after three empty ones', async (t) => {
  t.same(film([...times(6, [7]), ...times(3, [7, 8]), ...times(5, [8]), ...times(3, [])]), [[7, 8]]);
  t.same(film([...times(6, [7]), ...times(2, []), ...times(6, [7]), ...times(3, [])]), [[7]], 'a short gap is none');
  t.same(film([...times(6, [7]), ...times(2, [])]), [], 'not over yet');
});

void test('things far apart are two episodes, each ending on its own', async (t) => {
  const both = [...times(6, [0, 35]), ...times(6, [35]), ...times(4, [])];
  t.same(film(both), [[0], [35]]);
});

void test('a thing that moves is one episode', async (t) => {
  const path = [12, 13, 14, 15].flatMap((zone) => times(6, [zone]));
  t.same(film([...path, ...times(3, [])]), [[12, 13, 14, 15]]);
});

void test('a place that is occupied much of the time is no part of any episode', async (t) => {
  const frames = [...times(4000, [20]), ...times(8, [20, 2]), ...times(3, [20])];
  t.same(film(frames).at(-1), [2]);
});

void test('an episode at a place that is shifted by one zone is of the same kind, one further away is not', async (t) => {
  const kinds = viewsFor(episodeKindFields(36));
  const kindOf = (zones: readonly number[]): number => nearestKind(kinds, GRID, occupiedBy(zones));
  t.equal(kindOf([14]), NO_KIND);
  const first = learnKind(kinds, kindOf([14]));
  t.equal(kindOf([14]), first);
  t.equal(kindOf([15]), first);
  t.equal(kindOf([14, 15]), first);
  t.equal(kindOf([16]), NO_KIND);
  t.equal(kindOf([21]), NO_KIND, 'diagonally');
  t.ok(kindHolds(kinds, 36, first, 14));
  t.notOk(kindHolds(kinds, 36, first, 15));
});

void test('when all numbers are taken, the least visited kind is replaced', async (t) => {
  const kinds = viewsFor(episodeKindFields(36));
  for (let kind = 0; kind < KINDS; kind++) {
    nearestKind(kinds, GRID, occupiedBy([kind % 36]));
    const number = learnKind(kinds, NO_KIND);
    if (kind !== 5) learnKind(kinds, number);
  }
  nearestKind(kinds, GRID, occupiedBy([3]));
  t.equal(learnKind(kinds, NO_KIND), 5);
});

function pauses(): PauseMemory {
  return { views: viewsFor(pauseFields()), counts: viewsFor(pauseCountFields()) };
}

void test('pauses are sorted by half octaves', async (t) => {
  t.same([0, 500, 501, 710, 1001, 2001, 1e9].map(pauseBin), [0, 0, 1, 2, 3, 5, 15]);
});

void test('the pause between rounds ends the context, the one within a round does not', async (t) => {
  const memory = pauses();
  for (let round = 0; round < 60; round++) {
    const [first, last, next] = round % 2 === 0 ? ([0, 2, 3] as const) : ([3, 4, 0] as const);
    learnPause(memory, 1200, first, 1);
    learnPause(memory, 1200, 1, last);
    // Which round comes next has nothing to do with the last one.
    learnPause(memory, 7000, last, round % 4 < 2 ? next : first);
  }
  t.ok(contextHoldsMs(memory) >= 1200 && contextHoldsMs(memory) <= 2000, `${contextHoldsMs(memory)}`);
  t.ok(contextEndMs(memory) > 1200 && contextEndMs(memory) <= 7000, `${contextEndMs(memory)}`);
});

void test('where each always follows the other, no pause ends the context', async (t) => {
  const memory = pauses();
  for (let i = 0; i < 100; i++) learnPause(memory, 1500 + (i % 10) * 450, i % 2, 1 - (i % 2));
  t.ok(contextHoldsMs(memory) > 5500, `${contextHoldsMs(memory)}`);
});
