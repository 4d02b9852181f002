/**
 * detection.ts - how many breaks of the routine are found, how soon, where, and at how many false alarms, on rendered scenes.
 *
 *     npm run bench:detection -- [--suite NAME,...|all] [--seeds 1,2,3,4,5] [--ablate NAME,...] [--quick]
 *                                [--frames N] [--warmup N] [--preset pi4] [--size 160x120] [--fps 10] [--sensitivity 1] [--alarms-per-day N]
 *                                [--nuisances rain,...] [--list-false] [--verbose] [--json]
 *
 * `--fps` and `--preset` watch the same worlds at another rate and size for the same time; `--frames` and `--warmup` are frames
 * of that rate.
 *
 * One table per suite (detection/suites.ts), one row per method: the whole model; its streams alone; a model with one cell
 * per column (first order); one model for each name of `--ablate`, names joined by + being left out together; detectors
 * without a model. `--quick` leaves out all but the whole model and the ablations that are named.
 *
 *     AUC all/busy     chance that a labelled frame scores above a normal one / above one in which something is seen
 *     found, false     at the threshold that never sees labels: an anomaly is found when an alert starts between .2 s
 *                      before its first labelled frame and 4 s after its last (delay in frames from its first); all other
 *                      alerts are false, those within 5 s of one another count once; rates are per 5,000 frames at 10 a second
 *                      (--list-false prints each, with the nuisances that were on)
 *     at .2 %          found, and median delay, at the threshold that .2 % of each seed's normal frames exceed
 *     position AUC     chance that a position of the anomaly shows more than another one, mean over labelled frames
 *     ms               median time of a frame
 *
 * Learning stays on throughout; anomalies begin after the warm-up, and only frames from there on count. Seeds 1-5 were used
 * for tuning; others are fresh.
 */
import { parseArgs } from 'node:util';
import { ABLATIONS, type Ablation, type CortexSettings, PRESETS, type PresetName } from '../../src/cortex/settings.ts';
import { NUISANCE_NAMES } from '../../src/scene/nuisance/nuisances.ts';
import { formatTable } from '../../src/cli/output.ts';
import { labelAt } from './detection/measures.ts';
import type { Run, Task } from './detection/run.ts';
import { SUITES, SUITE_FPS, SUITE_NAMES, type Suite, type SuiteName } from './detection/suites.ts';
import { type Found, type Judged, type Row, judgeTrack, summarize, wholeLabels } from './detection/summary.ts';
import { runTasks } from './detection/workers.ts';
import { numbersOf, oneOf } from './worlds/options.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';
import { CortexdError } from '../../src/errors.ts';

tellErrorsPlainly();

const FIRST_ORDER = 'high-order' as const satisfies Ablation;

