/**
 * picture.ts - JPEG pictures for people: the frame as it is, with the place of an event marked, and the heat map.
 */
import { type Sharp, sharp } from '../../capture/sharp.ts';
import type { Observation } from '../../cortex/observation.ts';
import type { Box } from '../../vision/box.ts';

/** A luma plane to draw. */
export type Plane = { readonly luma: Uint8Array; readonly width: number; readonly height: number };

/** Pictures are drawn at least this wide (px); the model's own frames are too small to look at. */
const MIN_WIDTH = 512;

/** The frame as a JPEG, enlarged; with `box` (relative) drawn as a frame around the place of an event. */
export async function encodePicture(plane: Plane, box: Box | null = null): Promise<Buffer> {
  const scale = Math.max(1, Math.ceil(MIN_WIDTH / plane.width));
  const width = plane.width * scale;
  const height = plane.height * scale;
  const enlarged = greyImage(plane).resize(width, height, { kernel: 'cubic' }).toColourspace('srgb');
  const marked = box === null ? enlarged : enlarged.composite([{ input: Buffer.from(boxSvg(box, width, height)) }]);
  return marked.jpeg({ quality: 80 }).toBuffer();
}

/** What a heat map is drawn from: the observation of the frame. */
export type HeatMap = Pick<Observation, 'heat' | 'gridColumns' | 'gridRows'>;

/** Colours of the streams: form, motion, and sequence with timing. */
const COLOURS = [
  [40, 110, 255],
  [235, 40, 40],
  [30, 210, 60],
] as const;

/**
 * The calibrated surprise per position drawn over the frame, each stream in its colour; where several speak the colours
 * mix by their shares. 1 (the alarm threshold) is half opaque.
 */
export async function encodeHeatMap(plane: Plane, { heat, gridColumns, gridRows }: HeatMap): Promise<Buffer> {
  const scale = Math.max(1, Math.ceil(MIN_WIDTH / plane.width));
  const width = plane.width * scale;
  const height = plane.height * scale;
  const places = gridColumns * gridRows;
  const rgba = Buffer.alloc(places * 4);
  for (let place = 0; place < places; place++) {
    const shares = COLOURS.map((_, stream) => Math.max(0, heat[stream * places + place] ?? 0));
    const sum = shares.reduce((total, share) => total + share, 0);
    if (sum === 0) continue;
    for (let channel = 0; channel < 3; channel++)
      rgba[place * 4 + channel] = COLOURS.reduce((mix, colour, i) => mix + (colour[channel]! * shares[i]!) / sum, 0);
    const strongest = Math.max(...shares);
    rgba[place * 4 + 3] = Math.min(220, Math.round((255 * strongest) / (1 + strongest)));
  }
  const overlay = await sharp(rgba, { raw: { width: gridColumns, height: gridRows, channels: 4 } })
    .resize(width, height, { kernel: 'cubic', fit: 'fill' })
    .png()
    .toBuffer();
  return greyImage(plane)
    .resize(width, height, { kernel: 'cubic' })
    .toColourspace('srgb')
    .composite([{ input: overlay }])
    .jpeg({ quality: 80 })
    .toBuffer();
}

function greyImage({ luma, width, height }: Plane): Sharp {
  return sharp(luma, { raw: { width, height, channels: 1 } });
}

function boxSvg([x, y, w, h]: Box, width: number, height: number): string {
  const [left, top, wide, high] = [x * width, y * height, w * width, h * height].map((value) => value.toFixed(1));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect x="${left}" y="${top}" width="${wide}" height="${high}" fill="none" stroke="#ffd400" stroke-width="3"/></svg>`
  );
}
