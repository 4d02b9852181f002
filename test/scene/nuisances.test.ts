import { test } from 'tap';
import { NUISANCE_NAMES, activeNuisances } from '../../src/scene/nuisance/nuisances.ts';
import { SCENES } from '../../src/scene/scenes.ts';
import { watch } from './watch.ts';

/** Mean absolute difference. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}

void test('every nuisance comes and goes, and what the model is to find is the same without it', async (t) => {
  for (const name of NUISANCE_NAMES) {
    // It takes a long time for it to get dark: there a frame is a second.
    const fps = name === 'dusk' ? 1 : 10;
    const options = { ...SCENES.lanes, fps, anomaliesFrom: 100 * fps, anomalySpacing: 20 * fps };
    const plain: string[] = [];
    watch(options, 4500, ({ truth }) => plain.push(JSON.stringify(truth)));
    let on = 0;
    let same = 0;
    watch({ ...options, nuisances: [name] }, 4500, ({ frame, truth, scene }) => {
      if (activeNuisances(scene.nuisances).length > 0) on++;
      if (JSON.stringify(truth) === plain[frame]) same++;
    });
    t.ok(on > 20 && on < 4200, `${name} on in ${on} of 4500 frames`);
    t.equal(same, 4500, name);
  }
});

void test('a nuisance changes the picture while it is on, and none begins before its time', async (t) => {
  for (const name of NUISANCE_NAMES) {
    const plain: Uint8Array[] = [];
    const scene = { ...SCENES.normal, noise: 0, seed: 2, fps: name === 'dusk' ? 1 : 10 };
    // Gusts and the failing lamp always are in the picture; they are compared with themselves in calm.
    const still = { ...scene, nuisances: [name], nuisancesFrom: 1_000_000 };
    watch(still, 3600, ({ luma }) => plain.push(luma));
    let before = 0;
    let during = 0;
    let active = 0;
    watch({ ...still, nuisancesFrom: 100 }, 3600, ({ frame, luma, scene: seen }) => {
      const changed = difference(luma, plain[frame]!);
      if (frame < 100) before += changed;
      if (activeNuisances(seen.nuisances).length === 0) return;
      active++;
      during += changed;
    });
    t.equal(before, 0, name);
    t.ok(active > 0 && during / active > 0.1, `${name} ${(during / active).toFixed(2)}`);
  }
});

void test('infrared light has less contrast and more grain', async (t) => {
  const spread = { day: 0, night: 0 };
  const grain = { day: 0, night: 0 };
  const frames = { day: 0, night: 0 };
  let previous: Uint8Array | null = null;
  watch({ ...SCENES.normal, nuisances: ['infrared'] }, 4000, ({ luma, scene }) => {
    const when = activeNuisances(scene.nuisances).length > 0 ? 'night' : 'day';
    const mean = luma.reduce((sum, value) => sum + value, 0) / luma.length;
    spread[when] += difference(luma, new Float64Array(luma.length).fill(mean)) / mean;
    if (previous !== null) grain[when] += difference(luma, previous);
    frames[when]++;
    previous = luma;
  });
  t.ok(spread.night / frames.night < 0.8 * (spread.day / frames.day));
  t.ok(grain.night / frames.night > 1.6 * (grain.day / frames.day));
});
