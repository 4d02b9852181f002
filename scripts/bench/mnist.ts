/**
 * mnist.ts - does an HTM hierarchy arranged like a CNN learn images? Regions of the product make a code of each digit
 * without any label; a linear classifier reads the code. The controls say how much is due to the regions.
 *
 *     npm run bench:mnist -- [--data FOLDER] [--seeds 1,2,3] [--only PART,...] [--pictures 60000]
 *
 * Columns: labels used x passes over them. Everything was chosen on a hold-out of the training pictures; the test pictures
 * are looked at once per row and seed.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { accuracy, codesOf } from './mnist/classify.ts';
import { type Coder, beside, convolutionalCoder, flatCoder, plainCoder, twoLevelCoder } from './mnist/coders.ts';
import { inkBits, orientationBits, readDigits } from './mnist/data.ts';
import { wholeNumber } from '../whole-number.ts';
import { numbersOf } from './worlds/options.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const { values: args } = parseArgs({
  options: {
    data: { type: 'string', default: join('..', 'shared', 'data', 'mnist') },
    seeds: { type: 'string', default: '1,2,3' },
    only: { type: 'string', default: '' },
    pictures: { type: 'string', default: '60000' },
  },
});

const POOLED = { window: 6, stride: 3 };
const one = (columns: number, kernel = 5, shared = true) => ({ columns, kernel, shared, ...POOLED });
const two = (columns: number, kernel: number) => ({ ...one(columns, kernel), params: { activeColumns: 2 } });
const LOWER = { columns: 128, kernel: 5, window: 4, stride: 2 };
const upper = (columns: number) => ({
  columns,
  kernel: 3,
  window: 3,
  stride: 2,
  params: { activeColumns: 8, minActiveBits: 8, minLearnedBits: 8, stimulusThreshold: 8 },
});

const ROWS: { readonly [name: string]: (seed: number) => Coder } = {
  'ink, no region': () => plainCoder(inkBits),
  'flat spatial pooler on ink, 2,048 columns, 100 winners': (seed) => flatCoder(inkBits, 2048, 100, seed),
  'control: orientation bits, OR 3x3 stride 2, no region': () => plainCoder(orientationBits, 3, 2),
  'newborn region, orientation, 256 columns': (seed) => convolutionalCoder(orientationBits, one(256), seed, false),
  'trained on ink, 256 columns': (seed) => convolutionalCoder(inkBits, one(256), seed),
  'trained, orientation, 64 columns': (seed) => convolutionalCoder(orientationBits, one(64), seed),
  'trained, orientation, 256 columns': (seed) => convolutionalCoder(orientationBits, one(256), seed),
  'the same, nothing shared between positions, 64 columns': (seed) =>
    convolutionalCoder(orientationBits, one(64, 5, false), seed),
  'orientation 5x5 and ink 7x7, 64 columns each': (seed) =>
    beside(convolutionalCoder(orientationBits, one(64), seed), convolutionalCoder(inkBits, one(64, 7), seed)),
  'orientation 5x5 and 7x7, 256 columns each, 2 winners': (seed) =>
    beside(
      convolutionalCoder(orientationBits, two(256, 5), seed),
      convolutionalCoder(orientationBits, two(256, 7), seed),
    ),
  'the same and ink 7x7, 256 columns, 2 winners': (seed) =>
    beside(
      convolutionalCoder(orientationBits, two(256, 5), seed),
      convolutionalCoder(orientationBits, two(256, 7), seed),
      convolutionalCoder(inkBits, two(256, 7), seed),
    ),
  'second level newborn, 512 columns, 8 winners': (seed) =>
    twoLevelCoder(orientationBits, LOWER, upper(512), seed, false),
  'second level only, 512 columns, 8 winners': (seed) => twoLevelCoder(orientationBits, LOWER, upper(512), seed),
  'second level, and 256 columns each on orientation and ink': (seed) =>
    beside(
      twoLevelCoder(orientationBits, LOWER, upper(512), seed),
      convolutionalCoder(orientationBits, one(256), seed),
      convolutionalCoder(inkBits, one(256), seed),
    ),
};

const PROTOCOLS = [
  { name: '1k x 20', examples: 1000, epochs: 20 },
  { name: '10k x 10', examples: 10_000, epochs: 10 },
  { name: '60k x 1', examples: 60_000, epochs: 1 },
  { name: '60k x 4', examples: 60_000, epochs: 4 },
];

const train = readDigits(args.data, 'train');
const test = readDigits(args.data, 't10k');
const seeds = numbersOf('seeds', args.seeds);
const only = args.only === '' ? null : args.only.split(',');

function percent(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const range =
    values.length > 1 ? ` (${(Math.min(...values) * 100).toFixed(2)}-${(Math.max(...values) * 100).toFixed(2)})` : '';
  return `${(mean * 100).toFixed(2)}${range}`;
}

console.log(
  `| ${seeds.length} seeds: mean (range) | bits | active | ms per picture | ${PROTOCOLS.map(({ name }) => name).join(' | ')} |`,
);
console.log(`|---|---|---|---|${PROTOCOLS.map(() => '---|').join('')}`);
for (const [name, make] of Object.entries(ROWS)) {
  if (only !== null && !only.some((part) => name.includes(part))) continue;
  const scores = PROTOCOLS.map((): number[] => []);
  let size = 0;
  let active = 0;
  let cpuMs = 0;
  for (const seed of seeds) {
    const coder = make(seed);
    coder.train(train, wholeNumber('pictures', args.pictures, 1));
    const before = process.cpuUsage();
    const known = codesOf(coder, train);
    const { user, system } = process.cpuUsage(before);
    const unknown = codesOf(coder, test);
    size = coder.size;
    active += known.starts[known.count]! / known.count / seeds.length;
    cpuMs += (user + system) / 1000 / known.count / seeds.length;
    PROTOCOLS.forEach(({ examples, epochs }, i) =>
      scores[i]!.push(accuracy(size, known, unknown, examples, epochs, seed)),
    );
  }
  console.log(
    `| ${name} | ${size} | ${active.toFixed(0)} | ${cpuMs.toFixed(3)} | ${scores.map(percent).join(' | ')} |`,
  );
}
