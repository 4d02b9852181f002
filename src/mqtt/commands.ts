/**
 * commands.ts - a command's topic and payload become a checked command, or one sentence about what is wrong with it.
 *
 * The whole of a payload is checked before anything is done. Nothing here throws, whatever the bytes.
 */
import { Ajv, type ValidateFunction } from 'ajv';
import type { TSchema } from 'typebox';
import { NAME_PATTERN } from '../config/setting-kinds.ts';
import {
  AlarmsPerDay,
  AreaCommand,
  FeedbackCommand,
  LabelCommand,
  MuteMinutes,
  QuietHours,
  REQUESTS,
  Sensitivity,
  Switch,
  VERBS,
  type Verb,
  type Verdict,
} from '../records/commands.ts';
import { AREA_NAME_PATTERN, oneSpelling } from '../records/names.ts';

/** Longer payloads are refused unread. */
export const MAX_COMMAND_BYTES = 16_384;

export type Transaction = string | number | null;
export type Points = readonly (readonly [number, number])[];

/** A change of a zone or mask; `reset` takes it back to the configuration. */
export type AreaChange = { readonly enabled?: boolean; readonly points?: Points } | 'reset';

/** What a command wants. `camera` may also be the name of a number sensor. */
export type Command = { readonly transaction: Transaction } & (
  | { readonly kind: 'learning' | 'enabled'; readonly camera: string; readonly on: boolean }
  | {
      readonly kind: 'sensitivity' | 'alarms_per_day' | 'mute';
      readonly camera: string;
      readonly value: number;
    }
  | { readonly kind: 'quiet_hours' | 'display_name'; readonly camera: string; readonly value: string }
  | { readonly kind: 'zone' | 'mask'; readonly camera: string; readonly name: string; readonly change: AreaChange }
  | { readonly kind: 'feedback'; readonly camera: string; readonly verdict: Verdict; readonly event: string | null }
  | { readonly kind: 'label'; readonly camera: string; readonly name: string }
  | { readonly kind: 'request'; readonly verb: Verb; readonly body: { readonly [key: string]: unknown } }
);

/** Kinds of commands that can be left out, as mqtt.allow names them. */
export type CommandKind = 'settings' | 'masks' | 'teaching' | 'snapshots' | 'restart';

/** Of which kind a command is; null: it asks and changes nothing. */
export function kindOf(command: Command): CommandKind | null {
  switch (command.kind) {
    case 'mask':
      return 'masks';
    case 'feedback':
    case 'label':
      return 'teaching';
    case 'request':
      if (command.verb === 'restart') return 'restart';
      return /^snapshot\.(create|restore|delete)$/.test(command.verb) ? 'snapshots' : null;
    case 'learning':
    case 'enabled':
    case 'sensitivity':
    case 'alarms_per_day':
    case 'mute':
    case 'quiet_hours':
    case 'display_name':
    case 'zone':
      return 'settings';
  }
}

/** Either the command or why there is none. */
export type Parsed =
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly transaction: Transaction; readonly error: string };

/** What the daemon subscribes to, below the base topic. */
export const COMMAND_FILTERS = ['+/+/set', '+/zone/+/set', '+/mask/+/set', 'bridge/request/+'] as const;

const NAME = new RegExp(NAME_PATTERN);
const AREA_NAME = new RegExp(AREA_NAME_PATTERN, 'u');
const ajv = new Ajv({ allErrors: false, strict: false });
const compiled = new Map<TSchema, ValidateFunction>();

/** Settings that are bare numbers. */
const NUMBERS = {
  sensitivity: { schema: Sensitivity, wanted: 'a number from 0.1 to 10' },
  alarms_per_day: { schema: AlarmsPerDay, wanted: 'a number from 0.01 to 10000' },
  mute: { schema: MuteMinutes, wanted: 'minutes from 0 to 10080' },
} as const;

/** Read one command. `path`: its topic below the base topic. */
export function parseCommand(path: string, payload: string): Parsed {
  if (Buffer.byteLength(payload) > MAX_COMMAND_BYTES) {
    return refuse(`Expected at most ${MAX_COMMAND_BYTES} bytes but received ${Buffer.byteLength(payload)} or more`);
  }
  const levels = path.split('/');
  if (levels[0] === 'bridge') {
    return levels.length === 3 && levels[1] === 'request' ? parseRequest(levels[2]!, payload) : unknownTopic(path);
  }
  const camera = levels[0]!;
  if (!NAME.test(camera) || levels.at(-1) !== 'set') return unknownTopic(path);
  const what = levels[1];
  if (levels.length === 4) {
    const name = oneSpelling(levels[2]!);
    if (what !== 'zone' && what !== 'mask') return unknownTopic(path);
    if (!AREA_NAME.test(name)) return refuse(`Expected a name of letters, digits, spaces, _ and - for the ${what}`);
    return parseArea(what, camera, name, payload);
  }
  if (levels.length !== 3) return unknownTopic(path);
  switch (what) {
    case 'learning':
    case 'enabled':
      return checked(Switch, payload, null, 'ON or OFF', () => ({ kind: what, camera, on: payload === 'ON' }));
    case 'sensitivity':
    case 'alarms_per_day':
    case 'mute': {
      const { schema, wanted } = NUMBERS[what];
      const value = /^\s*\d{1,5}(\.\d{1,12})?\s*$/.test(payload) ? Number(payload) : NaN;
      return checked(schema, value, null, wanted, () => ({ kind: what, camera, value }));
    }
    case 'quiet_hours': {
      const value = payload.trim().toLowerCase() === 'off' ? '' : payload.trim();
      return checked(QuietHours, value, null, 'two times as 22:00-06:30, or off', () => ({
        kind: what,
        camera,
        value,
      }));
    }
    case 'feedback':
      return parseFeedback(camera, payload);
    case 'label':
      return parseLabel(camera, payload);
    case undefined:
    default:
      return unknownTopic(path);
  }
}

