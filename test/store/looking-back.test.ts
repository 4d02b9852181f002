/** looking-back.test.ts - scores over any span, strips within their room, evidence that fades. */
import { test } from 'tap';
import { Store } from '../../src/store/store.ts';
import { shortFolder } from '../support/folder.ts';
import { eventOf } from './support.ts';

const open = (directory: string): Store => new Store({ directory, outboxLimit: 100, program: '0', lock: true });

test('scores of minutes and hours are one line, drawn together to the points that are asked for', (t) => {
  const store = open(shortFolder(t));
  t.teardown(() => store.close());
  for (let minute = 0; minute < 120; minute++) {
    const text = `2026-11-23T${String(8 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}Z`;
    store.saveScore({ camera: 'porch', minute: text, frames: 600, min: 0, mean: 0.1, max: minute === 90 ? 0.8 : 0.2 });
  }
  store.flush();
  const from = '2026-11-23T08:00:00.000Z';
  const spans = store.scoreSpans('porch', from, '2026-11-23T10:00:00.000Z', 12);
  t.equal(spans.length, 12);
  t.equal(spans[0]![0], Date.parse(from) / 1000);
  t.same(
    spans
      .map(([, , max]) => max)
      .toSorted((a, b) => a - b)
      .slice(-2),
    [0.2, 0.8],
  );
  t.ok(spans.every(([, mean, , frames]) => Math.abs(mean - 0.1) < 1e-9 && frames === 6000));
  t.equal(store.scoreSpans('porch', from, '2026-11-23T08:10:00.000Z', 500).length, 10, 'no finer than minutes');
  store.retain({ before: '2026', minutesBefore: '2026-11-23T09:00Z', eventBytes: 1e9, pictureBytes: 1e9 });
  while (store.idle());
  t.equal(
    store.scoreSpans('porch', from, '2026-11-23T10:00:00.000Z', 2).length,
    2,
    'the first hour is one of hours now',
  );
  t.same(store.scoreSpans('other', from, '2026-11-23T10:00:00.000Z', 2), []);
  t.end();
});

test('a strip comes back in order, and the oldest go when strips take more than half of the room for pictures', (t) => {
  const store = open(shortFolder(t));
  t.teardown(() => store.close());
  const picture = (at: string) => ({
    at: `2026-11-23T09:30:0${at}.000Z`,
    bytes: new Uint8Array(1000).fill(Number(at)),
  });
  for (const id of ['A', 'B']) {
    store.saveEvent(eventOf(id, { ended_at: '2026-11-23T09:31:00.000Z' }), new Uint8Array(1000), false);
    store.saveStrip(eventOf(id).id, [picture('2'), picture('1')]);
    store.saveStrip(eventOf(id).id, [picture('3')]);
  }
  t.equal(store.stripTimes(eventOf('A').id).length, 3);
  t.equal(store.stripPicture(eventOf('A').id, 0)![0], 1, 'by time');
  t.equal(store.stripPicture(eventOf('A').id, 3), undefined);
  store.retain({ before: '2026', minutesBefore: '2026', eventBytes: 1e9, pictureBytes: 6000 });
  while (store.idle());
  t.equal(store.stripTimes(eventOf('A').id).length, 0, 'the older one has gone');
  t.equal(store.stripTimes(eventOf('B').id).length, 3);
  t.ok(store.picture(eventOf('A').id), 'its picture has not');
  store.retain({ before: '2027', minutesBefore: '2026', eventBytes: 1e9, pictureBytes: 1e9 });
  while (store.idle());
  t.equal(store.stripTimes(eventOf('B').id).length, 0, 'with its event it goes');
  t.end();
});

test('evidence is told since a time, with the minutes that were watched, and is deleted by age', (t) => {
  const store = open(shortFolder(t));
  t.teardown(() => store.close());
  const evidence = (day: number, level: number) => ({
    camera: 'porch',
    at: `2026-11-${day}T09:00:00.000Z`,
    seconds: 2,
    level,
    stream: 'form',
  });
  store.saveEvidence([evidence(20, 5), evidence(23, 50)]);
  store.saveScore({ camera: 'porch', minute: '2026-11-23T09:00Z', frames: 1, min: 0, mean: 0, max: 0 });
  store.flush();
  t.match(store.evidence('porch', '2026-11-22T00:00:00.000Z'), { minutes: 1, evidence: [{ level: 50 }] });
  t.equal(store.evidence('porch', '2026-11-01T00:00:00.000Z').evidence.length, 2);
  store.retain({ before: '2026-11-21', minutesBefore: '2026', eventBytes: 1e9, pictureBytes: 1e9 });
  while (store.idle());
  t.equal(store.evidence('porch', '2026-11-01T00:00:00.000Z').evidence.length, 1);
  t.end();
});
