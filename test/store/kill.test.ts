import { test } from 'tap';
import { cutPower, isCleanCut, powerCutsInWords } from '../../scripts/killing/power-cuts.ts';
import { inWords, isClean, killAgainAndAgain } from '../../scripts/killing/kills.ts';

/** 1,000 by hand: scripts/kill-test --kills 1000. */
const KILLS = 50;

test(`${KILLS} kills, half at random instants, half at named stages: nothing damaged, torn, or lost`, async (t) => {
  const result = await killAgainAndAgain(t.testdir(), KILLS, 5);
  t.comment(inWords(result));
  t.equal(result.kills, KILLS);
  t.ok(result.stages.size >= 9, `${result.stages.size} stages`);
  t.ok(isClean(result), inWords(result));
});

test('a power cut while the database is made, or later, leaves one that opens with all that was acknowledged', async (t) => {
  const cuts = await cutPower(t.testdir(), 48, 3, { lifeMs: 3000, earlyEvery: 2 });
  t.comment(powerCutsInWords(cuts));
  t.equal(cuts.states, 48);
  t.ok(isCleanCut(cuts), powerCutsInWords(cuts));
});
