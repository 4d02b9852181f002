/**
 * bench.ts - `cortexd bench sp|tm`: how long a step of the engine takes, and how well it learns, on a file of SDRs.
 */
import { Command, Option } from 'commander';
import { applySettings } from './bench-settings.ts';
import { SP_PRESETS, type SpWindow, benchSp } from './bench-sp.ts';
import { TM_PRESETS, type TmWindow, benchTm } from './bench-tm.ts';
import type { Window } from './bench-windows.ts';
import { jsonOption, wholeNumber } from './common.ts';
import { formatTable, print } from './output.ts';
import { readSdrFile } from './sdr-file.ts';

const HELP = `
The input is a sequence of SDRs in the HTMSDR1 format. Times are CPU ms per step of the whole process. Permanences are in
units of 1/255. "wrong" is the share of predicted columns that did not become active: an anomaly of 0 is no merit if
everything is predicted.

Examples:
  cortexd bench tm --input sequences.sdr
  cortexd bench tm --input sequences.sdr --preset oneshot --set cellsPerColumn=16
  cortexd bench sp --input frames.sdr --preset htmcore-local --kernels js --json`;

type Common = {
  input: string;
  set: string[];
  window: number;
  seed: number;
  kernels: 'auto' | 'js';
  json: boolean;
};

export function benchCommand(): Command {
  const bench = new Command('bench').description('time the engine on a file of SDRs').addHelpText('after', HELP);
  bench.addCommand(tmCommand());
  bench.addCommand(spCommand());
  return bench;
}

function commonOptions(command: Command, window: number): Command {
  return command
    .addOption(new Option('--input <file>', 'SDR sequence').makeOptionMandatory())
    .addOption(
      new Option('--set <name=value>', 'a parameter, on top of the preset; may be repeated')
        .argParser((text: string, before: string[]) => [...before, text])
        .default([] as string[], 'none'),
    )
    .addOption(new Option('--window <steps>', 'steps per line').argParser(wholeNumber(1)).default(window))
    .addOption(new Option('--seed <n>', 'of the random generator').argParser(wholeNumber(0, 2 ** 31)).default(1))
    .addOption(
      new Option('--kernels <which>', 'WebAssembly where possible, or plain JavaScript')
        .choices(['auto', 'js'])
        .default('auto'),
    )
    .addOption(jsonOption())
    .addHelpText('after', HELP);
}

type TmOptions = Common & { preset: keyof typeof TM_PRESETS; learn?: number };

function tmCommand(): Command {
  return commonOptions(new Command('tm').description('temporal memory; its columns are the bits of the file'), 1000)
    .addOption(new Option('--preset <name>', 'parameters').choices(Object.keys(TM_PRESETS)).default('htmcore'))
    .addOption(
      new Option(
        '--learn <steps>',
        'steps that learn; the rest of the file runs with learning off (default: all)',
      ).argParser(wholeNumber(0)),
    )
    .action((options: TmOptions) => {
      const input = readSdrFile(options.input);
      const settings = applySettings(TM_PRESETS[options.preset], options.set);
      const learned = Math.min(options.learn ?? input.steps, input.steps);
      const show = printer(options.json, ['anomaly', 'wrong', 'segments', 'synapses', 'replaced']);
      const report = benchTm(
        input,
        settings,
        { learned, window: options.window, seed: options.seed, wasm: options.kernels === 'auto' },
        (window) => show(window, tmColumns(window)),
      );
      const { medianCpuMs, meanCpuMs, lateMedianCpuMs } = report;
      const summary = {
        steps: learned,
        median_cpu_ms: medianCpuMs,
        mean_cpu_ms: meanCpuMs,
        last_quarter_median_cpu_ms: lateMedianCpuMs,
        model_bytes: report.modelBytes,
        peak_rss_mb: peakRssMb(),
      };
      if (options.json) print(JSON.stringify({ type: 'summary', ...summary }));
      else
        print(
          `Learning: median ${ms(medianCpuMs)}, mean ${ms(meanCpuMs)}, median of the last quarter ${ms(lateMedianCpuMs)} CPU ms per step; model ${mib(report.modelBytes)}, peak RSS ${summary.peak_rss_mb} MB.`,
        );
    });
}

