/**
 * packed-model.ts - a model's bytes packed in blocks, as snapshots and `.cortex` files keep them.
 *
 *     per block:  u32 raw length (<= 1 MiB), u32 packed length, u32 CRC-32 of the raw bytes, packed bytes (zlib)
 *
 * All numbers little-endian. Packing and unpacking is done by zlib's own threads, so whoever waits for it can do other
 * work. Every declared length is checked before anything is allocated for it.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { crc32, deflate, inflate } from 'node:zlib';
import { MAX_IMAGE, type ModelImage, sha256 } from './model-image.ts';

/** What is told of a packed model; `sha256` is of the unpacked bytes, `length` their number. */
export type PackedModel = Omit<ModelImage, 'bytes'> & {
  readonly length: number;
  readonly sha256: string;
  readonly blocks: Buffer;
};

const BLOCK_BYTES = 1 << 20;
/** zlib makes incompressible bytes at most so much longer. */
const MAX_PACKED = BLOCK_BYTES + (BLOCK_BYTES >> 8) + 64;
const BLOCK_HEAD = 12;
const PACKING_LEVEL = 4;

const deflateAside = promisify<Uint8Array, { level: number }, Buffer>(deflate);
const inflateAside = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflate);

/** Why packed bytes cannot be used, in words that follow "the file": `is cut short`. */
export class Unpackable extends Error {}

/** Pack a model. Its bytes are copied first: the caller's may change meanwhile. */
export async function packModel({ bytes, ...rest }: ModelImage): Promise<PackedModel> {
  const image = Uint8Array.from(bytes);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < image.length; at += BLOCK_BYTES) {
    const raw = image.subarray(at, at + BLOCK_BYTES);
    const packed = await deflateAside(raw, { level: PACKING_LEVEL });
    const head = Buffer.alloc(BLOCK_HEAD);
    head.writeUInt32LE(raw.length, 0);
    head.writeUInt32LE(packed.length, 4);
    head.writeUInt32LE(crc32(raw), 8);
    parts.push(head, packed);
  }
  return { ...rest, length: image.length, sha256: sha256(image), blocks: Buffer.concat(parts) };
}

/** Unpack a model and check it; throws Unpackable. */
export async function unpackModel(model: PackedModel): Promise<ModelImage> {
  const { length, sha256: hash, blocks, ...rest } = model;
  checkBlocks(blocks, length);
  const bytes = new Uint8Array(length);
  let filled = 0;
  for await (const raw of rawBlocks(blocks)) {
    bytes.set(raw, filled);
    filled += raw.length;
  }
  if (sha256(bytes) !== hash) throw new Unpackable('does not hold what it declares');
  return { ...rest, bytes };
}

/** Check a packed model to its last byte without ever having more than one block unpacked; throws Unpackable. */
export async function verifyPacked({ blocks, length, sha256: hash }: PackedModel): Promise<void> {
  checkBlocks(blocks, length);
  const whole = createHash('sha256');
  for await (const raw of rawBlocks(blocks)) whole.update(raw);
  if (whole.digest('hex') !== hash) throw new Unpackable('does not hold what it declares');
}

/** Walk the heads of all blocks: do the declared lengths fit each other, the bytes that are there, and `length`? */
function checkBlocks(blocks: Buffer, length: number): void {
  if (!Number.isInteger(length) || length < 0 || length > MAX_IMAGE)
    throw new Unpackable(`declares a model of ${length} bytes`);
  let filled = 0;
  let at = 0;
  while (at < blocks.length) {
    if (at + BLOCK_HEAD > blocks.length) throw new Unpackable('is cut short');
    const rawLength = blocks.readUInt32LE(at);
    const packedLength = blocks.readUInt32LE(at + 4);
    if (rawLength === 0 || rawLength > BLOCK_BYTES || packedLength > MAX_PACKED)
      throw new Unpackable('has a block of an impossible size');
    at += BLOCK_HEAD + packedLength;
    filled += rawLength;
    if (filled > length) throw new Unpackable('has more blocks than it declares');
  }
  if (at !== blocks.length) throw new Unpackable('is cut short');
  if (filled !== length) throw new Unpackable('has fewer blocks than it declares');
}

/** The blocks unpacked, one after another. Their heads have been checked. */
async function* rawBlocks(blocks: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < blocks.length;) {
    const rawLength = blocks.readUInt32LE(at);
    const packedLength = blocks.readUInt32LE(at + 4);
    const sum = blocks.readUInt32LE(at + 8);
    at += BLOCK_HEAD;
    let raw: Buffer;
    try {
      raw = await inflateAside(blocks.subarray(at, at + packedLength), { maxOutputLength: rawLength });
    } catch {
      throw new Unpackable('has a block that cannot be unpacked');
    }
    if (raw.length !== rawLength || crc32(raw) !== sum) throw new Unpackable('has a damaged block');
    yield raw;
    at += packedLength;
  }
}

/** End of the blocks that begin at `start`: where a block of raw length 0 is declared, or the end of the bytes. */
export function endOfBlocks(bytes: Buffer, start: number): number {
  let at = start;
  while (at + BLOCK_HEAD <= bytes.length) {
    if (bytes.readUInt32LE(at) === 0) return at;
    at += BLOCK_HEAD + bytes.readUInt32LE(at + 4);
  }
  return Math.min(at, bytes.length);
}
