/**
 * load.ts - a configuration file becomes a checked configuration, or a list of everything that is wrong with it.
 */
import { readFileSync, statSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { LineCounter, type Node, isMap, isScalar, parseDocument } from 'yaml';
import { CortexdError, messageOf } from '../errors.ts';
import { nearest } from './nearest.ts';
import { nodeNameOf } from './node-name.ts';
import { type Config, ConfigSchema } from './schema.ts';
import { NAME_PATTERN } from './setting-kinds.ts';
import { fillSources, pathSegments, relevantErrors, sourceTypes } from './source-union.ts';

/** One thing that is wrong, with its place in the file. */
export type Problem = {
  readonly line: number;
  readonly column: number;
  readonly key: string;
  readonly message: string;
};

/** All problems of a file at once. */
export class ConfigError extends CortexdError {
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const list = problems.map(({ line, column, key, message }) => `  ${file}:${line}:${column} ${key}: ${message}`);
    super(
      'config',
      `${problems.length === 1 ? 'A problem' : `${problems.length} problems`} in the configuration:\n${list.join('\n')}`,
      {
        hint: 'Run "cortexd config schema" for all settings, or see docs/config.md.',
      },
    );
    this.problems = problems;
  }
}

/** A configuration that has passed every check: defaults filled in, paths absolute, secrets read. */
export type LoadedConfig = {
  readonly file: string;
  readonly config: Config;
  /** Where the database and the control socket lie. */
  readonly stateDirectory: string;
  /** Name of this machine in topics. */
  readonly node: string;
  readonly baseTopic: string;
  readonly password: string | undefined;
  readonly warnings: readonly string[];
};

const DEFAULT_FILE = '/etc/cortexd/config.yaml';

/** Read and check a file (default /etc/cortexd/config.yaml). Throws ConfigError, or CortexdError('config') when unreadable. */
export function loadConfig(file: string = DEFAULT_FILE, env: NodeJS.ProcessEnv = process.env): LoadedConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CortexdError('config', `Expected a configuration file at ${file} but received: ${messageOf(error)}`, {
      hint: 'Name it with --config FILE; config/cortexd.example.yaml is an example.',
    });
  }
  return parseConfig(text, resolve(file), env);
}

/** Check the text of a configuration. `file` is its name in messages and the anchor of relative paths. */
export function parseConfig(text: string, file: string, env: NodeJS.ProcessEnv = process.env): LoadedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0) {
    throw new ConfigError(
      file,
      document.errors.map((error) => ({ ...at(error.pos[0]), key: 'YAML', message: error.message })),
    );
  }
  // "!secret" and its like: another program would look the value up; here the word itself would be sent.
  const tags = document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED');
  if (tags.length > 0) {
    const message = 'Expected a plain value but received a tag; for a password use password_file or "${NAME}"';
    throw new ConfigError(
      file,
      tags.map(({ pos }) => ({ ...at(pos[0]), key: 'YAML', message })),
    );
  }
  let raw: unknown;
  try {
    raw = document.toJS() ?? {};
  } catch (error) {
    // Aliases that multiply into something enormous.
    throw new ConfigError(file, [{ ...at(0), key: 'YAML', message: messageOf(error) }]);
  }
  const place = (path: readonly string[], onKey: boolean): { line: number; column: number } =>
    at(offsetOf(document.contents, path, onKey));

  fillSources(raw);
  const validate = validator();
  const problems: Problem[] = [];
  if (!validate(raw)) {
    for (const error of relevantErrors(validate.errors ?? [], raw)) problems.push(problemOf(error, place));
  }
  if (problems.length > 0) throw new ConfigError(file, sortProblems(problems));
  const config = raw as Config;
  for (const [path, message] of crossChecks(config))
    problems.push({ ...place(path, false), key: path.join('.'), message });
  if (problems.length > 0) throw new ConfigError(file, sortProblems(problems));
  return complete(config, file, env);
}

function validator() {
  return new Ajv({
    allErrors: true,
    useDefaults: true,
    discriminator: false,
    strict: false,
    verbose: true,
  }).compile<Config>(JSON.parse(JSON.stringify(ConfigSchema)) as object);
}

