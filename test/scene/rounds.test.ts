import { test } from 'tap';
import { dealRound, ORDERS } from '../../src/scene/plays/rounds.ts';
import { SCENES, type SceneName } from '../../src/scene/scenes.ts';
import { isThere, poseOf } from '../../src/scene/thing.ts';
import { dealCamera } from '../../src/scene/view/camera.ts';
import { watch } from './watch.ts';

/** Where things stand for a while, in order: each place as a letter in order of first use. */
function standsOf(name: SceneName, seed: number, frames: number) {
  const places: (readonly [number, number])[] = [];
  const stands: { readonly place: number; readonly frame: number; readonly isBroken: boolean }[] = [];
  let last = '';
  watch(
    { ...SCENES[name], seed, anomaliesFrom: 3000, anomalySpacing: 500, width: 16, height: 12 },
    frames,
    ({ frame, scene, truth }) => {
      const time = frame / 10;
      for (const thing of scene.play.things.filter((one) => isThere(one, time))) {
        const { x, y, isMoving } = poseOf(thing, time);
        const key = `${thing.id} ${x.toFixed(3)} ${y.toFixed(3)}`;
        if (isMoving || key === last) continue;
        last = key;
        let place = places.findIndex(([px, py]) => Math.abs(px - x) < 0.6 && Math.abs(py - y) < 0.3);
        if (place < 0) place = places.push([x, y]) - 1;
        stands.push({ place, frame, isBroken: truth.kind === 'wrong_place' });
      }
    },
  );
  return stands;
}

void test('a round is one of two orders with a shared middle; a broken one ends as the other does', async (t) => {
  for (const [name, size] of [
    ['routines', 3],
    ['routines4', 4],
    ['routines5', 5],
  ] as const) {
    for (const seed of [1, 2, 3, 4]) {
      const rounds: { readonly places: number[]; isBroken: boolean }[] = [];
      let before = -1000;
      for (const { place, frame, isBroken } of standsOf(name, seed, 9000)) {
        if (frame - before > 110 || rounds.length === 0 || rounds.at(-1)!.places.length === size)
          rounds.push({ places: [], isBroken: false });
        rounds.at(-1)!.places.push(place);
        rounds.at(-1)!.isBroken ||= isBroken;
        before = frame;
      }
      const whole = rounds.filter(({ places }) => places.length === size);
      t.ok(whole.length > 15, `${name} ${seed}: ${whole.length} rounds`);
      const usual = new Set(whole.filter(({ isBroken }) => !isBroken).map(({ places }) => places.join(' ')));
      t.equal(usual.size, 2, `${name} ${seed}: ${[...usual].join(' | ')}`);
      const [one, other] = [...usual].map((text) => text.split(' '));
      t.same(one!.slice(1, -1), other!.slice(1, -1));
      const crossed = [
        [...one!.slice(0, -1), other!.at(-1)],
        [...other!.slice(0, -1), one!.at(-1)],
      ].map((way) => way.join(' '));
      const broken = whole.filter(({ isBroken }) => isBroken);
      t.ok(broken.length >= 3 && broken.every(({ places }) => crossed.includes(places.join(' '))), `${name} ${seed}`);
    }
  }
});

void test('places of a round are dealt anywhere, and each lies apart from the others', async (t) => {
  const quarters = new Map<string, Set<number>>();
  let inSight = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const random = new Uint32Array([seed * 77_777]);
    const camera = dealCamera(0.75, { height: [2.4, 4.6], horizon: [-0.5, 0.12] }, random);
    const { places, isInSight, orders } = dealRound(camera, 3, [], 0.04, random);
    t.same(orders, ORDERS[3]);
    if (isInSight) inSight++;
    const shown = Object.entries(places).map(([letter, { shown: point }]) => ({ letter, point }));
    for (const { letter, point } of shown) {
      const quarter = (point[0] < 0.5 ? 0 : 1) + (point[1] < 0.6 ? 0 : 2);
      quarters.set(letter, (quarters.get(letter) ?? new Set()).add(quarter));
      for (const other of shown)
        if (other.letter !== letter)
          t.ok(
            Math.hypot(point[0] - other.point[0], point[1] - other.point[1]) > 0.12,
            `${seed} ${letter}${other.letter}`,
          );
    }
  }
  t.ok([...quarters.values()].every(({ size }) => size === 4));
  t.ok(inSight > 5 && inSight < 25, `${inSight} of 30 walk in sight`);
});
