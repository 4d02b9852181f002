import { test } from 'tap';
import { type Random, between, pick } from '../support/visit-life.ts';
import {
  type Company,
  companyFields,
  excuseAll,
  forgetCompany,
  resetCompany,
  sampleCompany,
  shareOfCompany,
  takeVisit,
} from '../../src/visits/company.ts';
import { viewsFor } from '../support/views.ts';

const [A, B, C, D, E, F, G] = [0, 1, 2, 3, 4, 5, 6];
/** Traffic that has nothing to do with the rounds. */
const STRANGER = 9;

/** Visits one after another, with the seconds between them. */
class Life {
  readonly company: Company = viewsFor(companyFields());
  readonly random: Random = new Uint32Array([5]);
  readonly word = { bits: 0, companion: -1, missing: 0, mattering: false };
  timeMs = 1000;
  /** When the next stranger comes, at their own times. */
  strangerMs = Infinity;

  constructor() {
    resetCompany(this.company);
  }

  wait(seconds: number): void {
    for (let i = 0; i < Math.round(seconds * 5); i++) {
      sampleCompany(this.company, (this.timeMs += 200), true);
      if (this.timeMs < this.strangerMs) continue;
      this.visit(STRANGER);
      this.strangerMs = this.timeMs + 1000 * between(this.random, 3, 25);
    }
  }

  visit(kind: number, own = 0): number {
    takeVisit(this.company, kind, this.timeMs, true, this.word, own);
    return this.word.bits;
  }

  /** Returns the most evidence at any of the places. */
  round(places: readonly number[]): number {
    let most = 0;
    for (const place of places) {
      this.wait(between(this.random, 3, 5));
      most = Math.max(most, this.visit(place));
    }
    this.wait(between(this.random, 5, 11));
    return most;
  }

  /** Rounds in either order; returns how many of them had evidence of 4 bits. */
  rounds(orders: readonly (readonly number[])[], count: number): number {
    let odd = 0;
    for (let i = 0; i < count; i++) if (this.round(pick(this.random, orders)) >= 4) odd++;
    return odd;
  }
}

const THREE = [
  [A, B, C],
  [D, B, E],
];
const FIVE = [
  [A, B, C, D, E],
  [F, B, C, D, G],
];

void test('a round that ends at the other round’s last place is told, whatever lies between', async (t) => {
  for (const [orders, broken] of [
    [THREE, [A, B, E]],
    [FIVE, [A, B, C, D, G]],
  ] as const) {
    const life = new Life();
    life.rounds(orders, 80);
    t.ok(life.rounds(orders, 40) <= 1, 'rounds in order are quiet');
    t.ok(life.round(broken) > 6, `${broken.length} places: ${life.word.bits}`);
    const other = orders[1]!;
    t.equal(life.word.companion, other[0], 'the first place of the other round is what is missing');
    t.ok(shareOfCompany(life.company, other.at(-1)!, other[0]!) > 0.95);
    t.ok(life.rounds(orders, 12) <= 1, 'what follows from a break is no break');
  }
});

void test('the same among unrelated traffic', async (t) => {
  const life = new Life();
  life.strangerMs = 0;
  life.rounds(THREE, 90);
  const odd = life.rounds(THREE, 30);
  t.ok(odd <= 1, `${odd} of 30 rounds in order`);
  t.ok(life.round([D, B, C]) > 6);
});

void test('two rounds at once are told apart', async (t) => {
  const life = new Life();
  const other = THREE.map((places) => places.map((place) => place + 10));
  const walkers = [
    { orders: THREE, at: 0, left: [] as number[] },
    { orders: other, at: 2, left: [] as number[] },
  ];
  let seconds = 0;
  const breaks = new Set<number>();
  let [found, wrong] = [0, 0];
  while (seconds < 4200) {
    walkers.sort((a, b) => a.at - b.at);
    const walker = walkers[0]!;
    life.wait(walker.at - seconds);
    seconds = walker.at;
    if (walker.left.length === 0) {
      walker.left = [...pick(life.random, walker.orders)];
      const isBroken =
        seconds > 3000 && walker.orders === THREE && breaks.size < 4 && seconds > 3000 + 250 * breaks.size;
      if (isBroken) {
        walker.left[2] = walker.left[2] === C ? E : C;
        breaks.add(seconds);
      }
    }
    const place = walker.left.shift()!;
    const isLastOfBreak = walker.left.length === 0 && walker.orders === THREE && breaks.size > found;
    if (life.visit(place) >= 4 && seconds > 3000) {
      if (isLastOfBreak) found++;
      else wrong++;
    }
    walker.at += walker.left.length === 0 ? between(life.random, 6, 12) : between(life.random, 3, 5);
  }
  t.equal(breaks.size, 4);
  t.ok(found >= 3, `${found} of 4 found`);
  t.ok(wrong <= 1, `${wrong} wrong`);
});

