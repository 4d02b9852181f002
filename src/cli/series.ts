/**
 * series.ts - `cortexd series FILE.csv`: a number series through the sensor path, one JSON line per row on stdout.
 */
import { once } from 'node:events';
import { Command } from 'commander';
import { CsvReport, readCsvValues } from '../capture/csv-values.ts';
import { NumberModel } from '../daemon/sensor/series-model.ts';
import { VERSION } from '../package-root.ts';
import { timestamp } from '../records/from-observation.ts';
import { seriesLine } from '../records/from-series.ts';
import { DEFAULT_SERIES } from '../series/settings.ts';
import { readCortexFile, writeCortexFile } from '../store/cortex-file.ts';
import { refuseUnwritable } from '../store/whole-file.ts';
import { wholeNumber } from './common.ts';
import { remark } from './output.ts';

const HELP = `
FILE has a heading and rows such as timestamp,value; - is the standard input. Rows are taken in order, each judged before it
is learned. The time of day is read from the timestamp as it is written. An empty value, "unavailable" and the like are missing.
A row that is none is left out; what was left out, and where, is said on stderr at the end.

Prints NDJSON on stdout; see docs/schema/series-line.json. "score" is 0..1 and from 0.5 on exactly where "alarm" is true.
Nothing is judged in the first ${DEFAULT_SERIES.stages[0]} rows.

Examples:
  cortexd series boiler.csv > boiler.ndjson
  cortexd series boiler.csv | jq -c 'select(.alarm) | [.timestamp, .value, .cause]'
  cortexd series --save boiler.cortex may.csv && cortexd series --load boiler.cortex --no-learn june.csv`;

type Options = {
  column?: string;
  learn: boolean;
  seed: number;
  load?: string;
  save?: string;
};

export function seriesCommand(): Command {
  return new Command('series')
    .description('run a number series (CSV) through the model of a number sensor and print what it says')
    .argument('<file>', 'CSV file, or - for the standard input')
    .option('--column <name>', 'column of the values (default: value, else the first that is no time)')
    .option('--no-learn', 'freeze everything that was learned')
    .option('--seed <n>', 'seed of a newborn model', wholeNumber(0, 2_147_483_647), 1)
    .option('--load <file>', 'begin with the model of a .cortex file')
    .option('--save <file>', 'write the model to a .cortex file at the end')
    .addHelpText('after', HELP)
    .action(run);
}

async function run(file: string, { column, learn, seed, load, save }: Options): Promise<void> {
  if (save !== undefined) refuseUnwritable(save);
  const model = new NumberModel(DEFAULT_SERIES, seed);
  if (load !== undefined) {
    const { bytes, signature } = await readCortexFile(load);
    model.restore(bytes, signature);
  }
  const report = new CsvReport();
  for await (const { timestamp: at, epochMs, value } of readCsvValues(file, column, report)) {
    const line = seriesLine(at, value, model.step(epochMs, value, learn), model.learning);
    if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain');
  }
  for (const sentence of report.summary()) remark(sentence);
  if (save === undefined) return;
  const savedAt = timestamp(Date.now());
  await writeCortexFile(
    save,
    { camera: 'series', step: model.values, signature: model.signature, bytes: model.image, savedAt },
    VERSION,
  );
  remark(`Wrote the model (${model.values} values) to ${save}`);
}
