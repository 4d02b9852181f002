/**
 * doctor.ts - `cortexd doctor`: everything the daemon needs, tried out one by one, each with what to do about it.
 */
import { mkdtempSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { CortexdError } from '../errors.ts';
import { configProblems } from './config-files.ts';
import { configOption, jsonOption } from './common.ts';
import { askDaemon } from './control-client.ts';
import { checkBroker } from './doctor/broker.ts';
import { checkCamera } from './doctor/cameras.ts';
import { type Finding, type State, fault, note, ok } from './doctor/finding.ts';
import { checkClock, checkNode, checkPins, checkPrograms, checkState } from './doctor/machine.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './output.ts';
import type { Status } from './status.ts';
import { API } from '../web/api/path.ts';

const HELP = `
Looks through every camera once and saves what it sees as a picture. While the daemon runs it has the cameras, and its own
word is taken for them. Exit code 1 when something that is configured does not work.

Example:
  cortexd doctor --pictures /tmp/look`;

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('try out cameras, broker, pins and machine; each fault with a fix')
    .addOption(configOption())
    .addOption(jsonOption())
    .option('--pictures <folder>', 'where the test pictures go (default: a new folder in the temporary one)')
    .addHelpText('after', HELP)
    .action(async ({ config: file, json, pictures }: { config?: string; json: boolean; pictures?: string }) => {
      const findings: Finding[] = [];
      for await (const finding of examine(file, pictures)) {
        findings.push(finding);
        if (!json) print(inWords(finding));
      }
      const faults = findings.filter(({ state }) => state === 'fault').length;
      if (json) print(JSON.stringify({ findings, faults }));
      else
        print(
          faults === 0
            ? 'Everything that is configured works.'
            : `${faults} of ${findings.length} checks found a fault.`,
        );
      if (faults > 0) process.exitCode = EXIT.failed;
    });
}

const SIGNS: { readonly [state in State]: string } = { ok: 'ok   ', note: 'note ', fault: 'FAULT' };

function inWords({ check, state, message, fix }: Finding): string {
  return `${SIGNS[state]}  ${check}: ${message}${fix === undefined ? '' : `\n       -> ${fix}`}`;
}

async function* examine(file: string | undefined, pictures: string | undefined): AsyncGenerator<Finding> {
  yield checkNode();
  let loaded: LoadedConfig;
  try {
    loaded = loadConfig(file);
  } catch (error) {
    if (!(error instanceof CortexdError)) throw error;
    yield fault('configuration', error.message, error.hint);
    return;
  }
  yield ok('configuration', loaded.file);
  for (const warning of loaded.warnings) yield note('configuration', warning);
  for (const { key, message } of await configProblems(loaded)) yield fault('configuration', `${key}: ${message}`);
  yield* await checkPrograms(loaded);
  yield await checkClock();
  yield* await checkState(loaded);
  yield checkPins(loaded);
  const status = await runningDaemon(loaded.stateDirectory);
  yield status === null ? note('daemon', 'not running') : ok('daemon', `running since ${status.uptime_s} s`);
  yield await checkBroker(loaded);
  const folder = pictures === undefined ? undefined : resolve(pictures);
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  let temporary: string | undefined;
  for (const [name, camera] of Object.entries(loaded.config.cameras)) {
    const told = status?.cameras.find(({ camera: one }) => one === name);
    if (told !== undefined) {
      const words = `the daemon has it: ${told.state}, ${told.fps} frames a second, ${told.bad_frames} damaged`;
      yield told.state === 'online'
        ? ok(`camera ${name}`, words)
        : fault(`camera ${name}`, words, 'See its log: journalctl -u cortexd.');
    } else {
      temporary ??= folder ?? mkdtempSync(join(tmpdir(), 'cortexd-doctor-'));
      yield await checkCamera(name, camera, temporary);
    }
  }
}

async function runningDaemon(stateDirectory: string): Promise<Status | null> {
  try {
    return JSON.parse((await askDaemon(stateDirectory, 'GET', `${API}/status`)).toString()) as Status;
  } catch (error) {
    if (error instanceof CortexdError) return null;
    throw error;
  }
}
