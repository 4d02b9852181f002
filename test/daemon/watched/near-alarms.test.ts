/** near-alarms.test.ts - evidence that rises and falls is one entry, at the level that held for long enough. */
import { test } from 'tap';
import { NearAlarms } from '../../../src/daemon/watched/near-alarms.ts';
import type { Evidence } from '../../../src/store/looking-back.ts';

const TIMES = { confirmMs: 400, holdMs: 3000 };

/** Levels every 100 ms; null: nothing near an alarm. */
function kept(levels: readonly (number | null)[]): Evidence[] {
  const saved: Evidence[] = [];
  const near = new NearAlarms('porch', TIMES, (all) => void saved.push(...all));
  levels.forEach((level, i) => near.add(i * 100, level === null ? null : { level, stream: 'motion' }));
  near.flush();
  return saved;
}

const times = (count: number, level: number | null): (number | null)[] => Array.from({ length: count }, () => level);

test('one rise and fall is one entry, with when, how long and the lowest level that held', (t) => {
  const [entry, ...more] = kept([
    ...times(10, null),
    ...times(5, 50),
    ...times(10, 8),
    ...times(5, 50),
    ...times(40, null),
  ]);
  t.same(more, []);
  t.match(entry, { camera: 'porch', level: 8, stream: 'motion' });
  t.ok(entry!.seconds >= 1.4 && entry!.seconds <= 2, `${entry!.seconds} s`);
  t.end();
});

test('a flicker shorter than confirm_s is none; a pause shorter than hold_s makes no second one', (t) => {
  t.same(kept([...times(5, null), 1, 1, ...times(40, null)]), []);
  t.equal(kept([...times(5, null), ...times(6, 3), ...times(20, null), ...times(6, 2), ...times(40, null)]).length, 1);
  t.equal(kept([...times(5, null), ...times(6, 3), ...times(40, null), ...times(6, 2), ...times(40, null)]).length, 2);
  t.end();
});

test('a clock that is set back begins anew and breaks nothing', (t) => {
  const saved: Evidence[] = [];
  const near = new NearAlarms('porch', TIMES, (all) => void saved.push(...all));
  for (let i = 0; i < 10; i++) near.add(1e6 + i * 100, { level: 5, stream: 'form' });
  for (let i = 0; i < 60; i++) near.add(i * 100, null);
  near.flush();
  t.equal(saved.length, 1);
  t.end();
});
