/** quiet.test.ts - when nothing is an alert. */
import { test } from 'tap';
import { Quiet } from '../../../src/daemon/watched/quiet.ts';

const at = (hours: number, minutes: number): number => new Date(2026, 10, 27, hours, minutes).getTime();

test('quiet hours go by the local clock, also over midnight', (t) => {
  const quiet = new Quiet();
  t.notOk(quiet.isQuiet(at(23, 0)), 'none are set');
  quiet.set('22:00-06:30', '');
  const times = [at(21, 59), at(22, 0), at(23, 59), at(0, 0), at(6, 29), at(6, 30), at(12, 0)];
  t.same(
    times.map((time) => quiet.isQuiet(time)),
    [false, true, true, true, true, false, false],
  );
  quiet.set('12:00-13:00', '');
  t.same(
    [at(11, 59), at(12, 0), at(13, 0), at(23, 0)].map((time) => quiet.isQuiet(time)),
    [false, true, false, false],
  );
  quiet.set('', '');
  t.notOk(quiet.isQuiet(at(12, 30)));
  t.end();
});

test('muted it is quiet until then', (t) => {
  const quiet = new Quiet();
  quiet.set('', new Date(at(12, 0)).toISOString());
  t.same(
    [at(11, 59), at(12, 0)].map((time) => quiet.isQuiet(time)),
    [true, false],
  );
  t.end();
});
