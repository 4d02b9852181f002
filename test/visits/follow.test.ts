import { test } from 'tap';
import { LIVE, TRAIL, type Things, thingFields } from '../../src/things/pool.ts';
import { type Visitors, beginFrame, endVisitor, followFields, followVisitors } from '../../src/visits/follow.ts';
import { FREE_KIND, PASS, STOP, VISIT_KINDS, visitKindFields } from '../../src/visits/kinds.ts';
import { followWith, nextVisitFields, nextVisits } from '../../src/visits/next.ts';
import { viewsFor } from '../support/views.ts';

/** So long after one is gone the next appears. */
const PAUSE_MS = 5000;

type Point = readonly [number, number];

/** Things that go where they are told, ten frames a second. */
class Ground {
  readonly things: Things = viewsFor(thingFields());
  readonly visitors: Visitors = { follow: viewsFor(followFields()), kinds: viewsFor(visitKindFields()) };
  timeMs = 1000;
  learn = true;
  /** Of the visits told last: kinds of stops of the same thing. */
  own: number[] = [];
  #id = 0;

  /** One thing goes from point to point, waits at each for `seconds`, and is gone; returns the kinds of its visits. */
  go(points: readonly Point[], seconds: number, height = 0.2, speed = 0.3): number[] {
    const { things } = this;
    things.id[0] = ++this.#id;
    things.status[0] = LIVE;
    things.bornMs[0] = this.timeMs;
    things.trailLength[0] = 0;
    things.height[0] = height;
    things.width[0] = height / 2;
    [things.birthX[0], things.birthY[0]] = points[0]!;
    const told: number[] = [];
    let [x, y] = points[0]!;
    for (const [i, [tx, ty]] of points.entries()) {
      const steps = Math.ceil(Math.sqrt((tx - x) ** 2 + (ty - y) ** 2) / (speed / 10));
      const [dx, dy] = [(tx - x) / Math.max(1, steps), (ty - y) / Math.max(1, steps)];
      for (let step = 0; step < steps; step++) told.push(...this.#show((x += dx), (y += dy)));
      const waits = i > 0 && i < points.length - 1 ? seconds : 0;
      for (let frame = 0; frame < waits * 10; frame++) told.push(...this.#show(x, y));
    }
    endVisitor(this.visitors, things, 0, this.timeMs, this.learn);
    told.push(...this.#told());
    things.status[0] = 0;
    return told;
  }

  /** Something appears at a point, takes a small step, stands and is gone. */
  appear(x: number, y: number, step: number, height: number, pauseMs = PAUSE_MS): number[] {
    const { things } = this;
    this.timeMs += pauseMs;
    things.id[0] = ++this.#id;
    things.status[0] = LIVE;
    things.trailLength[0] = 0;
    things.height[0] = height;
    things.width[0] = height / 2;
    things.birthX[0] = x - step / 2;
    things.birthY[0] = y;
    const told: number[] = [];
    for (let frame = 0; frame <= 12; frame++) told.push(...this.#show(x - step / 2 + (step * frame) / 12, y));
    for (let frame = 0; frame < 12; frame++) told.push(...this.#show(x + step / 2, y));
    endVisitor(this.visitors, things, 0, this.timeMs, this.learn);
    told.push(...this.#told());
    things.status[0] = 0;
    return told;
  }

  #show(x: number, y: number): number[] {
    const { things } = this;
    this.timeMs += 100;
    things.x[0] = x;
    things.y[0] = y;
    things.blob[0] = 0;
    things.trailAt[0] = (things.trailAt[0]! + 1) % TRAIL;
    things.trailLength[0] = Math.min(TRAIL, things.trailLength[0]! + 1);
    things.trailX[things.trailAt[0]] = x;
    things.trailY[things.trailAt[0]] = y;
    things.trailMs[things.trailAt[0]] = this.timeMs;
    followVisitors(this.visitors, things, this.timeMs, this.learn);
    return this.#told();
  }

  #told(): number[] {
    const { follow } = this.visitors;
    const told = [...follow.toldKind.subarray(0, follow.told[0])];
    if (told.length > 0) this.own = [...follow.toldOwn.subarray(0, follow.told[0])];
    beginFrame(this.visitors);
    return told;
  }

  kinds(): number {
    return this.visitors.kinds.sort.filter((sort) => sort !== FREE_KIND).length;
  }
}

const LEFT: Point = [0.02, 0.5];
const RIGHT: Point = [1.3, 0.5];

void test('who walks through has passed once, whatever the speed; the other way round is another kind', async (t) => {
  const ground = new Ground();
  const [first] = ground.go([LEFT, RIGHT], 0);
  t.equal(ground.visitors.kinds.sort[first!], PASS);
  t.same(ground.go([LEFT, RIGHT], 0, 0.2, 0.15), [first]);
  t.same(
    ground.go(
      [
        [0.1, 0.52],
        [1.25, 0.49],
      ],
      0,
    ),
    [first],
    'seen a little later and lost a little sooner',
  );
  const [back] = ground.go([RIGHT, LEFT], 0);
  t.not(back, first);
  const [beside] = ground.go([LEFT, [0.6, 0.75], RIGHT], 0);
  t.ok(beside !== first && beside !== back, 'between the same ends, but another way');
});

void test('who goes from place to place is told by where it stops, and by no way', async (t) => {
  const ground = new Ground();
  const places: Point[] = [LEFT, [0.4, 0.3], [0.8, 0.7], [1.1, 0.35], RIGHT];
  const told = ground.go(places, 2);
  t.equal(told.length, 3);
  t.ok(told.every((kind) => ground.visitors.kinds.sort[kind] === STOP));
  t.equal(new Set(told).size, 3);
  t.same(ground.go(places, 3), told, 'the same places again');
  t.equal(ground.kinds(), 3);
});

void test('a pass names the stops of the same thing, which seemed to stand where its way begins; the next thing has none', async (t) => {
  const ground = new Ground();
  const [stop, pass] = ground.go([LEFT, [0.1, 0.5], RIGHT], 1);
  t.equal(ground.visitors.kinds.sort[stop!], STOP);
  t.equal(ground.visitors.kinds.sort[pass!], PASS);
  t.same(ground.own, [1 << stop!]);
  t.same(ground.go([LEFT, RIGHT], 0), [pass]);
  t.same(ground.own, [0]);
});

void test('what appears at a place and steps to either side is at one place; near places are two', async (t) => {
  const ground = new Ground();
  const kinds = [0.1, -0.1, 0.1, -0.1].flatMap((step) => ground.appear(0.5, 0.5, step, 0.35));
  t.equal(kinds.length, 4);
  t.equal(new Set(kinds).size, 1);
  t.not(ground.appear(0.75, 0.5, 0.1, 0.35)[0], kinds[0]);
});

void test('what is lost from sight for a moment while it stands has stopped once', async (t) => {
  const ground = new Ground();
  t.equal(ground.appear(0.5, 0.5, 0.05, 0.3).length, 1);
  ground.timeMs -= PAUSE_MS;
  t.equal(ground.appear(0.5, 0.5, 0.02, 0.3).length, 0);
  t.equal(ground.appear(0.5, 0.5, 0.02, 0.3).length, 1, 'later it is another visit');
});

void test('when all kinds are taken the one that came least gives way', async (t) => {
  const ground = new Ground();
  const often = ground.appear(0.1, 0.9, 0.02, 0.1)[0]!;
  ground.appear(0.1, 0.9, 0.02, 0.1);
  for (let i = 0; i < VISIT_KINDS + 5; i++)
    ground.appear(0.12 * (i % 10) + 0.1, 0.12 * Math.floor(i / 10) + 0.15, 0.02, 0.1);
  t.equal(ground.kinds(), VISIT_KINDS);
  t.equal(ground.appear(0.1, 0.9, 0.02, 0.1)[0], often);
});

void test('the next visit is told by the last two, with its time', async (t) => {
  const next = viewsFor(nextVisitFields());
  let timeMs = 1000;
  const come = (kind: number): void => followWith(next, kind, (timeMs += 4000), true);
  for (let i = 0; i < 30; i++) for (const kind of i % 2 === 0 ? [1, 2, 3] : [4, 2, 5]) come(kind);
  t.same(
    [
      [1, 3],
      [4, 5],
    ].map(([first, last]) => {
      come(first!);
      come(2);
      const [likely] = nextVisits(next, timeMs);
      come(last!);
      return (
        likely !== undefined &&
        likely.kind === last &&
        likely.probability > 0.8 &&
        likely.inMs[0] > 2000 &&
        likely.inMs[1] < 7000
      );
    }),
    [true, true],
  );
});

void test('while nothing is learned a stay that is lost and found changes nothing that is learned', async (t) => {
  const ground = new Ground();
  for (let i = 0; i < 4; i++) ground.appear(0.5, 0.5, 0.02, 0.2);
  const fields = Object.entries(visitKindFields()).filter(([, { keep }]) => keep === 'learned');
  const learned = (): string => JSON.stringify(fields.map(([name]) => [...ground.visitors.kinds[name as 'sort']]));
  const before = learned();
  ground.learn = false;
  // Found again so soon, it is the same stay.
  for (let i = 0; i < 3; i++) ground.appear(0.5, 0.5, 0.02, 0.2, 500);
  t.equal(learned(), before);
  ground.learn = true;
  ground.appear(0.5, 0.5, 0.02, 0.2);
  t.not(learned(), before);
});

void test('the digits of a clock are no visitors; what is as small and has come by itself is one', async (t) => {
  const ground = new Ground();
  for (let i = 0; i < 12; i++) t.same(ground.appear(0.1, 0.05, 0, 0.06), []);
  t.equal(ground.kinds(), 0);
  ground.things.travelled[0] = 0.4;
  t.equal(ground.appear(0.5, 0.5, 0, 0.06).length, 1);
});
