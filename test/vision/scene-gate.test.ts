import { test } from 'tap';
import { nextRandom } from '../../src/memory/random.ts';
import { type Sight, beginAnew, follow, see } from '../../src/vision/eye.ts';
import { flowPlaneFields } from '../../src/vision/flow-plane.ts';
import { divide } from '../../src/vision/geometry.ts';
import { lookMemoryFields } from '../../src/vision/look-memory.ts';
import { measureFields } from '../../src/vision/picture-measures.ts';
import {
  type SceneChange,
  type SceneGate,
  type SceneVerdict,
  noteEmptiness,
  resetSceneGate,
  sceneGateFields,
  watchScene,
} from '../../src/vision/scene-gate.ts';
import { openEye } from '../support/eye.ts';
import { viewsFor } from '../support/views.ts';

const [width, height] = [96, 72];
const geometry = divide(width, height, 4, 4);
type Picture = (x: number, y: number) => number;

/** Patches of many grey levels, no two rows of them alike. */
const scene: Picture = (x, y) => 60 + ((((x >> 3) * 7 + (y >> 3) * 13) * 29) % 90);

function eye(seed: number) {
  const gate: SceneGate = {
    views: viewsFor(sceneGateFields(geometry)),
    measures: viewsFor(measureFields()),
    looks: viewsFor(lookMemoryFields(geometry)),
  };
  const planes = { eye: openEye(width, height), flow: viewsFor(flowPlaneFields(geometry)) };
  const sight: Sight = { foregroundShare: 0, begun: false };
  const random = new Uint32Array([seed]);
  const verdict = { luma: new Uint8Array(0) } as SceneVerdict;
  let timeMs = 0;
  return {
    gate,
    /** Show pictures (with grain of +-3 unless `same`); returns what was told, in order, without repetitions. */
    show: (picture: Picture, frames: number, grain = 3, same?: Uint8Array): SceneChange[] => {
      const told: SceneChange[] = [];
      for (let i = 0; i < frames; i++, timeMs += 100) {
        const luma =
          same ??
          Uint8Array.from({ length: width * height }, (_, at) => {
            const noise = (nextRandom(random) % (2 * grain + 1)) - grain;
            return Math.max(0, Math.min(255, Math.round(picture(at % width, Math.floor(at / width))) + noise));
          });
        watchScene(gate, planes, geometry, luma, timeMs, 100, verdict);
        if (verdict.relearn) beginAnew(planes.eye);
        if (!verdict.blocked) {
          see(planes.eye, verdict.luma, 100, sight);
          follow(planes.eye, planes.eye.views.foreground, 100);
        }
        if (told.at(-1) !== verdict.change) told.push(verdict.change);
      }
      return told;
    },
    verdict,
    time: () => timeMs,
  };
}

void test('grain alone, and things that pass, are no change of the scene', async (t) => {
  const { show, verdict } = eye(1);
  t.same(show(scene, 150), ['none']);
  t.same(
    show((x, y) => (x > 20 && x < 50 && y > 20 && y < 50 ? 230 : scene(x, y)), 30),
    ['none'],
  );
  t.notOk(verdict.unsure);
});

void test('a lamp that is switched is told as light, and the eye goes on', async (t) => {
  const { show, verdict } = eye(2);
  show(scene, 100);
  t.same(
    show((x, y) => 1.4 * scene(x, y), 1),
    ['light'],
  );
  t.notOk(verdict.muted);
  t.ok(verdict.unsure);
  show((x, y) => 1.4 * scene(x, y), 40);
  t.notOk(verdict.unsure);
});

void test('brightness that drifts is not told', async (t) => {
  const { show } = eye(3);
  show(scene, 100);
  for (let i = 0; i < 60; i++)
    t.same(
      show((x, y) => (1 + i * 0.01) * scene(x, y), 1),
      ['none'],
    );
});

void test('a knocked camera is told as moved, and its picture is moved back', async (t) => {
  const { show, verdict, gate } = eye(4);
  show(scene, 100);
  const knocked: Picture = (x, y) => scene(x + 5, y - 4);
  t.same(show(knocked, 1), ['moved']);
  t.notOk(verdict.relearn);
  t.same([gate.views.offsetX[0], gate.views.offsetY[0]], [-5, 4]);
  t.same(show(knocked, 100), ['moved', 'none']);
  let [error, count] = [0, 0];
  for (let y = 10; y < height - 10; y++) {
    for (let x = 10; x < width - 10; x++, count++) error += Math.abs(verdict.luma[y * width + x]! - scene(x, y));
  }
  t.ok(error / count < 3, `mean error ${error / count}`);
});

