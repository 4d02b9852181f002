#!/usr/bin/env node
/**
 * main.ts - the command line: runs a command, and tells the shell when it fails.
 */
import { type Command, CommanderError } from 'commander';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { printError } from './output.ts';
import { program } from './program.ts';

/** Commander leaves the process by itself unless told not to, and sub-commands do not inherit that. */
function throwInsteadOfExiting(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExiting(child);
}

/** Run the command line; resolves to the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    const root = await program(argv[2]);
    throwInsteadOfExiting(root);
    await root.parseAsync(argv);
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
