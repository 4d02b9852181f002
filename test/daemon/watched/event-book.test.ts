import { test } from 'tap';
import { lostRecord } from '../../../src/records/camera-lost.ts';
import { EventRecord } from '../../../src/records/event.ts';
import { EventBook } from '../../../src/daemon/watched/event-book.ts';
import type { CameraPorts } from '../../../src/daemon/watched/ports.ts';
import { accepts } from '../../records/schemas.ts';

void test('events carry what people call the camera beside its name, as it is called now', async (t) => {
  const told: EventRecord[] = [];
  const ports = {
    store: { callWithin: async () => undefined },
    publisher: null,
    log: { error: () => t.fail() },
    live: { publish: ({ event }: { event: EventRecord }) => told.push(event) },
    eventWritten: () => undefined,
    alarmChanged: () => undefined,
  } as unknown as CameraPorts;
  const book = new EventBook('porch', ports);
  const lost = {
    id: '01HF0000000000000000000000',
    camera: 'porch',
    startedAt: '2026-11-23T09:30:00.000Z',
    explanation: 'no frames come',
    frame: 7,
    learning: true,
    clockSynced: true,
  };
  await book.write(lostRecord({ ...lost, type: 'start' }));
  book.displayName = 'Haustür 🚪';
  await book.write(lostRecord({ ...lost, type: 'end' }));
  t.same(
    told.map(({ camera, display_name: shown }) => [camera, shown]),
    [
      ['porch', undefined],
      ['porch', 'Haustür 🚪'],
    ],
  );
  for (const event of told) t.ok(accepts(EventRecord, event));
});