const { values: args } = parseArgs({
  options: {
    suite: { type: 'string', default: 'local' },
    seeds: { type: 'string', default: '1,2,3,4,5' },
    frames: { type: 'string' },
    warmup: { type: 'string' },
    preset: { type: 'string', default: 'pi4' },
    size: { type: 'string', default: '' },
    fps: { type: 'string' },
    ablate: { type: 'string', default: '' },
    sensitivity: { type: 'string', default: '1' },
    'alarms-per-day': { type: 'string' },
    nuisances: { type: 'string' },
    quick: { type: 'boolean', default: false },
    'list-false': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

function numberOf(option: string, given: string): number {
  const value = Number(given);
  if (!(value > 0)) throw new CortexdError('usage', `Expected --${option} above 0 but received ${given}`);
  return value;
}

function settingsOf(ablate: readonly Ablation[]): CortexSettings {
  const preset = PRESETS[oneOf('preset', Object.keys(PRESETS) as PresetName[], args.preset)];
  const alarmsPerDay =
    args['alarms-per-day'] === undefined ? preset.alarmsPerDay : numberOf('alarms-per-day', args['alarms-per-day']);
  const [width, height] = args.size === '' ? [preset.width, preset.height] : args.size.split('x').map(Number);
  return {
    ...preset,
    width: width!,
    height: height!,
    fps: args.fps === undefined ? preset.fps : numberOf('fps', args.fps),
    sensitivity: numberOf('sensitivity', args.sensitivity),
    alarmsPerDay,
    ablate,
  };
}

/** All models of a suite and seed; the first also carries the baselines. */
function tasksOf(suite: SuiteName, seed: number, ablations: readonly (readonly Ablation[])[]): Task[] {
  const usual: Suite = SUITES[suite];
  const { fps } = settingsOf([]);
  const atRate = (count: number): number => Math.round((count * fps) / SUITE_FPS);
  const warmup = args.warmup === undefined ? atRate(usual.warmup) : numberOf('warmup', args.warmup);
  const judged = atRate(usual.frames - usual.warmup);
  const frames = args.frames === undefined ? warmup + judged : numberOf('frames', args.frames);
  const task = (model: string, ablate: readonly Ablation[], baselines: boolean): Task => ({
    suite,
    seed,
    warmup,
    frames,
    settings: settingsOf(ablate),
    baselines,
    model,
    nuisances,
  });
  const isFirstOrder = (ablate: readonly Ablation[]): boolean => ablate.length === 1 && ablate[0] === FIRST_ORDER;
  const all = args.quick || ablations.some(isFirstOrder) ? ablations : [[FIRST_ORDER], ...ablations];
  return [
    task('model', [], !args.quick),
    ...all.map((ablate) => task(isFirstOrder(ablate) ? 'first order' : `without ${ablate.join(', ')}`, ablate, false)),
  ];
}

/** Runs of one suite by method, each with one entry per seed. */
function byMethod(runs: readonly Run[]): Judged[][] {
  const methods = new Map<string, Judged[]>();
  for (const run of runs) {
    for (const track of run.tracks) {
      methods.set(track.method, [...(methods.get(track.method) ?? []), judgeTrack(run, track)]);
    }
  }
  return [...methods.values()];
}

/** As it is printed: snake_case, null for what is not known. */
function jsonOf(row: Row): unknown {
  return {
    method: row.method.trim(),
    auc_all: row.aucAll,
    auc_busy: row.aucBusy,
    found: row.found,
    by_kind: row.byKind,
    false_by_seed: row.falseBySeed,
    false_per_5000: row.falsePer5000,
    false_per_hour: row.falsePerHour,
    found_at_false_frames: row.foundAtFalseFrames,
    position_auc: row.positionAuc,
    step_ms: row.stepMs,
  };
}

const number = (value: number, digits: number): string => (Number.isNaN(value) ? '-' : value.toFixed(digits));
const share = ({ found, of }: Found): string => (of === 0 ? '-' : `${found}/${of}`);
const withDelay = (one: Found): string => (one.found === 0 ? share(one) : `${share(one)} (${one.delay})`);

function tableOf(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.method,
    number(row.aucAll, 3),
    number(row.aucBusy, 3),
    withDelay(row.found),
    row.falseBySeed.join(' '),
    number(row.falsePer5000, 2),
    number(row.falsePerHour, 1),
    withDelay(row.foundAtFalseFrames),
    number(row.positionAuc, 3),
    number(row.stepMs, 2),
  ]);
  const heading = ['', 'AUC all', 'busy', 'found (delay)', 'false by seed', 'per 5,000', 'per hour'];
  return formatTable([[...heading, 'at .2 %', 'position AUC', 'ms'], ...cells]);
}

function kindsOf(rows: readonly Row[]): string {
  const kinds = Object.keys(rows[0]!.byKind);
  return formatTable([
    ['found (delay)', ...kinds],
    ...rows.map(({ method, byKind }) => [method, ...kinds.map((kind) => withDelay(byKind[kind]!))]),
  ]);
}

function listFalse({ run, outcome }: Judged): void {
  for (const { frame, what } of outcome.wrong) console.log(`seed ${run.task.seed} false at ${frame}: ${what}`);
}

function listLabels({ run, track, outcome }: Judged): void {
  for (const label of wholeLabels(run)) {
    const delay = outcome.found.get(label);
    const alert = delay === undefined ? undefined : track.alerts.find(({ frame }) => frame === label.first + delay);
    const what = alert === undefined ? 'missed' : `found after ${delay} frames: ${alert.what}`;
    console.log(`seed ${run.task.seed} ${label.kind} at ${label.first}-${label.last} ${what}`);
  }
}

/** False alarms of the model in each thousand frames since the first judged one. */
function overTime(judged: readonly Judged[]): string {
  const { warmup, frames } = judged[0]!.run.task;
  const counts = Array.from({ length: Math.ceil((frames - warmup) / 1000) }, () => 0);
  for (const { outcome } of judged)
    for (const { frame } of outcome.wrong) counts[Math.floor((frame - warmup) / 1000)]!++;
  return `false alarms of the model in each 1,000 frames after the warm-up, all seeds: ${counts.join(' ')}`;
}

/** How often each cause of an event begins while an anomaly of each kind is labelled. */
function causesOf(judged: readonly Judged[]): string {
  const counts = new Map<string, Map<string, number>>();
  for (const { run, track } of judged) {
    const notices = new Set(run.notices.map(({ frame, cause }) => `${frame} ${cause}`));
    for (const { frame, cause } of [...track.alerts, ...run.notices.filter((one) => !track.alerts.includes(one))]) {
      const label = labelAt(run.labels, frame, run.task.settings.fps);
      if (label === undefined || frame < run.task.warmup) continue;
      const told = `${cause}${notices.has(`${frame} ${cause}`) ? ' (notice)' : ''}`;
      const ofKind = counts.get(label.kind) ?? new Map<string, number>();
      counts.set(label.kind, ofKind.set(told, (ofKind.get(told) ?? 0) + 1));
    }
  }
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, ofKind]) => `${kind}: ${[...ofKind].map(([cause, count]) => `${count} ${cause}`).join(', ')}`)
    .join('\n');
}