function parseArea(kind: 'zone' | 'mask', camera: string, name: string, payload: string): Parsed {
  const isWord = payload === 'ON' || payload === 'OFF' || payload === 'RESET';
  const value = isWord ? payload : parseJson(payload);
  const wanted = 'ON, OFF, RESET, at least three corner points [[x, y], …] of 0 to 1, or {"enabled": …, "points": …}';
  return checked(AreaCommand, value, null, wanted, () => {
    const change: AreaChange =
      value === 'RESET'
        ? 'reset'
        : isWord
          ? { enabled: value === 'ON' }
          : Array.isArray(value)
            ? { points: value as unknown as Points }
            : (value as Exclude<AreaChange, 'reset'>);
    return { kind, camera, name, change };
  });
}

function parseFeedback(camera: string, payload: string): Parsed {
  const value = payload.startsWith('{') ? parseJson(payload) : payload;
  const wanted = 'normal, matters, or {"feedback": "normal", "event": ID}';
  return checked(FeedbackCommand, value, transactionOf(value), wanted, () => {
    const { feedback, event } =
      typeof value === 'string'
        ? { feedback: value, event: undefined }
        : (value as { feedback: string; event?: string });
    return { kind: 'feedback', camera, verdict: feedback as Verdict, event: event ?? null };
  });
}

function parseLabel(camera: string, payload: string): Parsed {
  const value = payload.startsWith('{') ? parseJson(payload) : payload.trim();
  const wanted = 'a name of up to 24 letters, digits, spaces, _ and -, or {"label": NAME}';
  return checked(LabelCommand, value, transactionOf(value), wanted, () => ({
    kind: 'label',
    camera,
    name: typeof value === 'string' ? value : (value as { label: string }).label,
  }));
}

function parseRequest(verb: string, payload: string): Parsed {
  if (!(VERBS as readonly string[]).includes(verb)) {
    return refuse(`Expected a request of ${VERBS.join(', ')} but received another`);
  }
  const body = payload.trim() === '' ? {} : parseJson(payload);
  const transaction = transactionOf(body);
  const schema = REQUESTS[verb as Verb];
  const wanted = `a JSON object for ${verb} with ${Object.keys(schema.properties).join(', ')}`;
  return checked(schema, body, transaction, wanted, () => ({
    kind: 'request',
    verb: verb as Verb,
    body: body as { readonly [key: string]: unknown },
  }));
}

/** JSON, or undefined, which no schema accepts. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

type Wanted = Command extends infer C ? (C extends Command ? Omit<C, 'transaction'> : never) : never;

function checked(
  schema: TSchema,
  value: unknown,
  transaction: Transaction,
  wanted: string,
  make: () => Wanted,
): Parsed {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    validate = ajv.compile(JSON.parse(JSON.stringify({ ...schema, $id: undefined })) as object);
    compiled.set(schema, validate);
  }
  if (!validate(value)) {
    const [problem] = validate.errors ?? [];
    // Of a choice the message says nothing that helps; of an object it names the key.
    const where =
      problem === undefined || problem.keyword === 'anyOf'
        ? ''
        : ` (${[problem.instancePath.slice(1).replaceAll('/', '.'), problem.message].filter(Boolean).join(' ')})`;
    return { ok: false, transaction, error: `Expected ${wanted} but received something else${where.slice(0, 200)}` };
  }
  return { ok: true, command: { transaction, ...make() } as Command };
}

function transactionOf(value: unknown): Transaction {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'transaction')) return null;
  const { transaction } = value as { transaction: unknown };
  if (typeof transaction === 'number' && Number.isFinite(transaction)) return transaction;
  return typeof transaction === 'string' && transaction.length <= 200 ? transaction : null;
}

function unknownTopic(path: string): Parsed {
  return refuse(`Expected the topic of a command but received ${JSON.stringify(path.slice(0, 100))}`);
}

function refuse(error: string): Parsed {
  return { ok: false, transaction: null, error };
}
