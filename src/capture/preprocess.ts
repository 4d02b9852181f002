/**
 * preprocess.ts - a picture of any size becomes the model's luma plane: crop, mask, resize by area averaging, grey.
 *
 * Encoded pictures go through sharp, which decodes, crops, averages and greys in one pass. Raw luma, as it comes from
 * ffmpeg, is averaged here: for planes of this size the call into sharp costs more than the work.
 */
import { type Sharp, sharp } from './sharp.ts';
import { CortexdError, messageOf } from '../errors.ts';
import { contains } from '../vision/polygon.ts';
import { pictureHead } from './picture-head.ts';
import type { PreprocessConfig, Size } from './types.ts';

/** What masked parts look like. */
export const MASK_GREY = 128;
/** A small file may unfold into an enormous picture; few cameras have more than this. */
const MOST_PIXELS = 50e6;
/** A progressive or interlaced one must be held whole, at about 7 bytes a pixel. */
const MOST_PIXELS_WHOLE = 16e6;
const DECODE_S = 10;

export type Preprocessor = {
  readonly width: number;
  readonly height: number;
  /** Decode a JPEG or PNG; throws CortexdError('corrupt') when it is truncated or no picture. */
  readonly fromEncoded: (encoded: Buffer) => Promise<Uint8Array>;
  /** Average a raw plane [height, width] of 0..255. */
  readonly fromLuma: (luma: Uint8Array, width: number, height: number) => Uint8Array;
};

export function createPreprocessor(config: PreprocessConfig): Preprocessor {
  const { width, height } = config;
  const hide = createMask(config);
  let spans: { readonly width: number; readonly height: number; readonly x: Spans; readonly y: Spans } | undefined;
  return {
    width,
    height,
    fromEncoded: async (encoded) => hide(await decode(encoded, config)),
    fromLuma: (luma, sourceWidth, sourceHeight) => {
      if (spans?.width !== sourceWidth || spans.height !== sourceHeight) {
        const [x, y, w, h] = config.crop ?? [0, 0, 1, 1];
        spans = {
          width: sourceWidth,
          height: sourceHeight,
          x: spansOf(sourceWidth, x, w, width),
          y: spansOf(sourceHeight, y, h, height),
        };
      }
      return hide(averageArea(luma, sourceWidth, spans.x, spans.y, width, height));
    },
  };
}

async function decode(encoded: Buffer, { width, height, crop }: PreprocessConfig): Promise<Uint8Array> {
  try {
    // Turned as people see it before anything else, so that crops and masks drawn on what they see fit.
    let picture = open(encoded).autoOrient();
    if (crop !== null) {
      const { width: sourceWidth, height: sourceHeight } = (await open(encoded).metadata()).autoOrient;
      const [x, y, w, h] = crop;
      picture = picture.extract({
        left: Math.min(sourceWidth - 1, Math.round(x * sourceWidth)),
        top: Math.min(sourceHeight - 1, Math.round(y * sourceHeight)),
        width: Math.max(1, Math.min(sourceWidth - Math.round(x * sourceWidth), Math.round(w * sourceWidth))),
        height: Math.max(1, Math.min(sourceHeight - Math.round(y * sourceHeight), Math.round(h * sourceHeight))),
      });
    }
    const grey = await picture.resize(width, height, { fit: 'fill' }).greyscale().raw().toBuffer();
    return new Uint8Array(grey.buffer, grey.byteOffset, grey.byteLength).slice();
  } catch (error) {
    throw noPicture(encoded, error);
  }
}

/** Size of a JPEG or PNG as people see it; throws CortexdError('corrupt') when it is none. */
export async function pictureSize(encoded: Buffer): Promise<Size> {
  try {
    const { width, height } = (await open(encoded).metadata()).autoOrient;
    return { width, height };
  } catch (error) {
    throw noPicture(encoded, error);
  }
}

/** Throws when it is not what cameras send, before anything is decoded. */
function open(encoded: Buffer): Sharp {
  const head = pictureHead(encoded);
  if (head === null) throw new Error('it does not begin as one');
  const { width, height, isInterlaced } = head;
  const most = isInterlaced ? MOST_PIXELS_WHOLE : MOST_PIXELS;
  if (width * height > most) {
    const kind = isInterlaced ? ' progressive' : '';
    throw new Error(`${width} x ${height} pixels, at most ${most / 1e6} million are taken of a${kind} picture`);
  }
  return sharp(encoded, { sequentialRead: true, failOn: 'truncated', limitInputPixels: MOST_PIXELS }).timeout({
    seconds: DECODE_S,
  });
}

function noPicture(encoded: Buffer, error: unknown): CortexdError {
  return new CortexdError(
    'corrupt',
    `Expected a JPEG or PNG picture but received ${encoded.length} bytes (${messageOf(error)})`,
    { cause: error },
  );
}

/** For each target pixel the source range [from, to) that it averages. */
type Spans = { readonly from: Uint32Array; readonly to: Uint32Array };

function spansOf(source: number, offset: number, share: number, target: number): Spans {
  const from = new Uint32Array(target);
  const to = new Uint32Array(target);
  for (let i = 0; i < target; i++) {
    const start = (offset + (share * i) / target) * source;
    const end = (offset + (share * (i + 1)) / target) * source;
    from[i] = Math.min(source - 1, Math.floor(start));
    to[i] = Math.min(source, Math.max(from[i]! + 1, Math.floor(end)));
  }
  return { from, to };
}

function averageArea(luma: Uint8Array, stride: number, x: Spans, y: Spans, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height);
  const sums = new Uint32Array(width);
  for (let row = 0; row < height; row++) {
    sums.fill(0);
    const [top, bottom] = [y.from[row]!, y.to[row]!];
    for (let sourceRow = top; sourceRow < bottom; sourceRow++) {
      const base = sourceRow * stride;
      for (let column = 0; column < width; column++) {
        let sum = 0;
        for (let i = base + x.from[column]!, end = base + x.to[column]!; i < end; i++) sum += luma[i]!;
        sums[column]! += sum;
      }
    }
    for (let column = 0; column < width; column++) {
      const count = (x.to[column]! - x.from[column]!) * (bottom - top);
      out[row * width + column] = Math.round(sums[column]! / count);
    }
  }
  return out;
}

/** Indices of target pixels that a mask touches. One pixel of rim: averaging must not let anything shine through. */
function maskedPixels({ masks, width, height }: PreprocessConfig): Uint32Array {
  const touched: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const touches = masks.some((mask) =>
        [-1, 0, 1].some((dy) =>
          [-1, 0, 1].some((dx) => contains(mask, (x + 0.5 + dx) / width, (y + 0.5 + dy) / height)),
        ),
      );
      if (touches) touched.push(y * width + x);
    }
  }
  return Uint32Array.from(touched);
}

/** Fills the masked parts of a plane with grey, in place, by the masks that the configuration has at that moment. */
export function createMask(config: PreprocessConfig): (luma: Uint8Array) => Uint8Array {
  let masks = config.masks;
  let masked = maskedPixels(config);
  return (luma) => {
    if (config.masks !== masks) {
      masks = config.masks;
      masked = maskedPixels(config);
    }
    for (const pixel of masked) luma[pixel] = MASK_GREY;
    return luma;
  };
}
