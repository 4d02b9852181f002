/**
 * view-picture.ts - a view becomes a JPEG: cut to what is watched, scaled, masked, with the place of an event marked.
 */
import { type Sharp, sharp } from '../../capture/sharp.ts';
import { MASK_GREY } from '../../capture/preprocess.ts';
import type { Crop, View } from '../../capture/view.ts';
import type { Box } from '../../vision/box.ts';
import type { Polygon } from '../../vision/polygon.ts';

export type ViewStyle = {
  /** Longest side of the picture (px). */
  readonly longest: number;
  /** Parts nobody may see, relative to the picture. */
  readonly masks: readonly Polygon[];
  /** Masks reach so much farther (share of the width): as far as one pixel of the model's picture. */
  readonly rim: number;
  /** The place of an event, relative. */
  readonly box?: Box | null | undefined;
  readonly quality?: number;
};

const QUALITY = 80;
/** A small file may claim to be an enormous picture. */
const MOST_PIXELS = 100e6;

export async function drawView(view: View, style: ViewStyle): Promise<Buffer> {
  const { picture, width, height } = await open(view);
  const [left, top, cutWidth, cutHeight] = pixelsOf(view.crop, width, height);
  const scale = Math.min(1, style.longest / Math.max(cutWidth, cutHeight));
  const [w, h] = [Math.max(1, Math.round(cutWidth * scale)), Math.max(1, Math.round(cutHeight * scale))];
  const cut = view.crop === null ? picture : picture.extract({ left, top, width: cutWidth, height: cutHeight });
  const over = overlay(style, w, h);
  const drawn = cut.resize(w, h, { fit: 'fill' }).toColourspace('srgb');
  // Drawn over in the same pass: no picture without its masks ever exists.
  const finished = over === '' ? drawn : drawn.composite([{ input: Buffer.from(over) }]);
  return finished.jpeg({ quality: style.quality ?? QUALITY }).toBuffer();
}

async function open(view: View): Promise<{ picture: Sharp; width: number; height: number }> {
  if (view.kind === 'encoded') {
    const options = { sequentialRead: true, limitInputPixels: MOST_PIXELS } as const;
    const { autoOrient } = await sharp(view.data, options).metadata();
    return { picture: sharp(view.data, options).autoOrient(), ...autoOrient };
  }
  const { data, width, height } = view;
  const isGrey = view.kind === 'grey';
  const pixels = isGrey ? data : rgbOf(data, width, height);
  return { picture: sharp(pixels, { raw: { width, height, channels: isGrey ? 1 : 3 } }), width, height };
}

function pixelsOf(crop: Crop | null, width: number, height: number): [number, number, number, number] {
  if (crop === null) return [0, 0, width, height];
  const [x, y, w, h] = crop;
  const left = Math.min(width - 1, Math.round(x * width));
  const top = Math.min(height - 1, Math.round(y * height));
  return [left, top, bounded(w * width, width - left), bounded(h * height, height - top)];
}

/** A part of a JPEG, with some room around it, at most `longest` px. */
export async function cutOut(jpeg: Buffer, [x, y, w, h]: Box, longest: number): Promise<Buffer> {
  const { width, height } = await sharp(jpeg).metadata();
  const side = 1.3 * Math.max(w * width, h * height, 16);
  const from = (centre: number, most: number): number => Math.round(Math.min(most - 1, Math.max(0, centre - side / 2)));
  const left = from((x + w / 2) * width, width);
  const top = from((y + h / 2) * height, height);
  const cut = { left, top, width: bounded(side, width - left), height: bounded(side, height - top) };
  return sharp(jpeg).extract(cut).resize(longest, longest, { fit: 'inside' }).jpeg({ quality: QUALITY }).toBuffer();
}

function bounded(value: number, most: number): number {
  return Math.max(1, Math.min(most, Math.round(value)));
}

/** YUV 4:2:0 of video (BT.601, 16..235) to RGB; whole numbers, 16 bits of fraction. */
export function rgbOf(data: Uint8Array, width: number, height: number): Uint8Array {
  const rgb = new Uint8ClampedArray(width * height * 3);
  const half = width >> 1;
  const u = width * height;
  const v = u + half * (height >> 1);
  for (let y = 0, i = 0, out = 0; y < height; y++) {
    const row = (y >> 1) * half;
    for (let x = 0; x < width; x++, i++, out += 3) {
      const c = (data[i]! - 16) * 76309;
      const d = data[u + row + (x >> 1)]! - 128;
      const e = data[v + row + (x >> 1)]! - 128;
      rgb[out] = (c + 104597 * e + 32768) >> 16;
      rgb[out + 1] = (c - 25675 * d - 53279 * e + 32768) >> 16;
      rgb[out + 2] = (c + 132201 * d + 32768) >> 16;
    }
  }
  return new Uint8Array(rgb.buffer);
}

/** Masks and the box of an event as SVG; empty when there is neither. */
function overlay({ masks, rim, box }: ViewStyle, width: number, height: number): string {
  const grey = `rgb(${MASK_GREY},${MASK_GREY},${MASK_GREY})`;
  const shapes = masks.map((points) => {
    const corners = points.map(([x, y]) => `${(x * width).toFixed(1)},${(y * height).toFixed(1)}`).join(' ');
    const stroke = `stroke="${grey}" stroke-width="${(2 * rim * width + 2).toFixed(1)}" stroke-linejoin="round"`;
    return `<polygon points="${corners}" fill="${grey}" ${stroke}/>`;
  });
  if (box) {
    const [x, y, w, h] = [box[0] * width, box[1] * height, box[2] * width, box[3] * height].map((n) => n.toFixed(1));
    const line = Math.max(2, width / 200).toFixed(1);
    const at = `x="${x}" y="${y}" width="${w}" height="${h}" rx="3" fill="none"`;
    shapes.push(`<rect ${at} stroke="#000" stroke-opacity=".55" stroke-width="${Number(line) + 2}"/>`);
    shapes.push(`<rect ${at} stroke="#ffd400" stroke-width="${line}"/>`);
  }
  if (shapes.length === 0) return '';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes.join('')}</svg>`;
}
