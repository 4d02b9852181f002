/**
 * load.ts - a configuration file becomes a checked configuration, or a list of everything that is wrong with it.
 */
import { readFileSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { LineCounter, parseDocument } from 'yaml';
import { CortexdError, messageOf } from '../errors.ts';
import { oneSpelling } from '../records/names.ts';
import { crossChecks } from './checks.ts';
import { nodeNameOf } from './node-name.ts';
import { ConfigError, type Problem, offsetOf, problemOf, sortProblems } from './problems.ts';
import type { CameraConfig } from './camera-schema.ts';
import { type Config, ConfigSchema } from './schema.ts';
import { credential, readPassword, worldReadable } from './secrets.ts';
import { fillSources, relevantErrors } from './source-union.ts';

export { ConfigError, type Problem, sortProblems } from './problems.ts';

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
  /** Of the NATS cluster. */
  readonly clusterPassword: string | undefined;
  /** Network cameras as they are written, for the other machines of a fleet: without secrets. */
  readonly shared: { readonly [camera: string]: CameraConfig };
  readonly warnings: readonly string[];
  /** Line and column of a setting. */
  readonly placeOf: (path: readonly string[]) => { readonly line: number; readonly column: number };
};

/** Where the installed service has its configuration and its state. */
export const DEFAULT_FILE = '/etc/cortexd/config.yaml';
export const SERVICE_STATE = '/var/lib/cortexd';

/**
 * Read and check a file (default /etc/cortexd/config.yaml). Throws ConfigError, or CortexdError('config') when unreadable.
 * `withSecrets`: whether to read the passwords it names; those who only ask the daemon may not and need not.
 * `cluster`: servers that take the place of cluster.urls.
 */
export function loadConfig(
  file: string = DEFAULT_FILE,
  env: NodeJS.ProcessEnv = process.env,
  withSecrets = true,
  cluster?: readonly string[],
): LoadedConfig {
  return parseConfig(readConfig(file), resolve(file), env, withSecrets, cluster);
}

/** The same for whoever wants to go on looking: what contradicts itself inside a file of the right shape is listed, not thrown. */
export function inspectConfig(file: string = DEFAULT_FILE, env: NodeJS.ProcessEnv = process.env): Inspected {
  return inspect(readConfig(file), resolve(file), env, true);
}

/** A configuration of the right shape, and what contradicts itself in it. */
export type Inspected = { readonly loaded: LoadedConfig; readonly problems: readonly Problem[] };

function readConfig(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const isForbidden = (error as NodeJS.ErrnoException).code === 'EACCES';
    throw new CortexdError('config', `Expected a configuration file at ${file} but received: ${messageOf(error)}`, {
      hint: isForbidden
        ? `Only root and the group cortexd may read it: sudo usermod -aG cortexd ${userInfo().username}, then log in anew.`
        : 'Name it with --config FILE, or make one: cortexd init.',
    });
  }
  return text;
}

/** Check the text of a configuration. `file` is its name in messages and the anchor of relative paths. */
export function parseConfig(
  text: string,
  file: string,
  env: NodeJS.ProcessEnv = process.env,
  withSecrets = true,
  cluster?: readonly string[],
): LoadedConfig {
  const { loaded, problems } = inspect(text, file, env, withSecrets, cluster);
  if (problems.length > 0) throw new ConfigError(file, problems);
  return loaded;
}