const tmColumns = (window: TmWindow): { [name: string]: number } => ({
  anomaly: round(window.anomaly, 4),
  wrong: round(window.wrong, 4),
  segments: window.segments,
  synapses: window.synapses,
  replaced: window.evictions,
});

type SpOptions = Common & { preset: keyof typeof SP_PRESETS; warmUp: number; learn: number; still: number };

function spCommand(): Command {
  return commonOptions(new Command('sp').description('spatial pooler'), 500)
    .addOption(new Option('--preset <name>', 'parameters').choices(Object.keys(SP_PRESETS)).default('htmcore'))
    .addOption(new Option('--warm-up <steps>', 'steps that learn first').argParser(wholeNumber(0)).default(200))
    .addOption(new Option('--learn <steps>', 'steps that learn then').argParser(wholeNumber(0)).default(1000))
    .addOption(new Option('--still <steps>', 'steps after these, learning off').argParser(wholeNumber(0)).default(500))
    .action((options: SpOptions) => {
      const input = readSdrFile(options.input);
      const settings = applySettings(SP_PRESETS[options.preset], options.set);
      const show = printer(options.json, ['sparsity']);
      const report = benchSp(
        input,
        settings,
        {
          warmUp: options.warmUp,
          learned: options.learn,
          still: options.still,
          window: options.window,
          seed: options.seed,
          wasm: options.kernels === 'auto',
        },
        (window: SpWindow) => show(window, { sparsity: round(window.sparsity, 4) }),
      );
      const summary = {
        learning_median_cpu_ms: report.learningMedianCpuMs,
        learning_mean_cpu_ms: report.learningMeanCpuMs,
        still_median_cpu_ms: report.stillMedianCpuMs,
        model_bytes: report.modelBytes,
        peak_rss_mb: peakRssMb(),
      };
      if (options.json) print(JSON.stringify({ type: 'summary', ...summary }));
      else
        print(
          `Learning: median ${ms(report.learningMedianCpuMs)}, mean ${ms(report.learningMeanCpuMs)} CPU ms per step; learning off: median ${ms(report.stillMedianCpuMs)}; model ${mib(report.modelBytes)}, peak RSS ${summary.peak_rss_mb} MB.`,
        );
    });
}

/** Prints windows as they end: a table line, or JSON. */
function printer(json: boolean, names: readonly string[]): (window: Window, more: { [name: string]: number }) => void {
  const heading = ['steps', 'learning', 'median ms', 'mean ms', 'p95 ms', 'wall ms', ...names, 'RSS MB'];
  const widths = heading.map((name) => Math.max(name.length, 9));
  const line = (cells: readonly (string | number)[]): string =>
    formatTable([cells.map((cell, i) => String(cell).padStart(widths[i]!))]);
  if (!json) print(line(heading));
  return (window, more) => {
    if (json) {
      print(
        JSON.stringify({
          type: 'window',
          from: window.from,
          to: window.to,
          learning: window.learning,
          median_cpu_ms: window.medianCpuMs,
          mean_cpu_ms: round(window.meanCpuMs, 5),
          p95_cpu_ms: window.p95CpuMs,
          mean_ms: round(window.meanWallMs, 5),
          ...more,
          rss_mb: window.rssMb,
        }),
      );
      return;
    }
    const times = [window.medianCpuMs, window.meanCpuMs, window.p95CpuMs, window.meanWallMs].map(ms);
    print(line([window.to, window.learning ? 'on' : 'off', ...times, ...Object.values(more), window.rssMb]));
  };
}

const ms = (value: number): string => value.toFixed(3);
const mib = (bytes: number): string => `${(bytes / (1 << 20)).toFixed(1)} MiB`;
const round = (value: number, digits: number): number => Number(value.toFixed(digits));
/** The most memory the process ever had, in MB. */
const peakRssMb = (): number => Math.round(process.resourceUsage().maxRSS / 1000);