function sortProblems(problems: Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function problemOf(
  error: ErrorObject,
  place: (path: readonly string[], onKey: boolean) => { line: number; column: number },
): Problem {
  const path = pathSegments(error.instancePath);
  const received = receivedInWords(error);
  const schema = error.parentSchema as { [keyword: string]: unknown; properties?: { [key: string]: unknown } };
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = String(error.params['additionalProperty']);
      const guess = nearest(unknown, Object.keys(schema.properties ?? {}));
      const isName = schema.properties === undefined;
      const message = isName
        ? `Expected a name of letters, digits, _ and - but received "${unknown}"`
        : `Unknown setting${guess === undefined ? '' : ` (did you mean "${guess}"?)`}`;
      return { ...place([...path, unknown], true), key: [...path, unknown].join('.'), message };
    }
    case 'required': {
      const missing = String(error.params['missingProperty']);
      return { ...place(path, true), key: [...path, missing].join('.'), message: 'Expected a value but it is missing' };
    }
    case 'anyOf':
      return {
        ...place(path, false),
        key: path.join('.'),
        message: `Expected a source of type ${sourceTypes(error).join(', ')} but received ${typeInWords(error.data)}`,
      };
    default:
      return {
        ...place(path, false),
        key: path.join('.') || 'configuration',
        message: `Expected ${expectation(error, schema)} but received ${received}`,
      };
  }
}

/** Of a source only its type is shown: an address in it may hold a password. */
function typeInWords(data: unknown): string {
  const { type } = (data ?? {}) as { type?: unknown };
  return type === undefined ? 'one without a type' : `type ${JSON.stringify(type)?.slice(0, 100)}`;
}

/** What stands in the file, without what must not be seen. */
function receivedInWords({ data, parentSchema }: ErrorObject): string {
  if ((parentSchema as { secret?: boolean } | undefined)?.secret === true) {
    const what =
      data === null
        ? 'nothing'
        : Array.isArray(data)
          ? 'a list'
          : typeof data === 'string'
            ? 'another text'
            : `a ${typeof data}`;
    return `${what} (not shown: it is secret)`;
  }
  if (Array.isArray(data)) return 'a list';
  if (typeof data === 'object' && data !== null) return 'a section of settings';
  const text = JSON.stringify(data) ?? 'nothing';
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** What the patterns of the schema stand for. */
const PATTERNS: { readonly [pattern: string]: string } = {
  [NAME_PATTERN]: 'a name of letters, digits, _ and -, at most 64',
  '^(mqtts?|wss?)://[^\\s]+$': 'an address such as mqtt://HOST:1883, mqtts://, ws:// or wss://',
  '^[^+#\\s/]+(/[^+#\\s/]+)*$': 'levels of a topic with / between them, without +, # and spaces',
  '^[A-Za-z0-9_-]{1,64}$': 'letters, digits, _ and -, at most 64',
  '^[A-Za-z0-9.-]{1,253}$': 'a host name',
};

function expectation(error: ErrorObject, schema: { [keyword: string]: unknown }): string {
  const unit = typeof schema['unit'] === 'string' ? ` ${schema['unit']}` : '';
  const { minimum, maximum } = schema as { minimum?: number; maximum?: number };
  const range = minimum !== undefined && maximum !== undefined ? ` from ${minimum} to ${maximum}${unit}` : '';
  switch (error.keyword) {
    case 'type':
      return `${TYPE_NAMES[String(error.params['type'])] ?? String(error.params['type'])}${range}`;
    case 'minimum':
    case 'maximum':
      return `a number${range}`;
    case 'minProperties':
    case 'minItems':
      return `at least ${String(error.params['limit'])} of them`;
    case 'maxProperties':
    case 'maxItems':
      return `at most ${String(error.params['limit'])} of them`;
    case 'enum':
      return `one of ${(error.params['allowedValues'] as string[]).join(', ')}`;
    case 'pattern':
      return PATTERNS[String(error.params['pattern'])] ?? `text that matches ${String(error.params['pattern'])}`;
    default:
      return error.message ?? error.keyword;
  }
}

const TYPE_NAMES: { readonly [type: string]: string } = {
  integer: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  object: 'a section of settings',
  array: 'a list',
};

/** Offset of the value (or key) at a path in the parsed file; the nearest parent when it is not there. */
function offsetOf(root: Node | null, path: readonly string[], onKey: boolean): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const [depth, key] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      if (!pair) break;
      const keyNode = pair.key as Node;
      const value = pair.value as Node | null;
      const isLast = depth === path.length - 1;
      offset = (isLast && !onKey ? (value?.range?.[0] ?? keyNode.range?.[0]) : keyNode.range?.[0]) ?? offset;
      node = value;
    } else {
      const items = (node as { items?: (Node | null)[] } | null)?.items;
      const item = items?.[Number(key)];
      if (!item) break;
      offset = item.range?.[0] ?? offset;
      node = item;
    }
  }
  return offset;
}

