import sharp from 'sharp';
import { test } from 'tap';
import { pictureHead } from '../../src/capture/picture-head.ts';
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

test('a picture says its format and size before anything is decoded', async (t) => {
  const grey = sharp(HALVES, { raw: { width: 40, height: 20, channels: 1 } });
  const size = { width: 40, height: 20 };
  t.match(pictureHead(await grey.clone().jpeg().toBuffer()), { ...size, format: 'jpeg', isInterlaced: false });
  t.match(pictureHead(await grey.clone().jpeg({ progressive: true }).toBuffer()), { ...size, isInterlaced: true });
  t.match(pictureHead(await grey.clone().png().toBuffer()), { ...size, format: 'png', isInterlaced: false });
  t.match(pictureHead(await grey.clone().png({ progressive: true }).toBuffer()), { ...size, isInterlaced: true });
  const withExif = await grey.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer();
  t.match(pictureHead(withExif), size, 'what stands before the frame is passed over');
  for (let length = 0; length < withExif.length; length++) pictureHead(withExif.subarray(0, length));
});

test('only what cameras send is decoded, and nothing that unfolds into more than they have', async (t) => {
  const { fromEncoded } = createPreprocessor(PLAIN);
  const grey = sharp(HALVES, { raw: { width: 40, height: 20, channels: 1 } });
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
  );
  for (const other of [
    svg,
    await grey.clone().tiff().toBuffer(),
    await grey.clone().webp().toBuffer(),
    await grey.clone().gif().toBuffer(),
  ])
    await t.rejects(fromEncoded(other), { code: 'corrupt', message: /does not begin as one/ });
  const flat = (side: number): ReturnType<typeof sharp> =>
    sharp({ create: { width: side, height: side, channels: 3, background: 'red' } });
  const before = process.memoryUsage.rss();
  await t.rejects(fromEncoded(await flat(4500).jpeg({ progressive: true }).toBuffer()), {
    code: 'corrupt',
    message: /4500 x 4500 pixels, at most 16 million are taken of a progressive picture/,
  });
  const claims = await grey.clone().png().toBuffer();
  claims.writeUInt32BE(60_000, 16);
  claims.writeUInt32BE(60_000, 20);
  await t.rejects(fromEncoded(claims), { code: 'corrupt', message: /60000 x 60000 pixels, at most 50 million/ });
  t.equal(
    (await fromEncoded(await flat(4500).jpeg().toBuffer())).length,
    32,
    'a large one in the usual order is taken',
  );
  t.ok(process.memoryUsage.rss() - before < 400e6);
});
