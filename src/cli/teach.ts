/**
 * teach.ts - `cortexd learning`, `feedback`, `label`: what a person tells the model of the running daemon.
 */
import { Argument, Command, Option } from 'commander';
import type { Verdict } from '../records/commands.ts';
import { configOption, jsonOption, stateDirectoryOption } from './common.ts';
import { askDaemon, stateDirectoryOf } from './control-client.ts';
import { print } from './output.ts';

type Options = { config?: string; stateDirectory?: string; camera?: string; json: boolean };

function teaching(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(configOption())
    .addOption(stateDirectoryOption())
    .addOption(new Option('--camera <name>', 'which camera, when there are several'))
    .addOption(jsonOption());
}

async function tell(options: Options, path: string, body: object, words: (answer: string) => string): Promise<void> {
  const { camera } = options;
  const whole = camera === undefined ? body : { ...body, camera };
  const answer = (await askDaemon(stateDirectoryOf(options), 'POST', path, whole)).toString();
  print(options.json ? answer : words(answer));
}

export function learningCommand(): Command {
  return teaching('learning', 'switch learning on or off in the running daemon; holds over restarts')
    .addArgument(new Argument('<state>').choices(['on', 'off']))
    .action((state: 'on' | 'off', options: Options) =>
      tell(options, '/learning', { on: state === 'on' }, () => `Learning is ${state}`),
    );
}

export function feedbackCommand(): Command {
  return teaching('feedback', 'say of an event that it was normal, or that it matters')
    .addArgument(
      new Argument('<verdict>', 'normal: it ends and is not told again; matters: it is always told').choices([
        'normal',
        'matters',
      ]),
    )
    .addArgument(new Argument('[event]', 'id of the event; without it the newest'))
    .action((verdict: Verdict, event: string | undefined, options: Options) =>
      tell(options, '/feedback', event === undefined ? { verdict } : { verdict, event }, (answer) => {
        const { event: id, signs } = JSON.parse(answer) as { event: string; signs: number };
        return `Event ${id} ${verdict === 'normal' ? 'was normal' : 'matters'} (${signs} signs taken in)`;
      }),
    );
}

export function labelCommand(): Command {
  return teaching('label', 'name what is seen now, or was seen last; predictions then tell it')
    .argument('<name>', 'up to 24 letters (of any script), digits, spaces, _ and -')
    .action((name: string, options: Options) => tell(options, '/label', { name }, () => `That was: ${name}`));
}
