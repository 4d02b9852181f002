/**
 * program.ts - which commands there are.
 */
import { Command } from 'commander';
import { VERSION } from '../package-root.ts';
import { benchCommand } from './bench.ts';
import { configCommand } from './config.ts';
import { dbCommand } from './db.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { eventsCommand } from './events.ts';
import { initCommand } from './init.ts';
import { pinsCommand } from './pins.ts';
import { planCommand } from './plan.ts';
import { replayCommand } from './replay.ts';
import { runCommand } from './run.ts';
import { seriesCommand } from './series.ts';
import { snapshotCommand } from './snapshot.ts';
import { statusCommand } from './status.ts';
import { feedbackCommand, labelCommand, learningCommand } from './teach.ts';

const EXIT_CODES_HELP = `
Exit codes: 0 ok, 1 failed, 64 wrong usage, 66 no input, 69 daemon or device not reachable, 70 internal error, 78 bad configuration.`;

/** The whole command line. */
export function program(): Command {
  const root = new Command('cortexd')
    .description('Watches a camera, learns what is normal there, and says over MQTT when the routine is broken.')
    .version(VERSION)
    .addHelpText('after', EXIT_CODES_HELP)
    .showHelpAfterError('(run with --help for the options)');
  const commands = [
    runCommand(),
    demoCommand(),
    initCommand(),
    doctorCommand(),
    replayCommand(),
    seriesCommand(),
    planCommand(),
    pinsCommand(),
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
  return root;
}
