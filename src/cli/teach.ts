/**
 * teach.ts - what a person tells the running daemon: `learning`, `feedback`, `label`, `mute`, `set`; and `dashboard`, where to
 * look at it.
 */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { TSchema } from 'typebox';
import { CortexdError } from '../errors.ts';
import {
  AlarmsPerDay,
  DISPLAY_NAME_PATTERN,
  MOST_MUTE_MINUTES,
  QUIET_HOURS_PATTERN,
  Sensitivity,
  type Verdict,
} from '../records/commands.ts';
import { LABEL_LENGTH, LABEL_PATTERN, oneSpelling } from '../records/names.ts';
import { API } from '../web/api/path.ts';
import { configOption, jsonOption, numberBetween, stateDirectoryOption } from './common.ts';
import { askDaemon, cameraOf, stateDirectoryOf } from './control-client.ts';
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

async function tell(
  options: Options,
  method: 'POST' | 'PATCH',
  path: string,
  body: object,
  words: (answer: string) => string,
): Promise<void> {
  const whole = `${API}/cameras/${encodeURIComponent(await cameraOf(options))}/${path}`;
  const answer = (await askDaemon(stateDirectoryOf(options), method, whole, body)).toString();
  print(options.json ? answer : words(answer));
}

export function learningCommand(): Command {
  return teaching('learning', 'switch learning on or off in the running daemon; holds over restarts')
    .addArgument(new Argument('<state>').choices(['on', 'off']))
    .action((state: 'on' | 'off', options: Options) =>
      tell(options, 'PATCH', 'settings', { learning: state === 'on' }, () => `Learning is ${state}`),
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
    .addArgument(new Argument('[event]', 'id of the event, or its beginning; without it the newest'))
    .action((verdict: Verdict, event: string | undefined, options: Options) =>
      tell(options, 'POST', 'feedback', event === undefined ? { verdict } : { verdict, event }, (answer) => {
        const { event: id, signs } = JSON.parse(answer) as { event: string; signs: number };
        return `Event ${id} ${verdict === 'normal' ? 'was normal' : 'matters'} (${signs} signs taken in)`;
      }),
    );
}

export function labelCommand(): Command {
  const words = `up to ${LABEL_LENGTH} letters (of any script), digits, spaces, _ and -`;
  const named = (text: string): string => {
    const name = oneSpelling(text.trim());
    if (new RegExp(LABEL_PATTERN, 'u').test(name)) return name;
    throw new InvalidArgumentError(`Expected ${words}, with a letter or digit first.`);
  };
  return teaching('label', 'name what is seen now, or was seen last; predictions then tell it')
    .argument('<name>', words, named)
    .action((name: string, options: Options) => tell(options, 'POST', 'label', { name }, () => `That was: ${name}`));
}

export function muteCommand(): Command {
  return teaching('mute', 'let nothing be an alert for so many minutes; events are kept and told as notices')
    .argument('<minutes>', '0: no longer', numberBetween(0, MOST_MUTE_MINUTES))
    .action((value: number, options: Options) =>
      tell(options, 'POST', 'mute', { minutes: value }, (answer) => {
        const { muted_until: until } = JSON.parse(answer) as { muted_until: string | null };
        return until === null ? 'Not muted' : `Muted until ${new Date(until).toLocaleString()}`;
      }),
    );
}

type Setting = {
  readonly wanted: string;
  /** undefined: not what is wanted */
  readonly read: (text: string) => boolean | number | string | undefined;
};

function numberSetting(schema: TSchema): Setting {
  const { minimum, maximum } = schema as unknown as { readonly minimum: number; readonly maximum: number };
  const read = (text: string): number | undefined => {
    const value = Number(text);
    return text.trim() !== '' && value >= minimum && value <= maximum ? value : undefined;
  };
  return { wanted: `a number from ${minimum} to ${maximum}`, read };
}

function textSetting(wanted: string, pattern: string): Setting {
  return { wanted, read: (text) => (new RegExp(pattern, 'u').test(text) ? text : undefined) };
}

const QUIET = textSetting('two local times such as 22:00-06:30, or off', QUIET_HOURS_PATTERN);

/** Settings that are changed by name, and how their text is read. */
const SETTINGS = {
  alarms_per_day: numberSetting(AlarmsPerDay),
  sensitivity: numberSetting(Sensitivity),
  quiet_hours: { ...QUIET, read: (text) => QUIET.read(text === 'off' ? '' : text) },
  display_name: textSetting('one line of at most 60 letters', DISPLAY_NAME_PATTERN),
  enabled: { wanted: 'on or off', read: (text) => (text === 'on' ? true : text === 'off' ? false : undefined) },
} as const satisfies { readonly [name: string]: Setting };

const SET_HELP = `
Settings hold until the configuration file says something else than it said when they were made.

Examples:
  cortexd set alarms_per_day 3
  cortexd set quiet_hours 22:00-06:30     (local time of the machine; off: none)
  cortexd set display_name "Front door"
  cortexd set enabled off`;

export function setCommand(): Command {
  return teaching('set', 'change a setting of the running daemon')
    .addArgument(new Argument('<setting>').choices(Object.keys(SETTINGS)))
    .argument('<value>')
    .addHelpText('after', SET_HELP)
    .action((setting: keyof typeof SETTINGS, text: string, options: Options) => {
      const { wanted, read }: Setting = SETTINGS[setting];
      const value = read(text);
      if (value === undefined)
        throw new CortexdError('usage', `Expected ${wanted} for ${setting} but received ${text.slice(0, 100)}`);
      return tell(options, 'PATCH', 'settings', { [setting]: value }, () => `${setting} is ${text}`);
    });
}

export function dashboardCommand(): Command {
  return new Command('dashboard')
    .description('print the address of the dashboard, with the token that lets a browser in')
    .addOption(configOption())
    .addOption(stateDirectoryOption())
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const answer = (await askDaemon(stateDirectoryOf(options), 'GET', `${API}/link`)).toString();
      print(options.json ? answer : (JSON.parse(answer) as { url: string }).url);
    });
}
