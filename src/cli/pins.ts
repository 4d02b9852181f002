/**
 * pins.ts - `cortexd pins off`: the alarm output into its safe state, whoever left it on. The service runs this after every
 * end of the daemon, so that a crash, a kill or the watchdog cannot leave a siren on.
 */
import { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { chooseBackend } from '../gpio/choose.ts';
import { configOption } from './common.ts';
import { print } from './output.ts';

export function pinsCommand(): Command {
  const command = new Command('pins').description('the alarm output, without the daemon');
  command
    .command('off')
    .description('switch the configured alarm output off')
    .addOption(configOption())
    .action(({ config: file }: { config?: string }) => {
      const { gpio } = loadConfig(file).config;
      if (gpio?.alarm === undefined) return print('No alarm output is configured');
      const choice = chooseBackend(gpio.chip_label);
      if (choice.backend === null) return print(`No pins here: ${choice.reason}`);
      choice.backend.openOutput(gpio.alarm.line, gpio.alarm.active_low).close();
      print(`Line ${gpio.alarm.line} is off`);
    });
  return command;
}
