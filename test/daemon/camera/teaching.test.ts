import { test } from 'tap';
import { PRESETS } from '../../../src/cortex/settings.ts';
import type { EventChange } from '../../../src/cortex/observation.ts';
import { ModelClient } from '../../../src/daemon/camera/model-client.ts';
import { Teaching } from '../../../src/daemon/camera/teaching.ts';
import type { EventRecord } from '../../../src/records/event.ts';

test('an event without any sign of its own cannot matter: that is said, and nothing is saved', async (t) => {
  const model = await ModelClient.start(PRESETS['pi-zero2'], 1, null);
  t.teardown(() => model.close());
  let saved = 0;
  const teaching = new Teaching({
    camera: 'porch',
    model,
    exclusively: (work) => work(),
    record: () => {
      throw new Error('nothing ends');
    },
    write: async () => undefined,
    checkpoint: async () => {
      saved++;
      return true;
    },
  });
  await t.rejects(teaching.feedback('matters', null), { message: /there was none since the daemon started/ });
  teaching.note({ id: 'A', type: 'start' } as EventRecord, { key: 'thing:1', startedStep: 1 } as EventChange);
  await t.rejects(teaching.feedback('matters', 'A'), { code: 'usage', message: /A has no sign of its own/ });
  t.equal(saved, 0);
  t.same(
    await teaching.feedback('normal', 'A'),
    { event: 'A', signs: 0, saved: true },
    'what was normal has ended all the same',
  );
  t.equal(saved, 1);
});
