/**
 * all.ts - the whole set of benches: the engine on its four inputs as one table, then every experiment.
 *
 *     npm run bench -- [--only engine,detection,…] [--repeats 3] [--data FOLDER] [--inputs FOLDER] [--against DIST]
 *
 * With --against, the engine's workloads are run with another build too (its `dist` folder), in turn with this one, and
 * the ratios are told: times of different days do not compare. Each engine figure is the median over the repeats, which take turns, each in a process of its own. An experiment whose
 * data is not in FOLDER is left out, and said to be.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatTable } from '../../src/cli/output.ts';
import { type Input, inputFile } from './engine/inputs.ts';
import { wholeNumber } from '../whole-number.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const { values: args } = parseArgs({
  options: {
    only: { type: 'string', default: 'engine,checkpoint,detection,worlds,footage,ped2,cui,taxi,nab,mnist' },
    repeats: { type: 'string', default: '3' },
    data: { type: 'string', default: join('..', 'shared', 'data') },
    inputs: { type: 'string', default: join(tmpdir(), 'cortexd-bench-inputs') },
    against: { type: 'string' },
  },
});

type Workload = { readonly name: string; readonly input: Input; readonly command: readonly string[] };
/** In windows of 500 steps, as the figures of other engines are. */
const TM = ['tm', '--learn', '20000', '--window', '500'];
const WORKLOADS: readonly Workload[] = [
  { name: 'pooler, 10,000 to 2,048, pool .5', input: 'sp10k', command: ['sp'] },
  { name: 'pooler, 10,000 to 2,048, pool .1', input: 'sp10k', command: ['sp', '--set', 'potentialPct=0.1'] },
  { name: 'pooler, 64 x 64 local, radius 8', input: 'spshapes', command: ['sp', '--preset', 'htmcore-local'] },
  {
    name: 'the same, boosted',
    input: 'spshapes',
    command: ['sp', '--preset', 'htmcore-local', '--set', 'boostStrength=3'],
  },
  { name: 'memory, shared middles', input: 'tmseq', command: TM },
  { name: 'memory, shared middles, one-shot', input: 'tmseq', command: [...TM, '--preset', 'oneshot'] },
  { name: 'memory, noise', input: 'tmnoise', command: TM },
];

type Summary = {
  readonly median: number;
  readonly mean: number;
  readonly late: number | null;
  readonly rss: number;
  /** Mean anomaly and share of wrong columns of the windows of 500 steps that end at 1k, 2k, 5k, 10k, 20k steps. */
  readonly curve: string;
};

const OURS = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.js');
const CURVE_AT = [1000, 2000, 5000, 10_000, 20_000];

function run({ input, command }: Workload, kernels: 'auto' | 'js', main = OURS): Summary {
  const file = inputFile(args.inputs, input);
  const text = execFileSync(
    process.execPath,
    [main, 'bench', ...command, '--input', file, '--kernels', kernels, '--json'],
    { encoding: 'utf8' },
  );
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { [key: string]: number });
  const end = lines.at(-1)!;
  return {
    median: end['median_cpu_ms'] ?? end['learning_median_cpu_ms']!,
    mean: end['mean_cpu_ms'] ?? end['learning_mean_cpu_ms']!,
    late: end['last_quarter_median_cpu_ms'] ?? null,
    rss: end['peak_rss_mb']!,
    curve: CURVE_AT.map((at) => lines.find((line) => line['to'] === at && 'anomaly' in line))
      .filter((line) => line !== undefined)
      .map((line) => `${line['anomaly']!.toFixed(3)}/${line['wrong']!.toFixed(3)}`)
      .join(' '),
  };
}

const repeats = wholeNumber('repeats', args.repeats, 1);
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

function engine(): void {
  const results = new Map<string, Summary[]>();
  for (let repeat = 0; repeat < repeats; repeat++)
    for (const workload of WORKLOADS)
      for (const kernels of ['auto', 'js'] as const) {
        const key = `${workload.name}|${kernels}`;
        results.set(key, [...(results.get(key) ?? []), run(workload, kernels)]);
      }
  const rows = [...results].map(([key, runs]) => {
    const [name, kernels] = key.split('|');
    const of = (pick: (summary: Summary) => number): string => median(runs.map(pick)).toFixed(3);
    const late = runs[0]!.late === null ? '' : of(({ late: value }) => value ?? 0);
    return [
      name!,
      kernels!,
      of((one) => one.median),
      of((one) => one.mean),
      late,
      String(runs[0]!.rss),
      runs[0]!.curve,
    ];
  });
  const heading = [
    'CPU ms per learning step',
    'kernels',
    'median',
    'mean',
    'last 5k',
    'MB',
    'anomaly/wrong at 1k 2k 5k 10k 20k',
  ];
  console.log(formatTable([heading, ...rows]));
}

/** The other build and this one, in turn: how many times faster this one is. */
function compare(dist: string): void {
  const other = join(dist, 'src', 'cli', 'main.js');
  const rows = WORKLOADS.map((workload) => {
    const pairs = Array.from({ length: repeats }, () => [run(workload, 'auto', other), run(workload, 'auto')]);
    const cells = [({ median: value }: Summary) => value, ({ mean }: Summary) => mean].flatMap((pick) => {
      const [before, after] = [0, 1].map((which) => median(pairs.map((pair) => pick(pair[which]!))));
      return [`${before!.toFixed(3)} to ${after!.toFixed(3)}`, (before! / after!).toFixed(2)];
    });
    return [workload.name, ...cells];
  });
  console.log(formatTable([['CPU ms per learning step', 'median', 'times', 'mean', 'times'], ...rows]));
}

/** Script, its arguments, and the data it needs. */
const EXPERIMENTS: { readonly [name: string]: { script: string; args: readonly string[]; data?: string } } = {
  checkpoint: { script: 'checkpoint.js', args: [] },
  detection: { script: 'detection.js', args: ['--suite', 'local'] },
  worlds: { script: 'worlds.js', args: ['--seeds', '50-51', '--nuisance', '0,1'] },
  footage: { script: 'footage.js', args: [], data: 'video' },
  ped2: { script: 'ped2.js', args: [], data: 'ped2' },
  cui: { script: 'cui.js', args: [] },
  taxi: { script: 'taxi.js', args: [], data: 'nyc_taxi' },
  nab: { script: 'nab.js', args: [], data: 'nab' },
  mnist: { script: 'mnist.js', args: [], data: 'mnist' },
};

for (const name of args.only.split(',')) {
  console.log(`\n== ${name}`);
  if (name === 'engine') {
    if (args.against === undefined) engine();
    else compare(args.against);
    continue;
  }
  const experiment = EXPERIMENTS[name];
  if (experiment === undefined) {
    console.log(`Expected one of engine, ${Object.keys(EXPERIMENTS).join(', ')} but received "${name}"`);
    process.exitCode = 64;
    continue;
  }
  const { script, data } = experiment;
  const folder = data === undefined ? null : join(args.data, data);
  if (folder !== null && !existsSync(folder)) {
    console.log(`left out: there is no ${folder}`);
    continue;
  }
  const more = folder === null ? [] : ['--data', folder];
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, script), ...experiment.args, ...more], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
