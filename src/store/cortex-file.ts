/**
 * cortex-file.ts - one model in one portable file (`.cortex`). All numbers little-endian; see docs/snapshot-format.md.
 *
 *     "CORTEX\r\n"          8 bytes: survives no text-mode transfer unnoticed
 *     u32 format version    1
 *     u32 n                 length of the metadata
 *     n bytes               metadata, JSON
 *     u32                   CRC-32 of the metadata
 *     per block:            u32 raw length (<= 1 MiB), u32 packed length, u32 CRC-32 of the raw bytes, packed bytes (zlib)
 *     u32 0                 end of blocks
 *     32 bytes              SHA-256 of everything before
 *
 * Sizes are checked before anything is allocated for them.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { CortexdError, messageOf } from '../errors.ts';
import { type ModelImage, sha256 } from './model-pages.ts';

const MAGIC = Buffer.from('CORTEX\r\n', 'latin1');
const FORMAT = 1;
const BLOCK_BYTES = 1 << 20;
const MAX_METADATA = 1 << 20;
const MAX_IMAGE = 256 << 20;
const MAX_FILE = 300 << 20;
const HASH_BYTES = 32;

type Metadata = {
  camera: string;
  step: number;
  signature: string;
  length: number;
  sha256: string;
  saved_at: string;
  program: string;
};

/** The bytes of a `.cortex` file. `program`: version of the writer. */
export function encodeCortexFile(image: ModelImage, program: string): Buffer {
  const metadata: Metadata = {
    camera: image.camera,
    step: image.step,
    signature: image.signature,
    length: image.bytes.length,
    sha256: sha256(image.bytes),
    saved_at: image.savedAt,
    program,
  };
  const text = Buffer.from(JSON.stringify(metadata));
  const parts = [MAGIC, words(FORMAT, text.length), text, words(crc32(text))];
  for (let at = 0; at < image.bytes.length; at += BLOCK_BYTES) {
    const raw = image.bytes.slice(at, at + BLOCK_BYTES);
    const packed = deflateSync(raw);
    parts.push(words(raw.length, packed.length, crc32(raw)), packed);
  }
  parts.push(words(0));
  const body = Buffer.concat(parts);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

/** Read the bytes of a `.cortex` file; throws CortexdError('corrupt' | 'newer_version') and allocates no more than declared and allowed. */
export function decodeCortexFile(file: Uint8Array, name: string): ModelImage {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const fail = (reason: string): never => {
    throw new CortexdError('corrupt', `Expected a sound .cortex file but ${name} ${reason}`, {
      hint: 'Nothing was changed. Export the snapshot again or copy the file again in binary mode.',
    });
  };
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length - HASH_BYTES) fail('is cut short');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const word = (): number => take(4).readUInt32LE(0);

  if (bytes.length < MAGIC.length || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) fail('is something else');
  at = MAGIC.length;
  const version = word();
  if (version > FORMAT) {
    throw new CortexdError(
      'newer_version',
      `Expected a .cortex file of format ${FORMAT} or older but ${name} has format ${version}`,
      {
        hint: 'It was written by a newer cortexd; update this one.',
      },
    );
  }
  const hashAt = bytes.length - HASH_BYTES;
  const hash = createHash('sha256').update(bytes.subarray(0, hashAt)).digest();
  if (!hash.equals(bytes.subarray(hashAt))) fail('fails its hash: it is damaged or cut short');
  const textLength = word();
  if (textLength > MAX_METADATA) fail(`declares ${textLength} bytes of metadata`);
  const text = take(textLength);
  if (crc32(text) !== word()) fail('has damaged metadata');
  const metadata = readMetadata(text, fail);
  if (metadata.length > MAX_IMAGE) fail(`declares a model of ${metadata.length} bytes`);
  const image = new Uint8Array(metadata.length);
  let filled = 0;
  for (let rawLength = word(); rawLength !== 0; rawLength = word()) {
    const packedLength = word();
    const sum = word();
    if (rawLength > BLOCK_BYTES || filled + rawLength > image.length) fail('has a block that does not fit');
    const raw = inflate(take(packedLength), rawLength) ?? fail('has a block that cannot be unpacked');
    if (raw.length !== rawLength || crc32(raw) !== sum) fail('has a damaged block');
    image.set(raw, filled);
    filled += rawLength;
  }
  if (at !== hashAt) fail('has bytes behind its end');
  if (filled !== image.length || sha256(image) !== metadata.sha256) fail('does not hold what it declares');
  return {
    camera: metadata.camera,
    step: metadata.step,
    signature: metadata.signature,
    bytes: image,
    savedAt: metadata.saved_at,
  };
}

function inflate(packed: Buffer, rawLength: number): Buffer | undefined {
  try {
    return inflateSync(packed, { maxOutputLength: rawLength });
  } catch {
    return undefined;
  }
}

function readMetadata(text: Buffer, fail: (reason: string) => never): Metadata {
  let data: Partial<Metadata>;
  try {
    data = JSON.parse(text.toString('utf8')) as Partial<Metadata>;
  } catch {
    return fail('has metadata that is not JSON');
  }
  const { camera, step, signature, length, sha256: hash, saved_at: savedAt } = data;
  const isSound =
    typeof camera === 'string' &&
    typeof signature === 'string' &&
    typeof hash === 'string' &&
    typeof savedAt === 'string' &&
    Number.isInteger(step) &&
    Number.isInteger(length) &&
    (step ?? -1) >= 0 &&
    (length ?? -1) >= 0;
  return isSound ? (data as Metadata) : fail('has incomplete metadata');
}

function words(...values: readonly number[]): Buffer {
  const out = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => out.writeUInt32LE(value >>> 0, index * 4));
  return out;
}

/** Write a `.cortex` file: complete under its name or not there at all, also after a power cut. */
export function writeCortexFile(path: string, image: ModelImage, program: string): void {
  writeWhole(path, encodeCortexFile(image, program));
}

/** Write a file so that it is complete under its name or not there at all. */
export function writeWhole(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.part`;
  try {
    const handle = openSync(temporary, 'w', 0o600);
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
    const folder = openSync(dirname(path), 'r');
    fsyncSync(folder);
    closeSync(folder);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new CortexdError('store', `Expected to write ${path} but received: ${messageOf(error)}`, {
      hint: 'Check the directory, its permissions and the free space.',
      cause: error,
    });
  }
}

/** Read a `.cortex` file. */
export function readCortexFile(path: string): ModelImage {
  let bytes: Buffer;
  try {
    const { size } = statSync(path);
    if (size > MAX_FILE) throw new Error(`${size} bytes are more than a model can have`);
    bytes = readFileSync(path);
  } catch (error) {
    throw new CortexdError('no_input', `Expected a .cortex file at ${path} but received: ${messageOf(error)}`, {
      hint: 'Check the path; "cortexd snapshot export NAME FILE" writes such files.',
    });
  }
  return decodeCortexFile(bytes, path);
}