void test('a lane that is used twice in turn is told', async (t) => {
  const life = new Life();
  const pass = (lane: number): number => {
    life.wait(between(life.random, 8, 13));
    return life.visit(lane);
  };
  for (let i = 0; i < 60; i++) t.ok(pass(i % 2) < 4);
  t.ok(pass(1) > 6);
  t.ok(pass(0) < 4);
});

void test('what comes at random keeps nobody company', async (t) => {
  const life = new Life();
  let odd = 0;
  for (let i = 0; i < 600; i++) {
    life.wait(between(life.random, 1, 9));
    if (life.visit(pick(life.random, [A, A, A, B, C])) > 0) odd++;
  }
  t.ok(odd <= 2, `${odd} of 600`);
});

void test('where a companion is often lost from sight less is said of it', async (t) => {
  const evidence = [0, 8].map((every) => {
    const life = new Life();
    for (let i = 1; i <= 100; i++) {
      if (every > 0 && i % every === 0)
        life.round(
          pick(life.random, [
            [B, C],
            [B, E],
          ]),
        );
      else life.rounds(THREE, 1);
    }
    return life.round([A, B, E]);
  });
  t.ok(evidence[0]! > 6 && evidence[1]! < evidence[0]! - 1, evidence.join(' '));
});

void test('a set that someone accepted is no evidence, one that matters is named however often it comes', async (t) => {
  const life = new Life();
  life.rounds(THREE, 80);
  life.round([A, B, E]);
  const { missing } = life.word;
  t.not(missing, 0);
  life.company.accepted[E] = missing;
  life.rounds(THREE, 4);
  t.equal(life.round([A, B, E]), 0);
  life.company.matters[E] = missing;
  life.rounds(THREE, 4);
  life.round([A, B, E]);
  t.equal(life.word.mattering, true);
});

void test('in a new clip, and with a kind that is new, nothing is missing', async (t) => {
  const life = new Life();
  life.rounds(THREE, 80);
  resetCompany(life.company);
  t.equal(life.visit(E), 0);
  life.rounds(THREE, 4);
  forgetCompany(life.company, E);
  t.equal(life.round([A, B, E]), 0);
});

void test('where things come to be lost from sight one time in five, hardly a visit without its companion is out of order', async (t) => {
  const life = new Life();
  let alarms = 0;
  for (let i = 0; i < 200; i++) {
    const seen = i < 15 || between(life.random, 0, 1) > 0.2;
    if (life.round(seen ? [A, B] : [B]) >= 6.5) alarms++;
    life.wait(between(life.random, 5, 60));
  }
  t.ok(alarms <= 10, `${alarms} of about 40`);
  t.ok(life.company.askedOf[B]! > 20, 'it is asked still');
  t.ok(life.company.missing[0]! > 15, 'it was asked, and missing');
});

void test('after a thing that alarmed nothing is missing once: it may have been that thing', async (t) => {
  const life = new Life();
  life.rounds(THREE, 80);
  excuseAll(life.company);
  t.equal(life.round([A, B, E]), 0);
  life.rounds(THREE, 4);
  t.ok(life.round([A, B, E]) > 6);
});

void test('a companion that was only lost from sight says less than one in whose place another came', async (t) => {
  const [lost, other] = [
    [B, C],
    [D, B, C],
  ].map((places) => {
    const life = new Life();
    life.rounds(THREE, 80);
    return life.round(places);
  });
  t.ok(lost! > 0 && other! > lost! + 2, `${lost} ${other}`);
});

void test('a pause is no break of the order, however long', async (t) => {
  const life = new Life();
  life.rounds(THREE, 80);
  for (const seconds of [30, 60, 200, 1000]) {
    life.wait(seconds);
    t.ok(life.rounds(THREE, 4) === 0, `after ${seconds} s`);
  }
});

void test('a thing that passes keeps no company with its own stop', async (t) => {
  for (const own of [0, 1 << A]) {
    const life = new Life();
    for (let i = 0; i < 60; i++) {
      life.visit(A);
      life.wait(8);
      life.visit(B, own);
      life.wait(between(life.random, 10, 60));
    }
    const bits = life.visit(B, own);
    t.ok(own === 0 ? bits > 4 : bits === 0, `${bits} bits where it did not seem to stand`);
  }
});