function inspect(
  text: string,
  file: string,
  env: NodeJS.ProcessEnv,
  withSecrets: boolean,
  cluster?: readonly string[],
): Inspected {
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
  const tags = document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED');
  if (tags.length > 0) {
    // Read on, `!secret name` would be the text "name", which would be sent as the password.
    const message = (tag: string): string => {
      const name = /!\w+/.exec(tag)?.[0] ?? '';
      const whose = /^!(secret|include\w*|env_var)$/.test(name)
        ? ' of Home Assistant, which cortexd does not know'
        : '';
      return `Expected a plain value but received ${name === '' ? 'a tag' : `the tag ${name}`}${whose}; for a password use password_file or "\${NAME}"`;
    };
    throw new ConfigError(
      file,
      tags.map((tag) => ({ ...at(tag.pos[0]), key: 'YAML', message: message(tag.message) })),
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

  if (cluster !== undefined) Object.assign(raw as object, { cluster: { ...clusterOf(raw), urls: [...cluster] } });
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
  const warnings = document.warnings.map(({ message, pos }) => `${file}:${at(pos[0]).line}: ${message}`);
  // With contradictions in it no password is read: that it is missing as well would be said in place of them.
  const mayRead = withSecrets && problems.length === 0;
  const known = holdsSecret(config) ? [...warnings, ...worldReadable(file)] : warnings;
  return {
    loaded: { ...complete(config, file, env, mayRead, known), placeOf: (path) => place(path, false) },
    problems: sortProblems(problems),
  };
}

function clusterOf(raw: unknown): object {
  const section: unknown = (raw as { cluster?: unknown }).cluster;
  return typeof section === 'object' && section !== null ? section : {};
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

function complete(
  config: Config,
  file: string,
  env: NodeJS.ProcessEnv,
  withSecrets: boolean,
  warnings: readonly string[],
): Omit<LoadedConfig, 'placeOf'> {
  const folder = dirname(file);
  const absolute = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  const shared = structuredClone(networkCameras(config));
  for (const [name, camera] of Object.entries(config.cameras)) {
    camera.zones = inOneSpelling(camera.zones);
    camera.masks = inOneSpelling(camera.masks);
    const { source } = camera;
    if ('path' in source) source.path = absolute(source.path);
    if (!withSecrets || (source.type !== 'rtsp' && source.type !== 'http')) continue;
    const password = readPassword(source, `cameras.${name}.source`, null, absolute, env);
    if (password !== undefined) source.password = password;
  }
  for (const { source } of Object.values(config.streams)) {
    if (source.type !== 'mqtt') source.path = absolute(source.path);
  }
  for (const key of ['ca_file', 'cert_file', 'key_file'] as const) {
    const path = config.mqtt[key];
    if (path !== undefined) config.mqtt[key] = absolute(path);
  }
  const { cluster } = config;
  for (const key of ['credentials_file', 'nkey_file', 'ca_file', 'cert_file', 'key_file'] as const) {
    const path = cluster?.[key];
    if (path !== undefined) cluster![key] = credential(path, env) ?? absolute(path);
  }
  const node = config.node ?? nodeNameOf(hostname());
  return {
    file,
    config,
    stateDirectory: config.state_directory === undefined ? defaultState(file, env) : absolute(config.state_directory),
    node,
    baseTopic: config.mqtt.base_topic ?? `cortexd/${node}`,
    password: withSecrets ? readPassword(config.mqtt, 'mqtt', 'mqtt-password', absolute, env) : undefined,
    clusterPassword: withSecrets && cluster ? readPassword(cluster, 'cluster', null, absolute, env) : undefined,
    shared,
    warnings,
  };
}

/** Cameras that any machine can watch. */
export function networkCameras({ cluster, cameras }: Config): { [name: string]: CameraConfig } {
  if (cluster === undefined) return {};
  return Object.fromEntries(
    Object.entries(cameras).filter(([, { source }]) => source.type === 'rtsp' || source.type === 'http'),
  );
}

/** What a machine of a fleet watches by itself, whoever watches the rest. */
export function ownOf(loaded: LoadedConfig): LoadedConfig {
  const cameras = Object.entries(loaded.config.cameras).filter(([name]) => !(name in loaded.shared));
  return { ...loaded, config: { ...loaded.config, cameras: Object.fromEntries(cameras) } };
}

/** A name that an editor wrote in another way is the same name to those who send commands. */
function inOneSpelling<T>(named: { readonly [name: string]: T }): { [name: string]: T } {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [oneSpelling(name), value]));
}

/** Worked out only where nobody has said it: a user without a home needs none then. */
function defaultState(file: string, env: NodeJS.ProcessEnv): string {
  const given = env['STATE_DIRECTORY']?.split(':')[0];
  if (given !== undefined && given !== '') return given;
  // The service's own configuration means the service's own state, whoever asks.
  if (file === DEFAULT_FILE) return SERVICE_STATE;
  try {
    return join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'cortexd');
  } catch {
    throw new CortexdError('config', 'Expected a place for the state but this user has no home directory', {
      hint: 'Set state_directory in the configuration.',
    });
  }
}

/** Whether the file itself holds a password. */
function holdsSecret({ mqtt, cameras }: Config): boolean {
  const inUrl = (url: string): boolean => /:\/\/[^/@\s]*:[^/@\s]*@/.test(url);
  const sources = Object.values(cameras).map(({ source }) => source);
  return (
    mqtt.password !== undefined ||
    [mqtt.url, ...mqtt.fallback_urls].some(inUrl) ||
    sources.some((source) => 'url' in source && (source.password !== undefined || inUrl(source.url)))
  );
}
