/**
 * default.test.ts - whoever has no fleet pays nothing for it: its client is no dependency of the default, and nothing of it is read.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { packageFile } from '../../src/package-root.ts';
import { shortFolder } from '../support/folder.ts';
import { until } from '../support/until.ts';

type Package = { readonly [kind: string]: { readonly [name: string]: unknown } | undefined };

test('the client is an optional peer, and no dependency', async (t) => {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(packageFile('package.json'), 'utf8'),
  ) as Package;
  const isOfNats = (name: string): boolean => name.startsWith('@nats-io/');
  t.same(Object.keys({ ...dependencies, ...optionalDependencies }).filter(isOfNats), []);
  const peers = Object.keys(peerDependencies ?? {}).filter(isOfNats);
  t.ok(peers.length >= 4);
  for (const name of peers) t.same(peerDependenciesMeta?.[name], { optional: true }, name);
});

test('a daemon without a cluster reads nothing of it', async (t) => {
  const folder = shortFolder(t);
  const config = join(folder, 'config.yaml');
  const trace = join(folder, 'opened');
  writeFileSync(
    config,
    `state_directory: state
mqtt: { enabled: false }
web: { enabled: false }
cameras: { street: { source: { type: synthetic, scene: lanes }, preset: pi-zero2 } }
`,
  );
  const args = ['-f', '-qq', '-e', 'trace=openat', '-o', trace, process.execPath, packageFile('dist/src/cli/main.js')];
  const traced = spawn('strace', [...args, 'run', '--config', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [traced.stdout, traced.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const ended = once(traced, 'exit');
  await until('it watches', () => /Newborn model/.test(output) || traced.exitCode !== null, 100_000);
  const opened = (): string => readFileSync(trace, 'utf8');
  const daemon = Number(/^\d+/.exec(opened())?.[0]);
  process.kill(daemon, 'SIGTERM');
  await ended;
  t.match(opened(), /better_sqlite3\.node/, 'it was watched indeed');
  t.notMatch(opened(), /@nats-io|tweetnacl|js-sha256/);
});
