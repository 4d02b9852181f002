/** told-events.test.ts - which event someone means, by its id, the beginning of it, or none. */
import { test } from 'tap';
import { ToldEvents } from '../../../src/daemon/watched/told-events.ts';
import { endedRecord } from '../../../src/daemon/watched/settle.ts';
import { snakeKeys } from '../../../src/records/snake-keys.ts';
import { eventOf } from '../../store/support.ts';

test('the beginning of an id is enough where it is that of one event', async (t) => {
  const told = new ToldEvents();
  told.note('01ABCD', 'thing:1', 1, null);
  told.note('01ABXY', 'thing:2', 2, 5);
  t.equal(told.find('01abx', 'porch').fromStep, 2);
  t.equal(told.find(null, 'porch').id, '01ABXY', 'without one the newest');
  t.throws(() => told.find('01AB', 'porch'), { code: 'usage', message: /begins 01ABCD and 01ABXY/ });
  t.throws(() => told.find('02', 'porch'), { code: 'usage', message: /one of the last/ });
});

test('an event that is settled ends after it has started, whatever the clock says', async (t) => {
  const open = eventOf('E1', { started_at: '2026-11-23T10:00:00.000Z' });
  t.match(endedRecord(open, 'why', Date.UTC(2020, 0)), {
    type: 'end',
    ended_at: open.started_at,
    explanation: 'moves; why',
  });
});

test('keys are in snake_case at every depth', async (t) => {
  t.same(snakeKeys({ createdAt: 1, a: [{ packedBytes: null }], snake_case: { rssMb: 2 } }), {
    created_at: 1,
    a: [{ packed_bytes: null }],
    snake_case: { rss_mb: 2 },
  });
});
