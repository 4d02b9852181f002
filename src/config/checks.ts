/**
 * checks.ts - rules that span more than one setting, or that the schema cannot say.
 */
import type { Config } from './schema.ts';

/** A topic level of its own: what a camera of that name would be mistaken for. */
const RESERVED_NAMES: readonly string[] = ['bridge'];

/** Rules that span more than one setting: [path, message]. */
export function crossChecks(config: Config): [string[], string][] {
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
    if ('url' in camera.source && !URL.canParse(camera.source.url)) {
      problems.push([
        ['cameras', name, 'source', 'url'],
        'Expected an address with a host, and a port of at most 65535, but received another text (not shown: it is secret)',
      ]);
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
  problems.push(...nameChecks(config), ...streamChecks(config));
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

function nameChecks({ cameras, streams }: Config): [string[], string][] {
  const named = [
    ...Object.keys(cameras).map((name) => ['cameras', name]),
    ...Object.keys(streams).map((name) => ['streams', name]),
  ];
  return named
    .filter(([, name]) => RESERVED_NAMES.includes(name!))
    .map((path) => [path, `Expected another name: "${path[1]}" is that of cortexd itself in topics`]);
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
