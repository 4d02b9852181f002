/**
 * cortex-file.ts - one model in one portable file (`.cortex`). All numbers little-endian; see docs/snapshot-format.md.
 *
 *     "CORTEX\r\n"          8 bytes: survives no text-mode transfer unnoticed
 *     u32 format version    1
 *     u32 n                 length of the metadata
 *     n bytes               metadata, JSON
 *     u32                   CRC-32 of the metadata
 *     blocks                see packed-model.ts
 *     u32 0                 end of blocks
 *     32 bytes              SHA-256 of everything before
 *
 * Sizes are checked before anything is allocated for them; checking a file never unpacks more than one block at a time.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { CortexdError, messageOf } from '../errors.ts';
import { MAX_IMAGE, type ModelImage } from './model-image.ts';
import { type PackedModel, Unpackable, endOfBlocks, packModel, unpackModel, verifyPacked } from './packed-model.ts';
import { writeWhole } from './whole-file.ts';

const MAGIC = Buffer.from('CORTEX\r\n', 'latin1');
const FORMAT = 1;
const MAX_METADATA = 1 << 20;
/** bytes: the largest model that does not pack at all, and its metadata */
export const MAX_FILE = MAX_IMAGE + (MAX_IMAGE >> 7) + 2 * MAX_METADATA;
const HASH_BYTES = 32;
const ENDIANNESS = 'little';

type Metadata = {
  camera: string;
  step: number;
  signature: string;
  length: number;
  sha256: string;
  saved_at: string;
  /** Absent in the files of the first versions, which were all little-endian. */
  endianness?: string;
  program: string;
};

/** The bytes of a `.cortex` file. `program`: version of the writer. */
export function encodeCortexFile(model: PackedModel, program: string): Buffer {
  const metadata: Metadata = {
    camera: model.camera,
    step: model.step,
    signature: model.signature,
    length: model.length,
    sha256: model.sha256,
    saved_at: model.savedAt,
    endianness: ENDIANNESS,
    program,
  };
  const text = Buffer.from(JSON.stringify(metadata));
  const body = Buffer.concat([MAGIC, words(FORMAT, text.length), text, words(crc32(text)), model.blocks, words(0)]);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

/**
 * Read and check the bytes of a `.cortex` file. Throws CortexdError('corrupt' | 'newer_version'); whatever the bytes are,
 * at most one block (1 MiB) is unpacked at a time.
 */
export async function decodeCortexFile(file: Uint8Array, name: string): Promise<PackedModel> {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  try {
    const model = readParts(bytes, name);
    await verifyPacked(model);
    return model;
  } catch (error) {
    if (error instanceof Unpackable) throw unsound(name, error.message);
    throw error;
  }
}

function readParts(bytes: Buffer, name: string): PackedModel {
  if (bytes.length < MAGIC.length || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new Unpackable('is something else');
  const headEnd = MAGIC.length + 8;
  if (bytes.length < headEnd + 8 + HASH_BYTES) throw new Unpackable('is cut short');
  if (bytes.length > MAX_FILE) throw new Unpackable('is larger than a model can be');
  const version = bytes.readUInt32LE(MAGIC.length);
  if (version > FORMAT) {
    throw new CortexdError(
      'newer_version',
      `Expected a .cortex file of format ${FORMAT} or older but ${name} has format ${version}`,
      { hint: 'It was written by a newer cortexd; update this one.' },
    );
  }
  const hashAt = bytes.length - HASH_BYTES;
  const hash = createHash('sha256').update(bytes.subarray(0, hashAt)).digest();
  if (!hash.equals(bytes.subarray(hashAt))) throw new Unpackable('fails its hash: it is damaged or cut short');
  const textLength = bytes.readUInt32LE(MAGIC.length + 4);
  if (textLength > MAX_METADATA) throw new Unpackable(`declares ${textLength} bytes of metadata`);
  const blocksAt = headEnd + textLength + 4;
  if (blocksAt > hashAt) throw new Unpackable('is cut short');
  const text = bytes.subarray(headEnd, headEnd + textLength);
  if (crc32(text) !== bytes.readUInt32LE(headEnd + textLength)) throw new Unpackable('has damaged metadata');
  const { camera, step, signature, length, sha256, saved_at: savedAt } = readMetadata(text);
  const content = bytes.subarray(0, hashAt);
  const end = endOfBlocks(content, blocksAt);
  if (end + 4 > hashAt || bytes.readUInt32LE(end) !== 0) throw new Unpackable('is cut short');
  if (end + 4 !== hashAt) throw new Unpackable('has bytes behind its end');
  return { camera, step, signature, length, sha256, savedAt, blocks: bytes.subarray(blocksAt, end) };
}

function readMetadata(text: Buffer): Metadata {
  let data: Partial<Metadata> | null;
  try {
    data = JSON.parse(text.toString('utf8')) as Partial<Metadata> | null;
  } catch {
    throw new Unpackable('has metadata that is not JSON');
  }
  const { camera, step, signature, length, sha256, saved_at: savedAt, endianness } = data ?? {};
  const isSound =
    [camera, signature, sha256, savedAt].every((value) => typeof value === 'string') &&
    [step, length].every((value) => Number.isSafeInteger(value) && (value ?? -1) >= 0);
  if (!isSound) throw new Unpackable('has incomplete metadata');
  if (endianness !== undefined && endianness !== ENDIANNESS)
    throw new Unpackable('holds numbers of another endianness');
  return data as Metadata;
}

function unsound(name: string, reason: string): CortexdError {
  return new CortexdError('corrupt', `Expected a sound .cortex file but ${name} ${reason}`, {
    hint: 'Nothing was changed. Export the snapshot again or copy the file again in binary mode.',
  });
}

function words(...values: readonly number[]): Buffer {
  const out = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => out.writeUInt32LE(value >>> 0, index * 4));
  return out;
}

/** Write a `.cortex` file: complete under its name or not there at all, also after a power cut. */
export async function writeCortexFile(path: string, image: ModelImage, program: string): Promise<void> {
  writeWhole(path, encodeCortexFile(await packModel(image), program));
}

/** The bytes of a file that may be a `.cortex` file; throws CortexdError('no_input') when it cannot be one. */
export function readInput(path: string): Buffer {
  try {
    const info = statSync(path);
    if (!info.isFile()) throw new Error('it is no file');
    if (info.size > MAX_FILE) throw new Error(`${info.size} bytes are more than a model can have`);
    return readFileSync(path);
  } catch (error) {
    throw new CortexdError('no_input', `Expected a .cortex file at ${path} but received: ${messageOf(error)}`, {
      hint: 'Check the path; "cortexd snapshot export NAME FILE" writes such files.',
    });
  }
}

/** Read a `.cortex` file. */
export async function readCortexFile(path: string): Promise<ModelImage> {
  return unpackModel(await decodeCortexFile(readInput(path), path));
}
