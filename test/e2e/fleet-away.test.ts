/**
 * fleet-away.test.ts - a cluster that is not there, or that does not let us in: the daemon says so once, watches what is its
 * own, goes on trying, and is stopped as fast as ever.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { shortFolder } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { natsServers } from '../support/nats.ts';
import { Running } from '../support/program.ts';

const LEASE_S = 4;
/** Far below what a stage may take to stop (ms). */
const SOON_MS = 12_000;

function daemon(t: Test, url: string): Running {
  const folder = shortFolder(t);
  const config = join(folder, 'config.yaml');
  const password = join(folder, 'password');
  writeFileSync(password, 'right\n', { mode: 0o600 });
  writeFileSync(
    config,
    `node: alone
state_directory: state
mqtt: { enabled: false }
web: { enabled: false }
cluster: { urls: ["${url}"], username: node, password_file: ${password}, lease_s: ${LEASE_S}, replicas: 1 }
cameras: { street: { source: { type: synthetic, scene: lanes }, preset: pi-zero2 } }
`,
  );
  const running = new Running(['run', '--config', config]);
  t.teardown(() => running.child.kill('SIGKILL'));
  return running;
}

async function endsSoon(t: Test, running: Running): Promise<void> {
  const began = performance.now();
  t.equal(await running.end('SIGTERM'), 0);
  t.ok(performance.now() - began < SOON_MS, 'it is stopped soon');
  t.notMatch(running.output, /Stopping failed/);
}

test('nobody listens: told once, and no hindrance to anything', async (t) => {
  const running = daemon(t, `nats://127.0.0.1:${await freePort()}`);
  await running.says(/Newborn model/, 60_000);
  await running.says(/The fleet cannot be reached, trying again: Expected a NATS server at nats:/, 20_000);
  await sleep(5000);
  // On a starved machine the first attempt may end for another reason than the next.
  const told = running.output.match(/The fleet cannot be reached.*/g) ?? [];
  t.equal(new Set(told).size, told.length, running.output);
  t.ok(told.length <= 2, running.output);
  await endsSoon(t, running);
});

test('refused: told, and in as soon as the servers know the password', async (t) => {
  const users = join(tmpdir(), `${basename(shortFolder(t))}-users.conf`);
  t.teardown(() => rmSync(users, { force: true }));
  writeFileSync(users, 'authorization { user: node, password: wrong }\n');
  const [server] = await natsServers(t, 1, `include "../${basename(users)}"`);
  const running = daemon(t, server!.url);
  await running.says(/The fleet cannot be reached, trying again: .*Authorization Violation/, 60_000);
  writeFileSync(users, 'authorization { user: node, password: right }\n');
  await server!.signal('SIGHUP');
  await running.says(/In the fleet/, 30_000);
  // Taken away for a while, as when somebody makes a mistake in the servers' file.
  writeFileSync(users, 'authorization { user: node, password: wrong }\n');
  await server!.signal('SIGHUP');
  await running.says(/The lease could not be renewed, trying again/, 30_000);
  // Until the lease is over, so that coming back is told.
  await sleep(2 * LEASE_S * 1000);
  writeFileSync(users, 'authorization { user: node, password: right }\n');
  await server!.signal('SIGHUP');
  await running.says(/In the fleet[\s\S]*In the fleet/, 60_000);
  await endsSoon(t, running);
});
