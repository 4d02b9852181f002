/**
 * picture.ts - JPEG pictures for people: the frame as it is, with the place of an event marked, and the heat map.
 */
import sharp, { type Sharp } from 'sharp';
import type { Box } from '../vision/box.ts';

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

/** The frame at its own size as a JPEG: small and quick, for the live page. */
export async function encodeFrame(plane: Plane): Promise<Buffer> {
  return greyImage(plane).jpeg({ quality: 75 }).toBuffer();
}

/** The calibrated surprise per position drawn in red over the frame; 1 (the alarm threshold) is half opaque. */
export async function encodeHeatMap(plane: Plane, grid: Float32Array, columns: number, rows: number): Promise<Buffer> {
  const scale = Math.max(1, Math.ceil(MIN_WIDTH / plane.width));
  const width = plane.width * scale;
  const height = plane.height * scale;
  const rgba = Buffer.alloc(columns * rows * 4);
  for (let place = 0; place < columns * rows; place++) {
    const surprise = Math.max(0, grid[place] ?? 0);
    rgba[place * 4] = 230;
    rgba[place * 4 + 1] = 30;
    rgba[place * 4 + 2] = 30;
    rgba[place * 4 + 3] = Math.min(220, Math.round((255 * surprise) / (1 + surprise)));
  }
  const overlay = await sharp(rgba, { raw: { width: columns, height: rows, channels: 4 } })
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
