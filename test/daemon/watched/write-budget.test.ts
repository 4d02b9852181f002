import { test } from 'tap';
import { WriteBudget } from '../../../src/daemon/watched/write-budget.ts';

const DAY_MS = 86_400_000;

/** A day of asking every second, a checkpoint at most every five minutes; returns bytes written. */
function dayOf(budget: number, cost: (checkpoint: number) => number, eventBytesPerMinute = 0): number {
  let now = 0;
  const writes = new WriteBudget(budget, () => now);
  let written = 0;
  let last = 0;
  let checkpoint = 0;
  for (; now < DAY_MS; now += 1000) {
    if (now % 60_000 === 0) {
      written += eventBytesPerMinute;
      writes.spent(written);
    }
    if (now - last < 300_000 || !writes.allows('porch')) continue;
    last = now;
    written += cost(checkpoint++);
    writes.spent(written);
  }
  return written;
}

test('over a day the budget is kept within 5 %, whatever checkpoints cost and with events among them', async (t) => {
  for (const budget of [20e6, 60e6, 150e6]) {
    const written = dayOf(budget, (n) => (n % 7 === 0 ? 2e6 : 500e3), 1000);
    t.ok(Math.abs(written - budget) < 0.05 * budget, `${written} of ${budget}`);
  }
});

test('a budget that is not used up changes nothing', async (t) => {
  t.equal(
    dayOf(200e6, () => 100e3),
    287 * 100e3,
  );
});

test('models take turns: who has waited longest goes first, and one that is away holds nobody up', async (t) => {
  let now = 0;
  const writes = new WriteBudget(DAY_MS, () => now);
  writes.spent(1000);
  t.notOk(writes.allows('a'));
  now = 10;
  t.notOk(writes.allows('b'));
  now = 1100;
  t.notOk(writes.allows('b'), 'a has waited longer');
  t.ok(writes.allows('a'));
  t.ok(writes.allows('b'));
  writes.spent(3000);
  t.notOk(writes.allows('a'));
  now = 1200;
  t.notOk(writes.allows('b'));
  now = 70_000;
  t.ok(writes.allows('b'), 'a has not asked for a minute');
});