function report(suite: SuiteName, runs: readonly Run[]): void {
  const methods = byMethod(runs);
  const rows = methods.map(summarize);
  const { warmup, frames, settings } = runs[0]!.task;
  if (args.json) {
    console.log(JSON.stringify({ bench: 'detection', suite, seeds, warmup, frames, rows: rows.map(jsonOf) }));
    return;
  }
  console.log(
    `\nsuite ${suite}: ${SUITES[suite].about}\n${settings.width}x${settings.height} at ${settings.fps} fps, ` +
      `${frames} frames a seed, ${warmup} of them warm-up, seeds ${args.seeds}, sensitivity ${settings.sensitivity}\n`,
  );
  console.log(tableOf(rows));
  if (Object.keys(rows[0]!.byKind).length > 1) console.log(`\n${kindsOf(rows)}`);
  console.log(`\n${overTime(methods[0]!)}`);
  if (rows[0]!.found.of > 0) console.log(`\nevents of the model by kind of anomaly\n${causesOf(methods[0]!)}`);
  if (args.verbose) methods[0]!.forEach(listLabels);
  if (args.verbose || args['list-false']) methods[0]!.forEach(listFalse);
}

const nuisances =
  args.nuisances === undefined
    ? null
    : args.nuisances.split(',').map((name) => oneOf('nuisances', NUISANCE_NAMES, name));
const ablations =
  args.ablate === ''
    ? []
    : args.ablate.split(',').map((names) => names.split('+').map((name) => oneOf('ablate', ABLATIONS, name)));
const suites =
  args.suite === 'all' ? SUITE_NAMES : args.suite.split(',').map((name) => oneOf('suite', SUITE_NAMES, name));
const seeds = numbersOf('seeds', args.seeds);
for (const suite of suites) {
  report(suite, await runTasks(seeds.flatMap((seed) => tasksOf(suite, seed, ablations))));
}
