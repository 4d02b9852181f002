import sharp from 'sharp';
import { test } from 'tap';
import { createPreprocessor } from '../../src/capture/preprocess.ts';

/** A picture whose left half is dark and right half bright. */
const HALVES = Uint8Array.from({ length: 40 * 20 }, (_, i) => (i % 40 < 20 ? 10 : 200));
const PLAIN = { width: 8, height: 4, crop: null, masks: [] };

test('raw luma is averaged over areas', async (t) => {
  const out = createPreprocessor(PLAIN).fromLuma(HALVES, 40, 20);
  t.same(Array.from(out.subarray(0, 8)), [10, 10, 10, 10, 200, 200, 200, 200]);
  const checks = Uint8Array.from({ length: 16 * 8 }, (_, i) => ((i + (i >> 4)) % 2 === 0 ? 0 : 100));
  t.ok(
    createPreprocessor(PLAIN)
      .fromLuma(checks, 16, 8)
      .every((value) => value === 50),
  );
});

test('a crop keeps the part it names', async (t) => {
  const out = createPreprocessor({ ...PLAIN, crop: [0.5, 0, 0.5, 1] }).fromLuma(HALVES, 40, 20);
  t.ok(out.every((value) => value === 200));
});

test('nothing of a masked part shines through, not even at its edge', async (t) => {
  const masks = [
    [
      [0.5, 0],
      [1, 0],
      [1, 1],
      [0.5, 1],
    ],
  ] as const;
  const out = createPreprocessor({ ...PLAIN, masks }).fromLuma(HALVES, 40, 20);
  t.same(
    Array.from(out.subarray(0, 8)),
    [10, 10, 10, 128, 128, 128, 128, 128],
    'the pixel beside the mask is hidden too',
  );
});

test('encoded pictures are decoded, cropped, averaged and greyed', async (t) => {
  const png = await sharp(HALVES, { raw: { width: 40, height: 20, channels: 1 } })
    .png()
    .toBuffer();
  const whole = await createPreprocessor(PLAIN).fromEncoded(png);
  t.equal(whole.length, 32);
  t.ok(Math.abs(whole[0]! - 10) <= 2 && Math.abs(whole[7]! - 200) <= 2);
  const right = await createPreprocessor({ ...PLAIN, crop: [0.5, 0, 0.5, 1] }).fromEncoded(png);
  t.ok(right.every((value) => Math.abs(value - 200) <= 2));
});

test('what is no picture is refused as damaged', async (t) => {
  await t.rejects(createPreprocessor(PLAIN).fromEncoded(Buffer.from('hello')), {
    code: 'corrupt',
    message: /received 5 bytes/,
  });
});

test('a source that changes its size is averaged by its new size', async (t) => {
  const preprocessor = createPreprocessor(PLAIN);
  preprocessor.fromLuma(HALVES, 40, 20);
  t.ok(preprocessor.fromLuma(new Uint8Array(80 * 60).fill(77), 80, 60).every((value) => value === 77));
});
