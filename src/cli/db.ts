/**
 * db.ts - `cortexd db …`: check, back up and compact the database.
 */
import { type Command as CommandType, Command } from 'commander';
import { snakeKeys } from '../records/snake-keys.ts';
import { type CheckReport, checkDatabase } from '../store/check.ts';
import { backUpInSlices } from '../store/database.ts';
import { withReader } from '../store/reader.ts';
import { refuseOverwriting, refuseUnwritable } from '../store/whole-file.ts';
import { configOption, jsonOption, stateDirectoryOption } from './common.ts';
import { stateDirectoryOf } from './control-client.ts';
import { withStore } from './direct-store.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './output.ts';

type Options = { config?: string; stateDirectory?: string; json: boolean };

export function dbCommand(): CommandType {
  const command = new Command('db').description('check, back up and compact the database').addHelpText(
    'after',
    `
Checking and backing up work while the daemon runs and hold it up in nothing; compacting needs it stopped.

Examples:
  cortexd db check
  cortexd db backup /media/usb/cortexd.db`,
  );
  const add = (usage: string, description: string): CommandType =>
    command
      .command(usage)
      .description(description)
      .addOption(configOption())
      .addOption(stateDirectoryOption())
      .addOption(jsonOption());
  add('check', 'verify the file, every saved model and every snapshot; exit code 1 when something is damaged').action(
    async (options: Options) => {
      const report = await withReader(stateDirectoryOf(options), checkDatabase);
      print(options.json ? JSON.stringify(snakeKeys(report)) : inWords(report));
      if (!report.isSound) process.exitCode = EXIT.failed;
    },
  );
  add('backup <file>', 'copy the whole database to a new file').action(async (file: string, options: Options) => {
    refuseOverwriting(file, false);
    refuseUnwritable(file);
    await withReader(stateDirectoryOf(options), ({ db }) => backUpInSlices(db, file));
    print(options.json ? JSON.stringify({ backup: file }) : `Wrote ${file}`);
  });
  add('compact', 'rebuild the file without its free room (daemon stopped)').action(async (options: Options) => {
    const sizes = await withStore(stateDirectoryOf(options), (store) => store.compact());
    print(options.json ? JSON.stringify(sizes) : `${sizes.before} bytes before, ${sizes.after} bytes after`);
  });
  return command;
}

function inWords({ file, version, structure, models, snapshots, isSound }: CheckReport): string {
  const lines = [`${file}, version ${version}: ${structure.length === 0 ? 'sound' : 'damaged'}`];
  lines.push(...structure.map((line) => `  ${line}`));
  for (const { camera, step, damage } of models) {
    lines.push(`model ${camera}: ${step === null ? 'no sound checkpoint' : `step ${step}`}`);
    lines.push(...damage.map((line) => `  damaged: ${line}`));
  }
  for (const { name, damage } of snapshots) lines.push(`snapshot ${name}: ${damage ?? 'sound'}`);
  lines.push(
    isSound
      ? 'Everything is sound.'
      : 'Something is damaged. The daemon goes on from what is sound when it starts; see docs/operations.md.',
  );
  return lines.join('\n');
}
