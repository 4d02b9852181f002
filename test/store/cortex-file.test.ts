import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, integer, nat, property, uint8Array } from 'fast-check';
import { test } from 'tap';
import { CortexdError } from '../../src/errors.ts';
import { decodeCortexFile, encodeCortexFile, readCortexFile, writeCortexFile } from '../../src/store/cortex-file.ts';
import { imageOf } from './support.ts';

const file = encodeCortexFile(imageOf(9, 20), '0.0.0');
const isRefused = (bytes: Uint8Array): boolean => {
  try {
    decodeCortexFile(bytes, 'x');
    return false;
  } catch (error) {
    return (
      error instanceof CortexdError &&
      (error.code === 'corrupt' || error.code === 'newer_version') &&
      error.hint !== undefined
    );
  }
};

test('what was written is read again', async (t) => {
  const read = decodeCortexFile(file, 'x');
  const { bytes, ...rest } = imageOf(9, 20);
  t.match(read, rest);
  t.ok(Buffer.from(read.bytes).equals(Buffer.from(bytes)));
  const path = join(t.testdir(), 'a.cortex');
  writeCortexFile(path, imageOf(9, 20), '0.0.0');
  t.ok(readFileSync(path).equals(file));
  t.equal(readCortexFile(path).step, 9);
});

test('a file cut short anywhere is refused', async (t) => {
  for (let length = 0; length < file.length; length += 97) t.ok(isRefused(file.subarray(0, length)), `${length} bytes`);
});

test('a file with any one byte flipped is refused', async (t) => {
  const flipped = Uint8Array.from(file);
  for (let at = 0; at < file.length; at += 53) {
    flipped[at]! ^= 0x10;
    t.ok(isRefused(flipped), `byte ${at}`);
    flipped[at]! ^= 0x10;
  }
});

test('bytes behind the end, other files and a newer format are refused, each in its own words', async (t) => {
  t.throws(() => decodeCortexFile(Buffer.concat([file, Buffer.from('x')]), 'x'), { code: 'corrupt' });
  t.throws(
    () => decodeCortexFile(Buffer.from('GIF89a and so on and on and on, more than a header'), 'x'),
    /is something else/,
  );
  const newer = Buffer.from(file);
  newer.writeUInt32LE(2, 8);
  t.throws(() => decodeCortexFile(newer, 'x'), { code: 'newer_version', message: /format 2/ });
});

test('whatever bytes come, nothing but a clear refusal happens', async (t) => {
  assert(
    property(uint8Array({ maxLength: 300 }), (bytes) => isRefused(Buffer.concat([Buffer.from('CORTEX\r\n'), bytes]))),
    { numRuns: 2000 },
  );
  assert(
    property(nat(file.length - 1), integer({ min: 1, max: 255 }), (at, change) => {
      const mutated = Uint8Array.from(file);
      mutated[at]! ^= change;
      return isRefused(mutated);
    }),
    { numRuns: 1000 },
  );
  t.pass('3,000 mutated files');
});

test('a file that is not there is no input, and a place that cannot be written leaves nothing behind', async (t) => {
  const folder = t.testdir();
  t.throws(() => readCortexFile(join(folder, 'none')), { code: 'no_input' });
  t.throws(() => writeCortexFile(join(folder, 'no', 'such', 'a.cortex'), imageOf(1), '0'), { code: 'store' });
  writeFileSync(join(folder, 'text.cortex'), 'hello');
  t.throws(() => readCortexFile(join(folder, 'text.cortex')), { code: 'corrupt' });
});
