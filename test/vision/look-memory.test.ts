import { test } from 'tap';
import { type Sight, beginAnew, follow, see } from '../../src/vision/eye.ts';
import { flowPlaneFields } from '../../src/vision/flow-plane.ts';
import { divide } from '../../src/vision/geometry.ts';
import { changeLook, forgetLooks, lookMemoryFields, newLookFacts } from '../../src/vision/look-memory.ts';
import { openEye } from '../support/eye.ts';
import { viewsFor } from '../support/views.ts';

const [width, height] = [64, 48];
const geometry = divide(width, height, 4, 4);
/** Frames after which a look is worth keeping. */
const ENOUGH = 300;

/** Pictures that have nothing in common. */
function picture(kind: number): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return 40 + ((((x >> 2) * (3 + 4 * kind) + (y >> 2) * (11 + 2 * kind)) * 37) % 150);
  });
}

function eye() {
  const planes = { eye: openEye(width, height), flow: viewsFor(flowPlaneFields(geometry)) };
  const sight: Sight = { foregroundShare: 0, begun: false };
  const nothing = new Uint8Array(width * height);
  const looks = viewsFor(lookMemoryFields(geometry));
  const facts = newLookFacts();
  let timeMs = 0;
  return {
    planes,
    looks,
    facts,
    /** See one picture for so many frames. */
    see: (luma: Uint8Array, frames = ENOUGH): void => {
      for (let i = 0; i < frames; i++, timeMs += 100) {
        see(planes.eye, luma, 100, sight);
        follow(planes.eye, nothing, 100);
      }
    },
    /** The picture is another one; learned anew when it is not known. */
    change: (luma: Uint8Array): boolean => {
      const known = changeLook(looks, planes, geometry, luma, facts, timeMs);
      if (!known) beginAnew(planes.eye);
      return known;
    },
  };
}

void test('a look that comes again is known with all that was learned of it', async (t) => {
  const { planes, facts, see, change } = eye();
  const [day, night] = [picture(0), picture(1)];
  see(day);
  facts.measures.set([1, 2, 3, 4]);
  const learned = [planes.eye.views.background, planes.eye.noise.own];
  const before = learned.map((plane) => Float32Array.from(plane));
  t.notOk(change(night), 'never seen');
  facts.measures.fill(9);
  see(night);
  t.not(planes.eye.views.background[5], before[0]![5]);
  t.ok(change(day));
  learned.forEach((plane, i) => t.same(plane, before[i]));
  t.same([...facts.measures], [1, 2, 3, 4]);
  t.ok(change(night), 'and back');
});

void test('brighter or darker it is still the same look', async (t) => {
  const { see, change } = eye();
  see(picture(0));
  change(picture(1));
  see(picture(1));
  t.ok(change(picture(0).map((value) => 0.8 * value)));
});

void test('a look that was seen for a moment takes no place and is not known again', async (t) => {
  const { see, change } = eye();
  see(picture(0));
  t.notOk(change(picture(1)));
  see(picture(1), ENOUGH - 1);
  t.ok(change(picture(0)), 'what was before it is');
  t.notOk(change(picture(1)));
});

void test('of more looks than there are places for, the one left longest ago is forgotten', async (t) => {
  const { see, change } = eye();
  for (const kind of [0, 1, 2, 3]) {
    t.notOk(change(picture(kind)), `look ${kind} is new`);
    see(picture(kind));
  }
  t.ok(change(picture(1)));
  t.ok(change(picture(2)));
  t.ok(change(picture(3)));
  t.notOk(change(picture(0)), 'the first one is gone');
});

void test('each look knows how far the camera was moved', async (t) => {
  const { facts, see, change } = eye();
  const day = picture(0);
  see(day);
  [facts.dx, facts.dy] = [-3, 2];
  change(picture(1));
  [facts.dx, facts.dy] = [0, 0];
  see(picture(1));
  // The camera stands where it was knocked to: a point of the scene is 3 px to the left and 2 px below.
  const knocked = day.map((value, i) => day[i + 3 - 2 * width] ?? value);
  t.ok(change(knocked));
  t.same([facts.dx, facts.dy], [-3, 2]);
});

void test('looks can be forgotten', async (t) => {
  const { looks, see, change } = eye();
  see(picture(0));
  change(picture(1));
  see(picture(1));
  forgetLooks(looks);
  t.notOk(change(picture(0)));
});