void test('an infrared filter that switches is told as another look, and the background is learned anew', async (t) => {
  const { show, verdict } = eye(5);
  show(scene, 100);
  const infrared: Picture = (x, y) => 150 - 0.5 * scene(x, y) + 0.4 * x;
  t.same(show(infrared, 1), ['look']);
  t.ok(verdict.relearn && verdict.muted);
  t.same(show(infrared, 60), ['look', 'none']);
  show(infrared, 100);
  t.notOk(verdict.unsure);
});

void test('a look that was there before is known at once, and so is that from which it came', async (t) => {
  const { show, verdict } = eye(11);
  const infrared: Picture = (x, y) => 150 - 0.5 * scene(x, y) + 0.4 * x;
  show(scene, 400);
  show(infrared, 1000);
  for (const picture of [scene, infrared]) {
    t.same(show(picture, 1), ['look']);
    t.notOk(verdict.relearn, 'nothing is learned anew');
    t.ok(verdict.muted);
    show(picture, 15);
    t.notOk(verdict.muted);
    t.ok(verdict.unsure);
    show(picture, 400);
  }
});

void test('what comes into an empty scene is judged again, what stands in it is not yet', async (t) => {
  const { show, verdict, gate, time } = eye(12);
  const infrared: Picture = (x, y) => 150 - 0.5 * scene(x, y) + 0.4 * x;
  /** Frames after the view settled until something is judged. */
  const wait = (isEmpty: boolean, share = 0): number => {
    let frames = 0;
    for (; frames < 200; frames++) {
      show(infrared, 1);
      noteEmptiness(gate, isEmpty, share, time() - 100, 100);
      if (!verdict.muted && !verdict.unsure) break;
      if (verdict.muted) frames = 0;
    }
    return frames;
  };
  show(scene, 100);
  t.equal(wait(false), 80, 'eight seconds');
  resetSceneGate(gate);
  show(scene, 100);
  t.equal(wait(true), 16);
  resetSceneGate(gate);
  show(scene, 100);
  const frames = wait(true, 0.04);
  t.ok(frames > 120 && frames < 200, `${frames}: as long as the old look is seen in pieces, but not for ever`);
});

void test('an empty scene does not cut short the pause after a lamp', async (t) => {
  const { show, verdict, gate, time } = eye(13);
  for (let i = 0; i < 100; i++) {
    show(scene, 1);
    noteEmptiness(gate, true, 0, time() - 100, 100);
  }
  show((x, y) => 1.4 * scene(x, y), 1);
  for (let i = 0; i < 10; i++) {
    noteEmptiness(gate, true, 0, time() - 100, 100);
    show((x, y) => 1.4 * scene(x, y), 1);
    t.ok(verdict.unsure);
  }
});

void test('a covered lens blocks the view; the background waits for its end', async (t) => {
  const { show, verdict } = eye(6);
  show(scene, 100);
  t.same(
    show(() => 15, 100),
    ['covered'],
  );
  t.ok(verdict.blocked);
  t.same(show(scene, 20), ['none']);
  t.notOk(verdict.blocked || verdict.muted);
  t.ok(verdict.unsure);
  show(scene, 100);
  t.notOk(verdict.unsure);
});

void test('a picture without edges is told as unsharp', async (t) => {
  const { show } = eye(7);
  show(scene, 100, 1);
  const blurred: Picture = (x, y) => {
    let sum = 0;
    for (let v = -3; v <= 3; v++) for (let u = -3; u <= 3; u++) sum += scene(x + u, y + v);
    return sum / 49;
  };
  t.same(show(blurred, 30, 1), ['unsharp']);
});

void test('the very same picture for four seconds is told as frozen; nothing is judged from the third on', async (t) => {
  const { show, verdict } = eye(8);
  show(scene, 100);
  const still = Uint8Array.from(
    { length: width * height },
    (_, at) => scene(at % width, Math.floor(at / width)) + (at % 3),
  );
  show(scene, 4, 3, still);
  t.ok(verdict.unsure);
  t.equal(verdict.change, 'none');
  t.same(show(scene, 60, 3, still), ['none', 'frozen']);
  t.same(show(scene, 10), ['none']);
});

void test('what blocks the view for ten minutes is the new view', async (t) => {
  const { show, verdict } = eye(9);
  show(scene, 100);
  const dark = new Uint8Array(width * height).map((_, at) => 15 + (at % 2));
  const darker = dark.map((value) => value - 1);
  for (let i = 0; i < 3001; i++) {
    show(scene, 1, 0, dark);
    show(scene, 1, 0, darker);
  }
  t.notOk(verdict.blocked);
  t.same(show(() => 15, 100).at(-1), 'none');
});

void test('another clip is not compared with the one before', async (t) => {
  const { show, gate } = eye(10);
  show(scene, 100);
  resetSceneGate(gate);
  t.same(
    show((x, y) => scene(x + 30, y + 20), 20),
    ['none'],
  );
});
