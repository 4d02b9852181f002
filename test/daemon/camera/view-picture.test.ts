/** view-picture.test.ts - pictures for people: in colour, cut, scaled, and never without their masks. */
import sharp from 'sharp';
import { test } from 'tap';
import type { View } from '../../../src/capture/view.ts';
import { drawView, rgbOf } from '../../../src/daemon/camera/view-picture.ts';

const SIZE = { width: 320, height: 180 };
const LEFT: [number, number][] = [
  [0, 0],
  [0.5, 0],
  [0.5, 1],
  [0, 1],
];

/** A picture of one colour, as each kind of view. */
async function views(): Promise<{ [kind: string]: View }> {
  const { width, height } = SIZE;
  const grey = new Uint8Array(width * height).fill(220);
  const yuv = new Uint8Array((width * height * 3) / 2).fill(128);
  yuv.fill(81, 0, width * height);
  yuv.fill(90, width * height, (width * height * 5) / 4);
  yuv.fill(240, (width * height * 5) / 4);
  const encoded = await sharp({ create: { ...SIZE, channels: 3, background: '#ff0000' } })
    .jpeg()
    .toBuffer();
  return {
    grey: { kind: 'grey', data: grey, ...SIZE, crop: null },
    yuv420: { kind: 'yuv420', data: yuv, ...SIZE, crop: null },
    encoded: { kind: 'encoded', data: encoded, crop: null },
  };
}

async function pixel(jpeg: Buffer, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels;
  return [...data.subarray(at, at + 3)];
}

const near = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((value, i) => Math.abs(value - b[i]!) <= 8);

test('what is masked is grey in every kind of view, with a rim; what is not keeps its colour', async (t) => {
  const colours: { [kind: string]: number[] } = { grey: [220, 220, 220], yuv420: [255, 0, 0], encoded: [255, 0, 0] };
  for (const [kind, view] of Object.entries(await views())) {
    const jpeg = await drawView(view, { longest: 160, masks: [LEFT], rim: 0.02, quality: 95 });
    const { width, height } = await sharp(jpeg).metadata();
    t.same([width, height], [160, 90], kind);
    for (const x of [0.01, 0.25, 0.49, 0.51]) t.ok(near(await pixel(jpeg, x, 0.5), [128, 128, 128]), `${kind} at ${x}`);
    t.ok(near(await pixel(jpeg, 0.75, 0.5), colours[kind]!), `${kind}: ${(await pixel(jpeg, 0.75, 0.5)).join()}`);
  }
});

test('masks are drawn on the part that is watched', async (t) => {
  for (const view of Object.values(await views())) {
    const cut = { ...view, crop: [0.5, 0, 0.5, 1] as const };
    const jpeg = await drawView(cut, { longest: 640, masks: [LEFT], rim: 0, quality: 95 });
    const { width, height } = await sharp(jpeg).metadata();
    t.same([width, height], [160, 180], 'never enlarged');
    t.ok(near(await pixel(jpeg, 0.25, 0.5), [128, 128, 128]));
  }
});

test('YUV of video becomes the colours that it stands for', (t) => {
  const colour = (y: number, u: number, v: number): number[] => [
    ...rgbOf(Uint8Array.of(y, y, y, y, u, v), 2, 2).subarray(0, 3),
  ];
  t.ok(near(colour(16, 128, 128), [0, 0, 0]));
  t.ok(near(colour(235, 128, 128), [255, 255, 255]));
  t.ok(near(colour(145, 54, 34), [0, 255, 0]));
  t.ok(near(colour(41, 240, 110), [0, 0, 255]));
  t.end();
});