/** Rules that span more than one setting: [path, message]. */
function crossChecks(config: Config): [string[], string][] {
  const problems: [string[], string][] = [];
  for (const [name, camera] of Object.entries(config.cameras)) {
    for (const side of ['width', 'height'] as const) {
      const value = camera[side];
      if (value !== undefined && value % 4 !== 0) {
        problems.push([
          ['cameras', name, side],
          `Expected a multiple of 4 px but received ${value} (nearest: ${Math.round(value / 4) * 4})`,
        ]);
      }
    }
    if (camera.crop !== undefined) {
      const [x, y, w, h] = camera.crop;
      if (w <= 0 || h <= 0 || x + w > 1 || y + h > 1) {
        problems.push([
          ['cameras', name, 'crop'],
          'Expected [x, y, width, height] inside the picture (x + width <= 1, y + height <= 1)',
        ]);
      }
    }
  }
  problems.push(...streamChecks(config));
  const { cert_file, key_file, password, password_file } = config.mqtt;
  if ((cert_file === undefined) !== (key_file === undefined)) {
    problems.push([
      ['mqtt', cert_file === undefined ? 'key_file' : 'cert_file'],
      'Expected cert_file and key_file together but received only one',
    ]);
  }
  if (password !== undefined && password_file !== undefined) {
    problems.push([['mqtt', 'password_file'], 'Expected password or password_file but received both']);
  }
  return problems;
}

function complete(config: Config, file: string, env: NodeJS.ProcessEnv): LoadedConfig {
  const folder = dirname(file);
  const absolute = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  for (const camera of Object.values(config.cameras)) {
    if (camera.source.type !== 'synthetic') camera.source.path = absolute(camera.source.path);
  }
  for (const { source } of Object.values(config.streams)) {
    if (source.type !== 'mqtt') source.path = absolute(source.path);
  }
  for (const key of ['ca_file', 'cert_file', 'key_file'] as const) {
    const path = config.mqtt[key];
    if (path !== undefined) config.mqtt[key] = absolute(path);
  }
  const node = config.node ?? nodeNameOf(hostname());
  return {
    file,
    config,
    stateDirectory: config.state_directory === undefined ? defaultState(env) : absolute(config.state_directory),
    node,
    baseTopic: config.mqtt.base_topic ?? `cortexd/${node}`,
    password: readPassword(config, absolute, env),
    warnings: config.mqtt.password !== undefined ? worldReadable(file) : [],
  };
}

/** Worked out only where nobody has said it: a user without a home needs none then. */
function defaultState(env: NodeJS.ProcessEnv): string {
  const given = env['STATE_DIRECTORY']?.split(':')[0];
  if (given !== undefined && given !== '') return given;
  try {
    return join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'cortexd');
  } catch {
    throw new CortexdError('config', 'Expected a place for the state but this user has no home directory', {
      hint: 'Set state_directory in the configuration.',
    });
  }
}

/** From `password` (with ${NAME} replaced), `password_file`, or the credential mqtt-password of the service manager. */
function readPassword(
  { mqtt }: Config,
  absolute: (path: string) => string,
  env: NodeJS.ProcessEnv,
): string | undefined {
  if (mqtt.password !== undefined) {
    return mqtt.password.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = env[name];
      if (value === undefined)
        throw new CortexdError(
          'config',
          `Expected the environment variable ${name} for mqtt.password but it is not set`,
        );
      return value;
    });
  }
  const credentials = env['CREDENTIALS_DIRECTORY'];
  const named = mqtt.password_file;
  if (named === undefined) {
    return credentials === undefined ? undefined : readIfThere(join(credentials, 'mqtt-password'));
  }
  const secret =
    (credentials === undefined ? undefined : readIfThere(join(credentials, named))) ?? readIfThere(absolute(named));
  if (secret === undefined) {
    throw new CortexdError('config', `Expected the MQTT password in ${absolute(named)} but the file cannot be read`, {
      hint: 'Check mqtt.password_file and that the daemon may read it.',
    });
  }
  return secret;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}

function worldReadable(file: string): string[] {
  try {
    if ((statSync(file).mode & 0o004) === 0) return [];
  } catch {
    return [];
  }
  return [`${file} holds a password and everyone on this machine can read it; run: chmod o-r ${file}`];
}

function streamChecks({ cameras, streams, mqtt }: Config): [string[], string][] {
  const problems: [string[], string][] = [];
  if (Object.keys(cameras).length + Object.keys(streams).length === 0)
    problems.push([['cameras'], 'Expected at least one camera or one of streams but there is none']);
  for (const [name, { source }] of Object.entries(streams)) {
    if (name in cameras) problems.push([['streams', name], 'Expected a name of its own but a camera has the same']);
    if (source.type !== 'mqtt') continue;
    const problem = /[+#]/.test(source.topic) ? 'it holds a wildcard (+ or #)' : topicFault(source.topic);
    if (problem !== null) problems.push([['streams', name, 'source', 'topic'], `Expected a topic but ${problem}`]);
    if (!mqtt.enabled)
      problems.push([['streams', name, 'source'], 'Expected mqtt.enabled to be true for a source of type mqtt']);
  }
  return problems;
}

function topicFault(topic: string): string | null {
  if (/\p{Cc}/u.test(topic)) return 'it holds a control character';
  return Buffer.byteLength(topic) > 65535 ? 'it is too long' : null;
}
