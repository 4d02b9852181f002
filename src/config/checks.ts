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
  problems.push(...nameChecks(config), ...streamChecks(config), ...clusterChecks(config));
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

/** What a fleet shares must hold no secret, and must be meant for several machines. */
function clusterChecks({ cluster, cameras }: Config): [string[], string][] {
  if (cluster === undefined) return [];
  const problems: [string[], string][] = [];
  for (const [name, { source }] of Object.entries(cameras)) {
    if (source.type !== 'rtsp' && source.type !== 'http') continue;
    const isWritten = source.password !== undefined && !/^\$\{\w+\}$/.test(source.password);
    const url = URL.canParse(source.url) ? new URL(source.url) : null;
    if (isWritten || (url !== null && url.password !== ''))
      problems.push([
        ['cameras', name, 'source', isWritten ? 'password' : 'url'],
        'Expected password_file or "${NAME}" for a camera of a fleet, whose settings the machines share, but received a password (not shown)',
      ]);
  }
  const { credentials_file, nkey_file, username, password_file, cert_file, key_file } = cluster;
  if ((cert_file === undefined) !== (key_file === undefined))
    problems.push([['cluster'], 'Expected cert_file and key_file together but received only one']);
  if ([credentials_file, nkey_file, username].filter((way) => way !== undefined).length > 1)
    problems.push([['cluster'], 'Expected one of credentials_file, nkey_file and username but received several']);
  if (password_file !== undefined && username === undefined)
    problems.push([['cluster', 'password_file'], 'Expected a username for the password but there is none']);
  return problems;
}

function streamChecks({ cameras, streams, mqtt, cluster }: Config): [string[], string][] {
  const problems: [string[], string][] = [];
  if (cluster === undefined && Object.keys(cameras).length + Object.keys(streams).length === 0)
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
