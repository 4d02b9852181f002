/**
 * program.ts - which commands there are. Each is read from its file only when it is asked for: what the service runs after a
 * crash (`pins off`) must not keep it from its restart by reading the whole daemon first.
 */
import { Command } from 'commander';
import { VERSION } from '../package-root.ts';

const EXIT_CODES_HELP = `
Exit codes: 0 ok, 1 failed, 64 wrong usage, 66 no input, 69 daemon or device not reachable, 70 internal error, 78 bad configuration.`;

/** In the order of the help. */
const COMMANDS: { readonly [name: string]: () => Promise<Command> } = {
  run: async () => (await import('./run.ts')).runCommand(),
  demo: async () => (await import('./demo.ts')).demoCommand(),
  init: async () => (await import('./init.ts')).initCommand(),
  doctor: async () => (await import('./doctor.ts')).doctorCommand(),
  replay: async () => (await import('./replay.ts')).replayCommand(),
  series: async () => (await import('./series.ts')).seriesCommand(),
  plan: async () => (await import('./plan.ts')).planCommand(),
  pins: async () => (await import('./pins.ts')).pinsCommand(),
  status: async () => (await import('./status.ts')).statusCommand(),
  events: async () => (await import('./events.ts')).eventsCommand(),
  snapshot: async () => (await import('./snapshot.ts')).snapshotCommand(),
  learning: async () => (await import('./teach.ts')).learningCommand(),
  feedback: async () => (await import('./teach.ts')).feedbackCommand(),
  label: async () => (await import('./teach.ts')).labelCommand(),
  mute: async () => (await import('./teach.ts')).muteCommand(),
  set: async () => (await import('./teach.ts')).setCommand(),
  dashboard: async () => (await import('./teach.ts')).dashboardCommand(),
  fleet: async () => (await import('./fleet.ts')).fleetCommand(),
  db: async () => (await import('./db.ts')).dbCommand(),
  config: async () => (await import('./config.ts')).configCommand(),
  bench: async () => (await import('./bench.ts')).benchCommand(),
};

/** The command line: with the command `wanted` alone where there is such a one, else (help, a slip) with all of them. */
export async function program(wanted?: string): Promise<Command> {
  const root = new Command('cortexd')
    .description('Watches a camera, learns what is normal there, and says over MQTT when the routine is broken.')
    .version(VERSION)
    .addHelpText('after', EXIT_CODES_HELP)
    .showHelpAfterError('(run with --help for the options)');
  const isKnown = wanted !== undefined && Object.hasOwn(COMMANDS, wanted);
  for (const name of isKnown ? [wanted] : Object.keys(COMMANDS)) root.addCommand(await COMMANDS[name]!());
  return root;
}
