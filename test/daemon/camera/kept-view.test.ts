/** kept-view.test.ts - views that wait to be drawn: small, and in bytes of their own. */
import { test } from 'tap';
import type { View } from '../../../src/capture/view.ts';
import { keepView } from '../../../src/daemon/camera/kept-view.ts';

/** Each plane rises by `step` a column, so that means are known. */
function yuv(width: number, height: number): View {
  const data = new Uint8Array((width * height * 3) / 2);
  const fill = (from: number, w: number, h: number, start: number): void => {
    for (let i = 0; i < w * h; i++) data[from + i] = start + 2 * (i % w);
  };
  const quarter = (width * height) / 4;
  fill(0, width, height, 0);
  fill(width * height, width / 2, height / 2, 100);
  fill(width * height + quarter, width / 2, height / 2, 200);
  return { kind: 'yuv420', data, width, height, crop: null };
}

test('pixels are averaged in all three planes, and the source may be written over', (t) => {
  const view = yuv(16, 8);
  const kept = keepView(view, 8);
  if (view.kind !== 'yuv420' || kept.kind !== 'yuv420') throw new Error('Expected pixels');
  view.data.fill(0);
  t.same([kept.width, kept.height, kept.data.length], [8, 4, 48]);
  const row = (from: number, length: number): number[] => [...kept.data.subarray(from, from + length)];
  t.same(row(0, 8), [1, 5, 9, 13, 17, 21, 25, 29]);
  t.same(row(24, 8), [1, 5, 9, 13, 17, 21, 25, 29], 'the last row');
  t.same(row(32, 4), [101, 105, 109, 113]);
  t.same(row(40, 4), [201, 205, 209, 213]);
  t.end();
});

test('never smaller than what is drawn of it; sides that do not divide lose a rim', (t) => {
  const sizeOf = (view: View, longest: number): unknown => {
    const kept = keepView(view, longest);
    return kept.kind === 'encoded' ? null : [kept.width, kept.height, kept.data.length];
  };
  t.same(sizeOf(yuv(640, 484), 320), [320, 242, 320 * 242 * 1.5]);
  t.same(sizeOf(yuv(638, 484), 320), [638, 484, 638 * 484 * 1.5], 'by less than two it stays as it is');
  t.same(sizeOf(yuv(1000, 30), 300), [332, 10, 332 * 10 * 1.5], 'even sides for the planes of colour');
  t.same(sizeOf({ kind: 'grey', data: new Uint8Array(50 * 33), width: 50, height: 33, crop: null }, 10), [10, 6, 60]);
  const encoded = { kind: 'encoded', data: new Uint8Array(9), crop: null } as const;
  t.equal(keepView(encoded, 1), encoded, 'packed pictures are kept as they are');
  t.end();
});
