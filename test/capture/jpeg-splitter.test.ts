import * as fc from 'fast-check';
import { test } from 'tap';
import { JpegSplitter } from '../../src/capture/jpeg-splitter.ts';
import { jpeg } from '../support/camera-server.ts';

const split = (splitter: JpegSplitter, ...chunks: Uint8Array[]): Buffer[] =>
  chunks.flatMap((chunk) => [...splitter.push(chunk)].map((picture) => Buffer.from(picture)));

/** A picture with another one, its thumbnail, in a segment of its own. */
async function withThumbnail(): Promise<Buffer> {
  const outer = await jpeg(1);
  const inner = await jpeg(2, 32, 24);
  const head = Buffer.from([0xff, 0xe1, (inner.length + 2) >> 8, (inner.length + 2) & 255]);
  return Buffer.concat([outer.subarray(0, 2), head, inner, outer.subarray(2)]);
}

test('a picture is given at its last byte, and a thumbnail inside is no end', async (t) => {
  const picture = await withThumbnail();
  const splitter = new JpegSplitter(1 << 20);
  t.same(split(splitter, picture.subarray(0, -1)), []);
  t.same(split(splitter, picture.subarray(-1)), [picture]);
  t.equal(splitter.bad, 0);
});

test('whatever the pieces and whatever stands between them, every picture comes out whole', async (t) => {
  const pictures = await Promise.all([jpeg(1), withThumbnail(), jpeg(3, 33, 17)]);
  // No beginning of a picture in what stands between.
  const between = fc.uint8Array({ maxLength: 60 }).map((bytes) => bytes.map((byte) => (byte === 0xff ? 0 : byte)));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(2), between), { maxLength: 6 }),
      fc.integer({ min: 1, max: 700 }),
      (list, size) => {
        const bytes = Buffer.concat(list.flatMap(([which, gap]) => [Buffer.from(gap), pictures[which]!]));
        const splitter = new JpegSplitter(1 << 20);
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
        const found = split(splitter, ...chunks);
        return (
          splitter.bad === 0 &&
          found.length === list.length &&
          found.every((picture, i) => picture.equals(pictures[list[i]![0]]!))
        );
      },
    ),
    { numRuns: 60 },
  );
  t.pass('60 streams');
});

test('noise never breaks it, never gives more than it took, and the picture after it is found', async (t) => {
  const good = await jpeg(1);
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.constant(Uint8Array.of(0xff, 0xd8, 0xff, 0xda))), {
        maxLength: 20,
      }),
      (noise) => {
        const splitter = new JpegSplitter(1 << 16);
        const given = split(splitter, ...noise).reduce((sum, { length }) => sum + length, 0);
        return given <= noise.reduce((sum, { length }) => sum + length, 0);
      },
    ),
    { numRuns: 300 },
  );
  const splitter = new JpegSplitter(1 << 16);
  const half = good.subarray(0, good.length >> 1);
  t.same(split(splitter, half, good), [good], 'half a picture costs only itself');
  t.equal(splitter.bad, 1);
});

test('what grows beyond the limit is given up, and the next picture comes', async (t) => {
  const good = await jpeg(1);
  const splitter = new JpegSplitter(20_000);
  const endless = Buffer.concat([good.subarray(0, good.length - 2), Buffer.alloc(40_000, 0x55)]);
  t.same(split(splitter, endless), []);
  t.equal(splitter.bad, 1);
  t.same(split(splitter, good), [good]);
});
