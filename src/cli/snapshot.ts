/**
 * snapshot.ts - `cortexd snapshot …`: named copies of a model, with the daemon running or stopped.
 */
import { Command, Option } from 'commander';
import { CortexdError } from '../errors.ts';
import type { ImageDiff } from '../htm/image-diff.ts';
import { shapeInWords } from '../memory/signature.ts';
import { timestamp } from '../records/from-observation.ts';
import { snakeKeys } from '../records/snake-keys.ts';
import { decodeCortexFile, readInput } from '../store/cortex-file.ts';
import { diffModels } from '../store/model-diff.ts';
import type { ModelImage } from '../store/model-image.ts';
import { type Reader, withReader } from '../store/reader.ts';
import type { SnapshotInfo } from '../store/snapshots.ts';
import { refuseOverwriting, refuseUnwritable, writeWhole } from '../store/whole-file.ts';
import { configOption, jsonOption, stateDirectoryOption } from './common.ts';
import { snapshotsOf, stateDirectoryOf } from './control-client.ts';
import { withStore } from './direct-store.ts';
import { formatTable, print } from './output.ts';

type Options = {
  config?: string;
  stateDirectory?: string;
  camera?: string;
  undo?: boolean;
  force?: boolean;
  json: boolean;
};

export function snapshotCommand(): Command {
  const command = new Command('snapshot').description('keep, restore, export and import models').addHelpText(
    'after',
    `
Works with the daemon running (over its control socket) and stopped (on its database).

Examples:
  cortexd snapshot create before-holiday
  cortexd snapshot diff before-holiday
  cortexd snapshot restore before-holiday
  cortexd snapshot restore --undo
  cortexd snapshot export before-holiday porch.cortex`,
  );
  const add = (usage: string, description: string): Command =>
    command
      .command(usage)
      .description(description)
      .addOption(configOption())
      .addOption(stateDirectoryOption())
      .addOption(jsonOption());
  const camera = (): Option => new Option('--camera <name>', 'which camera, when there are several');

  add('create <name>', 'keep the model as it is now')
    .addOption(camera())
    .action(async (name: string, options: Options) => {
      const made = await snapshotsOf(options).create(name, options.camera);
      print(
        options.json
          ? JSON.stringify(snakeKeys(made))
          : `Snapshot ${made.name} of camera ${made.camera} at step ${made.step}`,
      );
    });
  add('list', 'list snapshots, newest first').action(async (options: Options) => {
    const all = await snapshotsOf(options).list();
    print(options.json ? JSON.stringify(snakeKeys(all)) : listing(all));
  });
  add('show <name>', 'what a snapshot is').action(async (name: string, options: Options) => {
    const { signature, ...info } = await withReader(stateDirectoryOf(options), ({ snapshots }) => snapshots.info(name));
    const shape = shapeInWords(signature, info.length);
    if (options.json) return print(JSON.stringify(snakeKeys({ ...info, shape, signature })));
    const shown = snakeKeys({ ...info, shape }) as { readonly [key: string]: unknown };
    const rows = Object.entries(shown).map(([key, value]) => [key, String(value)]);
    print(formatTable(rows));
  });
  add('verify [name]', 'check a snapshot, or all of them, to the last byte').action(
    async (name: string | undefined, options: Options) => {
      const names = await withReader(stateDirectoryOf(options), async ({ snapshots }) => {
        const all = name === undefined ? snapshots.list().map((one) => one.name) : [name];
        for (const one of all) await snapshots.verify(one);
        return all;
      });
      print(options.json ? JSON.stringify({ sound: names }) : `Sound: ${names.join(', ') || 'there are no snapshots'}`);
    },
  );
  add('diff <name> [other]', 'what differs between two snapshots, or a snapshot and the last checkpoint').action(
    async (name: string, other: string | undefined, options: Options) => {
      const [a, b] = await withReader(stateDirectoryOf(options), (reader) => imagesOf(reader, name, other));
      const { steps, ...diff } = diffModels(a, b);
      if (options.json) print(JSON.stringify(snakeKeys({ a: name, b: other ?? null, steps, ...diff })));
      else
        print(`${name} (step ${steps[0]}) -> ${other ?? 'last checkpoint'} (step ${steps[1]})\n${diffInWords(diff)}`);
    },
  );
  add('restore [name]', 'make a snapshot the model; what it replaces is kept as an automatic snapshot')
    .addOption(camera())
    .option('--undo', 'take back the last restore', false)
    .action(async (name: string | undefined, options: Options) => {
      if ((name === undefined) !== options.undo) {
        throw new CortexdError('usage', 'Expected either the name of a snapshot or --undo', {
          hint: 'See what there is: cortexd snapshot list',
        });
      }
      const port = snapshotsOf(options);
      const { restored, replaced } =
        name === undefined
          ? await port.undo(options.camera)
          : { restored: name, replaced: await port.restore(name, options.camera) };
      print(
        options.json
          ? JSON.stringify({ restored, replaced })
          : `Restored ${restored}${replaced === null ? '' : `; the model before is kept as ${replaced}`}`,
      );
    });
  add('delete <name>', 'delete a snapshot').action(async (name: string, options: Options) => {
    await snapshotsOf(options).remove(name);
    print(options.json ? JSON.stringify({ deleted: name }) : `Deleted ${name}`);
  });
  add('export <name> <file>', 'write a snapshot to a new portable .cortex file')
    .option('--force', 'overwrite a file that is there', false)
    .action(async (name: string, file: string, options: Options) => {
      refuseOverwriting(file, options.force ?? false);
      refuseUnwritable(file);
      const bytes = await snapshotsOf(options).exportFile(name);
      writeWhole(file, bytes);
      print(
        options.json
          ? JSON.stringify({ exported: name, file, bytes: bytes.length })
          : `Wrote ${file}, ${bytes.length} bytes`,
      );
    });
  add('import <file> [name]', 'take a .cortex file in as a snapshot').action(
    async (file: string, name: string | undefined, options: Options) => {
      const bytes = readInput(file);
      // Looked at here first: a daemon need not be troubled with what is no snapshot.
      await decodeCortexFile(bytes, file);
      const made = await snapshotsOf(options).importFile(name ?? nameFor(file), bytes);
      print(
        options.json
          ? JSON.stringify(snakeKeys(made))
          : `Imported ${made.name} (camera ${made.camera}, step ${made.step}); use it with: cortexd snapshot restore ${made.name}`,
      );
    },
  );
  add(
    'forget <camera>',
    "delete a camera's model so that it begins anew; it is kept as an automatic snapshot (daemon stopped)",
  ).action(async (name: string, options: Options) => {
    await withStore(stateDirectoryOf(options), (store) => store.forgetModel(name, timestamp(Date.now())));
    print(options.json ? JSON.stringify({ forgotten: name }) : `The model of ${name} will begin anew`);
  });
  return command;
}

