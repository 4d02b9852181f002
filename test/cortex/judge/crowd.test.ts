import { test } from 'tap';
import { calibrationFields, thresholdOf } from '../../../src/cortex/judge/calibration.ts';
import { type Crowd, crowdFields, watchCrowd } from '../../../src/cortex/judge/crowd.ts';
import { KINDS, kindOf } from '../../../src/cortex/judge/kinds.ts';
import { LIVE, type Things, thingFields } from '../../../src/things/pool.ts';
import { tailFields } from '../../../src/usual/tail.ts';
import { viewsFor } from '../../support/views.ts';

/** `count` things, of which so many share a blob with another. */
function sceneOf(count: number, hidden: number): Things {
  const things = viewsFor(thingFields());
  for (let slot = 0; slot < count; slot++) {
    things.status[slot] = LIVE;
    things.together[slot] = slot < hidden ? 1 : 0;
  }
  return things;
}

function watch(crowd: Crowd, things: Things, seconds: number, fps = 10): void {
  for (let i = 0; i < seconds * fps; i++) watchCrowd(crowd, things, 1000 / fps);
}

void test('many things apart are no crowd, a few that hide each other all the time are one', async (t) => {
  const crowd = viewsFor(crowdFields());
  watch(crowd, sceneOf(12, 0), 60);
  t.equal(crowd.isCrowd[0], 0);
  const other = viewsFor(crowdFields());
  watch(other, sceneOf(4, 2), 60);
  t.equal(other.isCrowd[0], 1);
});

void test('two that pass each other now and then are no crowd', async (t) => {
  const crowd = viewsFor(crowdFields());
  for (let minute = 0; minute < 20; minute++) {
    watch(crowd, sceneOf(3, 0), 50);
    watch(crowd, sceneOf(3, 2), 10);
  }
  t.equal(crowd.isCrowd[0], 0);
});

void test('a crowd that has gone is forgotten within some minutes, at any frame rate alike', async (t) => {
  const means: number[] = [];
  for (const fps of [5, 15]) {
    const crowd = viewsFor(crowdFields());
    watch(crowd, sceneOf(8, 3), 300, fps);
    t.equal(crowd.isCrowd[0], 1);
    watch(crowd, sceneOf(1, 0), 240, fps);
    means.push(crowd.hidden[0]!);
    watch(crowd, sceneOf(1, 0), 360, fps);
    t.equal(crowd.isCrowd[0], 0);
  }
  t.ok(Math.abs(means[0]! / means[1]! - 1) < 0.01, means.join(' '));
});

void test('in a crowd only what needs no things one by one can be an alarm', async (t) => {
  const crowd = viewsFor(crowdFields());
  const calibration = {
    views: viewsFor(calibrationFields()),
    tails: KINDS.map(() => viewsFor(tailFields())),
    crowd,
    alarmsPerDay: 24,
    sensitivity: 1,
  };
  const finite = (): string[] =>
    KINDS.filter(({ name }) => Number.isFinite(thresholdOf(calibration, kindOf(name)))).map(({ name }) => name);
  t.equal(finite().length, KINDS.length);
  watch(crowd, sceneOf(6, 3), 60);
  t.same(finite(), ['flow', 'absence']);
});
