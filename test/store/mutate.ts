/**
 * mutate.ts - hostile `.cortex` files: sound ones with changes, some of which are covered up by right checksums, so that
 * every check of the reader is reached.
 */
import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { randomBelow } from '../../src/memory/random.ts';

const HASH_BYTES = 32;
const LENGTHS = [0, 1, 11, 12, 13, 0xffff, 0x10_0000, 0x10_0001, 0x7fff_ffff, 0x8000_0000, 0xffff_fff4, 0xffff_ffff];

type Mutation = (file: Buffer, random: Uint32Array) => Buffer;

/** Offset of the first block, behind the metadata. */
const blocksAt = (file: Buffer): number => 16 + file.readUInt32LE(12) + 4;

const rehash = (file: Buffer): Buffer => {
  const body = file.subarray(0, file.length - HASH_BYTES);
  createHash('sha256').update(body).digest().copy(file, body.length);
  return file;
};

const flip: Mutation = (file, random) => {
  for (let i = 1 + randomBelow(random, 4); i > 0; i--)
    file[randomBelow(random, file.length)]! ^= 1 << randomBelow(random, 8);
  return file;
};
const cut: Mutation = (file, random) => file.subarray(0, randomBelow(random, file.length));
const append: Mutation = (file, random) => Buffer.concat([file, Buffer.alloc(1 + randomBelow(random, 100), 7)]);
/** A number somewhere replaced by one that hurts. */
const number: Mutation = (file, random) => {
  const at =
    randomBelow(random, 2) === 0 ? blocksAt(file) + 4 * randomBelow(random, 3) : randomBelow(random, file.length - 40);
  file.writeUInt32LE(LENGTHS[randomBelow(random, LENGTHS.length)]!, Math.min(at, file.length - 4));
  return file;
};
const cutInside: Mutation = (file, random) => {
  const from = randomBelow(random, file.length - HASH_BYTES);
  const length = 1 + randomBelow(random, 64);
  return Buffer.concat([file.subarray(0, from), file.subarray(Math.min(file.length - HASH_BYTES, from + length))]);
};
/** Other metadata with a right checksum. */
const metadata: Mutation = (file, random) => {
  const end = blocksAt(file);
  const parsed = JSON.parse(file.subarray(16, end - 4).toString()) as { [key: string]: unknown };
  const keys = Object.keys(parsed);
  const values = [null, -1, 1e300, '../../etc/passwd', 'x'.repeat(5000), {}, 2 ** 40, 0, [], true, '\u0000'];
  const key = keys[randomBelow(random, keys.length)]!;
  if (randomBelow(random, 4) === 0) delete parsed[key];
  else parsed[key] = values[randomBelow(random, values.length)];
  const text = Buffer.from(randomBelow(random, 20) === 0 ? '[' : JSON.stringify(parsed));
  const head = Buffer.from(file.subarray(0, 16));
  head.writeUInt32LE(text.length, 12);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(text));
  return Buffer.concat([head, text, sum, file.subarray(end)]);
};
/** A block that unpacks to far more than it declares. */
const bomb: Mutation = (file, random) => {
  const packed = deflateSync(Buffer.alloc(1 << (10 + randomBelow(random, 12))));
  const head = Buffer.alloc(12);
  head.writeUInt32LE(LENGTHS[randomBelow(random, LENGTHS.length)]!, 0);
  head.writeUInt32LE(packed.length, 4);
  const at = blocksAt(file);
  return Buffer.concat([file.subarray(0, at), head, packed, file.subarray(at)]);
};

const MUTATIONS: readonly Mutation[] = [flip, cut, append, number, cutInside, metadata, bomb];

/** One to three changes; in most cases the hash of the whole is made to fit again. */
export function mutate(file: Buffer, random: Uint32Array): Buffer {
  let mutated = Buffer.from(file);
  for (let i = 1 + randomBelow(random, 3); i > 0 && mutated.length > 200; i--) {
    try {
      mutated = Buffer.from(MUTATIONS[randomBelow(random, MUTATIONS.length)]!(mutated, random));
    } catch {
      // What an earlier change has broken cannot be changed in this way any more.
    }
  }
  return randomBelow(random, 4) > 0 && mutated.length > HASH_BYTES ? rehash(mutated) : mutated;
}