function listing(all: readonly SnapshotInfo[]): string {
  if (all.length === 0) return 'No snapshots yet; make one with: cortexd snapshot create NAME';
  const rows = all.map(({ name, camera, step, length, kind, createdAt }) => [
    name,
    camera,
    step,
    length,
    kind,
    createdAt,
  ]);
  return formatTable([['name', 'camera', 'step', 'bytes', 'kind', 'created'], ...rows]);
}

function nameFor(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.cortex$/, '');
}

/** A snapshot and what it is compared with: another, or the last checkpoint of its camera. */
async function imagesOf(
  { pages, snapshots }: Reader,
  name: string,
  other: string | undefined,
): Promise<[ModelImage, ModelImage | null]> {
  const a = await snapshots.get(name);
  const b = other === undefined ? pages.find(a.camera).image : await snapshots.get(other);
  return [a, b];
}

function diffInWords({ regions, difference, changedShare }: ImageDiff): string {
  const share = (part: number, whole: number): string => (whole === 0 ? '' : `${((part / whole) * 100).toFixed(1)} %`);
  const rows = regions
    .filter(({ changedBytes }) => changedBytes > 0)
    .map(({ region, bytes, changedBytes, columns, changedColumns, segments, segmentCapacity, synapses }) => [
      region,
      share(changedBytes, bytes),
      columns === 0 ? '' : `${changedColumns} of ${columns}`,
      segmentCapacity === 0 ? '' : `${segments[0]} -> ${segments[1]}`,
      share(segments[1], segmentCapacity),
      segmentCapacity === 0 ? '' : `${synapses.kept} kept, ${synapses.grown} grown, ${synapses.gone} gone`,
    ]);
  const heading = ['region', 'bytes', 'columns', 'segments', 'pool use', 'synapses'];
  return [
    formatTable([heading, ...rows]),
    `Difference ${difference.toFixed(3)} (share of synapses that only one of them has); ${(changedShare * 100).toFixed(1)} % of the bytes.`,
  ].join('\n');
}
