/**
 * picture-head.ts - what a picture says of itself before anything is decoded: its format by its first bytes, its size, and
 * whether it can only be decoded as a whole.
 *
 * A few kilobytes may unfold into gigabytes, and a decoder that knows every format of the world reads files that nobody
 * meant as pictures. Only what cameras send is let through.
 */

export type PictureHead = {
  readonly format: 'jpeg' | 'png';
  /** px, as stored */
  readonly width: number;
  readonly height: number;
  /** Progressive or interlaced: all of it must be in memory at once. */
  readonly isInterlaced: boolean;
};

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The head of a JPEG or PNG; null for anything else, and where the size is not told. */
export function pictureHead(bytes: Buffer): PictureHead | null {
  if (bytes.subarray(0, 8).equals(PNG)) return pngHead(bytes);
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff ? jpegHead(bytes) : null;
}

function pngHead(bytes: Buffer): PictureHead | null {
  if (bytes.length < 29 || bytes.toString('latin1', 12, 16) !== 'IHDR') return null;
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  return { format: 'png', width, height, isInterlaced: bytes[28] !== 0 };
}

/** Markers C0 to CF begin a frame, but for three that are tables. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
/** Of these frames each part of the picture comes in one go. */
const SEQUENTIAL: readonly number[] = [0xc0, 0xc1, 0xc9];
/** Markers without a length: fill bytes, restarts, begin. */
const isBare = (marker: number): boolean => marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

function jpegHead(bytes: Buffer): PictureHead | null {
  for (let at = 2; at + 9 < bytes.length;) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker === 0xd9 || marker === 0xda) return null;
    if (isBare(marker)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    if (isFrame(marker)) {
      const [height, width] = [bytes.readUInt16BE(at + 5), bytes.readUInt16BE(at + 7)];
      return { format: 'jpeg', width, height, isInterlaced: !SEQUENTIAL.includes(marker) };
    }
    at += 2 + Math.max(2, bytes.readUInt16BE(at + 2));
  }
  return null;
}
