import { test } from 'tap';
import { FIVE_PLACES, FOUR_PLACES, type Rounds, THREE_PLACES, TWO_AT_ONCE } from '../../src/scene/routines.ts';
import { SCENES, type SceneName } from '../../src/scene/scenes.ts';
import { watch } from './watch.ts';

type Visit = { readonly place: string; readonly begin: number; end: number; readonly broken: boolean };

/** The place that a centre is nearest to, and how far it is away. */
function nearest({ places }: Rounds, x: number, y: number): { place: string; distance: number } {
  const all = Object.entries(places).map(([place, [px, py]]) => ({
    place,
    distance: Math.abs(px - x) + Math.abs(py - y),
  }));
  return all.toSorted((a, b) => a.distance - b.distance)[0]!;
}

/** Visits of the thing on these rounds. */
function visitsOf(name: SceneName, rounds: Rounds, frames: number): Visit[] {
  const visits: Visit[] = [];
  let open: Visit | null = null;
  watch({ ...SCENES[name], anomaliesFrom: 4000, anomalySpacing: 500 }, frames, ({ frame, truth, scene }) => {
    const found = scene.play.things
      .map(({ x, y, width, height }) => ({ x, ...nearest(rounds, x + width / 2, y + height / 2) }))
      .find(({ distance }) => distance < 0.1);
    if (found === undefined) {
      open = null;
    } else if (open === null) {
      const broken = truth.box !== null && Math.abs(truth.box[0] - found.x) < 0.001;
      open = { place: found.place, begin: frame, end: frame, broken };
      visits.push(open);
    } else open.end = frame;
  });
  return visits;
}

/** Cut at the pauses. */
function roundsOf(visits: readonly Visit[]): Visit[][] {
  const rounds: Visit[][] = [[]];
  visits.forEach((visit, i) => {
    const previous = visits[i - 1];
    if (previous !== undefined && visit.begin - previous.end > 30) rounds.push([]);
    rounds.at(-1)!.push(visit);
  });
  // The last one may be cut short.
  return rounds.slice(0, -1);
}

void test('a round is one of two orders with a shared middle; a broken one ends as the other does', async (t) => {
  for (const [name, rounds] of [
    ['routines', THREE_PLACES[0]!],
    ['routines4', FOUR_PLACES[0]!],
    ['routines5', FIVE_PLACES[0]!],
    ['routines_two', TWO_AT_ONCE[0]!],
    ['routines_two', TWO_AT_ONCE[1]!],
  ] as const) {
    const [one, other] = rounds.orders;
    t.equal(one.slice(1, -1), other.slice(1, -1));
    const crossed = [one.slice(0, -1) + other.at(-1), other.slice(0, -1) + one.at(-1)];
    const seen = roundsOf(visitsOf(name, rounds, 12_000));
    t.ok(seen.length > 30, `${name}: ${seen.length} rounds`);
    let broken = 0;
    for (const round of seen) {
      const path = round.map(({ place }) => place).join('');
      const isBroken = round.at(-1)!.broken;
      if (isBroken) broken++;
      t.ok((isBroken ? crossed : [one, other]).includes(path), `${name} ${path} at ${round[0]!.begin}`);
      t.ok(round.slice(0, -1).every((visit) => !visit.broken));
    }
    t.ok(broken >= 3, `${name}: ${broken} broken`);
  }
});

void test('pauses between rounds are longer than gaps within one, and both orders are equally usual', async (t) => {
  const visits = visitsOf('routines', THREE_PLACES[0]!, 12_000);
  const gaps = visits.slice(1).map(({ begin }, i) => begin - visits[i]!.end);
  t.ok(gaps.every((gap) => gap <= 20 || gap >= 48));
  const firsts = roundsOf(visits).map((round) => round[0]!.place);
  const share = firsts.filter((place) => place === 'A').length / firsts.length;
  t.ok(share > 0.3 && share < 0.7, `${share}`);
});

void test('two things on rounds are seen at the same time', async (t) => {
  let both = 0;
  watch(SCENES.routines_two, 3000, ({ scene }) => {
    if (scene.play.things.length === 2) both++;
  });
  t.ok(both > 300, `${both}`);
});
