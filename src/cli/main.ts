#!/usr/bin/env node
/**
 * main.ts - the command line: which commands there are, and what the shell is told when one fails.
 */
import { Command, CommanderError } from 'commander';
import { VERSION } from '../package-root.ts';
import { benchCommand } from './bench.ts';
import { configCommand } from './config.ts';
import { dbCommand } from './db.ts';
import { demoCommand } from './demo.ts';
import { eventsCommand } from './events.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { printError } from './output.ts';
import { planCommand } from './plan.ts';
import { replayCommand } from './replay.ts';
import { runCommand } from './run.ts';
import { seriesCommand } from './series.ts';
import { snapshotCommand } from './snapshot.ts';
import { statusCommand } from './status.ts';
import { feedbackCommand, labelCommand, learningCommand } from './teach.ts';

const EXIT_CODES_HELP = `
Exit codes: 0 ok, 1 failed, 64 wrong usage, 66 no input, 69 daemon or device not reachable, 70 internal error, 78 bad configuration.`;

function program(): Command {
  const root = new Command('cortexd')
    .description('Watches a camera, learns what is normal there, and says over MQTT when the routine is broken.')
    .version(VERSION)
    .addHelpText('after', EXIT_CODES_HELP)
    .showHelpAfterError('(run with --help for the options)');
  const commands = [
    runCommand(),
    demoCommand(),
    replayCommand(),
    seriesCommand(),
    planCommand(),
    statusCommand(),
    eventsCommand(),
    snapshotCommand(),
    learningCommand(),
    feedbackCommand(),
    labelCommand(),
    dbCommand(),
    configCommand(),
    benchCommand(),
  ];
  for (const command of commands) root.addCommand(command);
  throwInsteadOfExiting(root);
  return root;
}

/** Commander leaves the process by itself unless told not to, and sub-commands do not inherit that. */
function throwInsteadOfExiting(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExiting(child);
}

/** Run the command line; resolves to the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(argv);
    return process.exitCode === undefined ? EXIT.ok : Number(process.exitCode);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    printError(error);
    return exitCodeOf(error);
  }
}

// A reader that has seen enough (`cortexd replay … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.internal),
);
// Nobody is left who could be told.
process.stderr.on('error', () => undefined);
process.exitCode = await main(process.argv);
