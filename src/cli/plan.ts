/**
 * plan.ts - `cortexd plan`: how many bytes the configured models take, before any of them exists.
 */
import { Command, Option } from 'commander';
import { cortexSettings } from '../config/camera-settings.ts';
import { loadConfig } from '../config/load.ts';
import { planCortex, planTable } from '../cortex/plan.ts';
import { type CortexSettings, DEFAULT_PRESET, PRESETS, PRESET_NAMES, type PresetName } from '../cortex/settings.ts';
import type { Keep } from '../memory/layout.ts';
import type { MemoryPlan } from '../memory/model-memory.ts';
import { planSeries } from '../series/plan.ts';
import { DEFAULT_SERIES } from '../series/settings.ts';
import { configOption, jsonOption } from './common.ts';
import { formatTable, print } from './output.ts';

const HELP = `
Without --config the model of a preset is planned. "learned" fields are what the model knows, "state" is where it is;
both are saved. "scratch" is rebuilt by the next step.

Examples:
  cortexd plan --preset pi-zero2
  cortexd plan --config /etc/cortexd/config.yaml --json`;

type Options = { config?: string; preset: PresetName; json: boolean };

export function planCommand(): Command {
  return new Command('plan')
    .description('print the memory table of the configured models')
    .addOption(configOption())
    .addOption(new Option('--preset <name>', 'model size').choices(PRESET_NAMES).default(DEFAULT_PRESET))
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(({ config: file, preset, json }: Options) => {
      const streams = file === undefined ? {} : loadConfig(file).config.streams;
      const models: { readonly [name: string]: CortexSettings } =
        file === undefined
          ? { [preset]: PRESETS[preset] }
          : Object.fromEntries(
              Object.entries(loadConfig(file).config.cameras).map(([name, camera]) => [name, cortexSettings(camera)]),
            );
      const plans = Object.entries(models).map(([name, settings]) => {
        const plan = planCortex(settings);
        return {
          model: name,
          total_bytes: plan.memory.totalBytes,
          saved_bytes: plan.memory.persistentBytes,
          fields: planTable(plan),
        };
      });
      const sensors = Object.keys(streams);
      const series = planSeries(DEFAULT_SERIES);
      for (const name of sensors) plans.push(seriesPlan(name, series, SAVED));
      if (sensors.length > 0) plans.push(seriesPlan('(scratch of all number sensors)', series, ['scratch']));
      if (json) print(JSON.stringify(plans));
      else for (const plan of plans) printPlan(plan);
    });
}

const SAVED: readonly Keep[] = ['learned', 'state'];

/** Of a number sensor's model the fields of some lifetimes: what is saved is each one's own, the scratch is there once. */
function seriesPlan(model: string, { blocks, totalBytes, persistentBytes }: MemoryPlan, keeps: readonly Keep[]) {
  const fields = blocks.flatMap(({ name, layout }) =>
    layout.placements
      .filter(({ keep }) => keeps.includes(keep))
      .map((placement) => ({
        region: name,
        field: placement.name,
        kind: placement.kind,
        length: placement.length,
        keep: placement.keep,
        copies: 1,
        bytes: placement.bytes,
      })),
  );
  const isSaved = keeps === SAVED;
  return {
    model,
    total_bytes: isSaved ? persistentBytes : totalBytes - persistentBytes,
    saved_bytes: isSaved ? persistentBytes : 0,
    fields,
  };
}

function printPlan(plan: {
  model: string;
  total_bytes: number;
  saved_bytes: number;
  fields: ReturnType<typeof planTable>;
}): void {
  const rows = plan.fields.map(({ region, field, kind, length, keep, copies, bytes }) => [
    region,
    field,
    copies === 1 ? `${kind}[${length}]` : `${copies} x ${kind}[${length}]`,
    keep,
    bytes,
  ]);
  print(`Model ${plan.model}`);
  print(formatTable([['region', 'field', 'type', 'keep', 'bytes'], ...rows]));
  const mib = (bytes: number): string => `${(bytes / (1 << 20)).toFixed(2)} MiB`;
  print(
    `total ${plan.total_bytes} bytes (${mib(plan.total_bytes)}), of which ${plan.saved_bytes} (${mib(plan.saved_bytes)}) are saved`,
  );
}
