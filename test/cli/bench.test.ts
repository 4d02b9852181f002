/** bench.test.ts - `cortexd bench`: what it prints about a file of SDRs, and what it says about a wrong one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { parseSdrs } from '../../src/cli/sdr-file.ts';
import { cortexd } from '../support/program.ts';

/** A repeated sequence of random SDRs, as a file. */
function sdrFile(steps: readonly (readonly number[])[], bits: number, width = bits, height = 1): Buffer {
  const words = [bits, steps.length, width, height, ...steps.flatMap((step) => [step.length, ...step])];
  return Buffer.concat([Buffer.from('HTMSDR1\0', 'latin1'), Buffer.from(Uint32Array.from(words).buffer)]);
}
const element = (number: number): number[] => Array.from({ length: 20 }, (_, i) => i * 16 + number);
const SEQUENCE = Array.from({ length: 400 }, (_, step) => element(step % 8));

type Line = { readonly [key: string]: number | string };
const linesOf = (text: string): Line[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

test('the temporal memory learns a sequence, with kernels as without', async (t) => {
  const folder = t.testdir();
  const file = join(folder, 's.sdr');
  writeFileSync(file, sdrFile(SEQUENCE, 320));
  const options = [
    '--window',
    '100',
    '--learn',
    '300',
    '--set',
    'cellsPerColumn=4',
    '--set',
    'segments=4096',
    '--json',
  ];
  const [auto, plain] = await Promise.all([
    cortexd('bench', 'tm', '--input', file, ...options),
    cortexd('bench', 'tm', '--input', file, ...options, '--kernels', 'js'),
  ]);
  t.equal(auto.code, 0, auto.stderr);
  const lines = linesOf(auto.stdout);
  t.same(
    lines.map(({ type, to, learning }) => [type, to, learning]),
    [
      ['window', 100, true],
      ['window', 200, true],
      ['window', 300, true],
      ['window', 400, false],
      ['summary', undefined, undefined],
    ],
  );
  t.ok(Number(lines[0]!['anomaly']) > 0.1 && Number(lines[2]!['anomaly']) < 0.15);
  t.equal(lines.at(-1)!['steps'], 300);
  const learned = (text: string): unknown =>
    linesOf(text).map(({ anomaly, wrong, segments, synapses }) => [anomaly, wrong, segments, synapses]);
  t.same(learned(plain.stdout), learned(auto.stdout));
});

test('the spatial pooler keeps its sparsity; a table without --json', async (t) => {
  const folder = t.testdir();
  const file = join(folder, 's.sdr');
  writeFileSync(file, sdrFile(SEQUENCE, 320, 20, 16));
  const run = await cortexd(
    'bench',
    'sp',
    '--input',
    file,
    '--warm-up',
    '50',
    '--learn',
    '200',
    '--still',
    '100',
    '--set',
    'columnWidth=256',
    '--json',
  );
  t.equal(run.code, 0, run.stderr);
  t.ok(
    linesOf(run.stdout).every(({ type, sparsity }) => type === 'summary' || Math.abs(Number(sparsity) - 0.02) < 0.003),
  );
  const table = await cortexd(
    'bench',
    'sp',
    '--input',
    file,
    '--preset',
    'htmcore-local',
    '--set',
    'columnWidth=20',
    '--set',
    'columnHeight=16',
    '--set',
    'potentialRadius=3',
    '--set',
    'inhibitionRadius=3',
    '--learn',
    '100',
    '--still',
    '50',
    '--warm-up',
    '10',
  );
  t.match(table, { code: 0, stdout: /steps.*median ms[\s\S]*Learning: median .* CPU ms per step/ });
});

test('wrong options are named, with what was probably meant', async (t) => {
  const folder = t.testdir();
  const file = join(folder, 's.sdr');
  writeFileSync(file, sdrFile(SEQUENCE, 320));
  t.match(await cortexd('bench', 'tm', '--input', file, '--set', 'cellsPerColum=4'), {
    code: 64,
    stderr: /Did you mean cellsPerColumn\?/,
  });
  t.match(await cortexd('bench', 'tm', '--input', file, '--set', 'segments=many'), {
    code: 64,
    stderr: /a number for --set segments but received "many"/,
  });
  t.match(await cortexd('bench', 'tm'), { code: 64, stderr: /--input/ });
  t.match(await cortexd('bench', 'sp', '--input', join(folder, 'none')), { code: 66, stderr: /ENOENT/ });
});

test('a file that is none, is cut, or names impossible bits is refused with the place', async (t) => {
  const good = sdrFile([element(0), element(1)], 320);
  t.equal(parseSdrs(good, 'x').steps, 2);
  const wrong: readonly (readonly [Buffer, RegExp])[] = [
    [Buffer.from('hello'), /does not begin as one/],
    [sdrFile([], 320, 10, 10), /320 bits are not 10 x 10/],
    [good.subarray(0, good.length - 4), /step 1 claims 20 active bits/],
    [sdrFile([[3, 2]], 320), /step 0 names bit 2 after 3/],
    [sdrFile([[320]], 320), /step 0 names bit 320/],
  ];
  for (const [file, message] of wrong) t.throws(() => parseSdrs(file, 'x'), { code: 'no_input', message });
  const short = Buffer.from(good);
  short.writeUInt32LE(3, 12);
  t.throws(() => parseSdrs(short, 'x'), { code: 'no_input', message: /ends before step 2 of 3/ });
});
