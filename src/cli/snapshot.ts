/**
 * snapshot.ts - `cortexd snapshot …`: named copies of a model, with the daemon running or stopped.
 */
import { readFileSync, statSync } from 'node:fs';
import { Command, Option } from 'commander';
import { CortexdError, messageOf } from '../errors.ts';
import { timestamp } from '../records/from-observation.ts';
import { writeWhole } from '../store/cortex-file.ts';
import type { SnapshotInfo } from '../store/snapshots.ts';
import { configOption, jsonOption } from './common.ts';
import { snapshotsOf, stateDirectoryOf, withStore } from './control-client.ts';
import { formatTable, print } from './output.ts';

type Options = { config?: string; stateDirectory?: string; camera?: string; json: boolean };

const MAX_FILE = 300 << 20;

export function snapshotCommand(): Command {
  const command = new Command('snapshot').description('keep, restore, export and import models').addHelpText(
    'after',
    `
Works with the daemon running (over its control socket) and stopped (on its database).

Examples:
  cortexd snapshot create before-holiday
  cortexd snapshot restore before-holiday
  cortexd snapshot export before-holiday porch.cortex`,
  );
  const add = (usage: string, description: string): Command =>
    command
      .command(usage)
      .description(description)
      .addOption(configOption())
      .addOption(new Option('--state-directory <dir>', "the daemon's state directory, instead of a configuration"))
      .addOption(jsonOption());
  const camera = (): Option => new Option('--camera <name>', 'which camera, when there are several');

  add('create <name>', 'keep the model as it is now')
    .addOption(camera())
    .action(async (name: string, options: Options) => {
      const made = await snapshotsOf(stateDirectoryOf(options)).create(name, options.camera);
      print(
        options.json ? JSON.stringify(made) : `Snapshot ${made.name} of camera ${made.camera} at step ${made.step}`,
      );
    });
  add('list', 'list snapshots, newest first').action(async (options: Options) => {
    const all = await snapshotsOf(stateDirectoryOf(options)).list();
    print(options.json ? JSON.stringify(all) : listing(all));
  });
  add('restore <name>', 'make a snapshot the model; what it replaces is kept as an automatic snapshot')
    .addOption(camera())
    .action(async (name: string, options: Options) => {
      const replaced = await snapshotsOf(stateDirectoryOf(options)).restore(name, options.camera);
      print(
        options.json
          ? JSON.stringify({ restored: name, replaced })
          : `Restored ${name}${replaced === null ? '' : `; the model before is kept as ${replaced}`}`,
      );
    });
  add('delete <name>', 'delete a snapshot').action(async (name: string, options: Options) => {
    await snapshotsOf(stateDirectoryOf(options)).remove(name);
    print(options.json ? JSON.stringify({ deleted: name }) : `Deleted ${name}`);
  });
  add('export <name> <file>', 'write a snapshot to a portable .cortex file').action(
    async (name: string, file: string, options: Options) => {
      const bytes = await snapshotsOf(stateDirectoryOf(options)).exportFile(name);
      writeWhole(file, bytes);
      print(
        options.json
          ? JSON.stringify({ exported: name, file, bytes: bytes.length })
          : `Wrote ${file}, ${bytes.length} bytes`,
      );
    },
  );
  add('import <file> [name]', 'take a .cortex file in as a snapshot').action(
    async (file: string, name: string | undefined, options: Options) => {
      const made = await snapshotsOf(stateDirectoryOf(options)).importFile(name ?? nameFor(file), readInput(file));
      print(
        options.json
          ? JSON.stringify(made)
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
  const rows = all.map(({ name, camera, step, length, automatic, createdAt }) => [
    name,
    camera,
    step,
    length,
    automatic ? 'automatic' : '',
    createdAt,
  ]);
  return formatTable([['name', 'camera', 'step', 'bytes', '', 'created'], ...rows]);
}

function nameFor(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.cortex$/, '');
}

function readInput(file: string): Uint8Array {
  try {
    if (statSync(file).size > MAX_FILE) throw new Error('it is larger than a model can be');
    return readFileSync(file);
  } catch (error) {
    throw new CortexdError('no_input', `Expected a .cortex file at ${file} but received: ${messageOf(error)}`, {
      hint: '"cortexd snapshot export NAME FILE" writes such files.',
    });
  }
}
