/** settled.test.ts - what a former life of the daemon left open is settled at the start: events, retained topics, threads. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import type { EventRecord } from '../../src/records/event.ts';
import { Store } from '../../src/store/store.ts';
import { Listener, Mosquitto } from '../mqtt/brokers.ts';
import { eventOf, imageOf } from '../store/support.ts';
import { shortFolder } from '../support/folder.ts';
import { Running, cortexd } from '../support/program.ts';
import { until } from '../support/until.ts';

function configure(folder: string, url: string | null): string {
  const file = join(folder, 'c.yaml');
  writeFileSync(
    file,
    `node: test
state_directory: state
mqtt: { ${url === null ? 'enabled: false' : `url: "${url}"`} }
web: { enabled: false }
checkpoint: { interval_s: 1, write_budget_mb_per_day: 100000 }
cameras:
  street: { source: { type: synthetic, scene: lanes, fps: 10, anomalies_from: 1000000 }, preset: pi-zero2 }
`,
  );
  return file;
}

test('events and retained state of a life that was cut off are settled at the next start', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const folder = shortFolder(t);
  const config = configure(folder, broker.url);
  const directory = join(folder, 'state');
  const former = new Store({ directory, outboxLimit: 100, program: '0', lock: true });
  former.checkpoint(imageOf(1, 1, 'gone'));
  former.saveEvent(eventOf('E1', { camera: 'street' }), null, false);
  former.saveEvent(eventOf('E2', { camera: 'gone' }), null, false);
  former.close();
  const listener = await Listener.open(broker.url);
  t.teardown(() => listener.close());
  const base = 'cortexd/test';
  await listener.publish(`${base}/street/anomaly`, 'ON', true);
  await listener.publish(`${base}/gone/anomaly`, 'ON', true);
  await listener.publish(`${base}/gone/availability`, '{"state":"online"}', true);
  const daemon = new Running(['run', '--config', config]);
  t.teardown(() => daemon.end('SIGKILL'));
  const ends = (): EventRecord[] =>
    ['street', 'gone'].flatMap((camera) => listener.of(`${base}/${camera}/event`).map((text) => JSON.parse(text)));
  await until('both events end', () => ends().length === 2, 30_000);
  t.match(ends(), [
    { id: eventOf('E1').id, type: 'end', score: 0, explanation: /stopped before it ended/ },
    { id: eventOf('E2').id, type: 'end', explanation: /not in the configuration any more/ },
  ]);
  await until('the switch is off', () => listener.of(`${base}/street/anomaly`).at(-1) === 'OFF');
  await until('what is gone is forgotten', () => listener.of(`${base}/gone/availability`).at(-1) === '');
  t.equal(listener.of(`${base}/gone/anomaly`).at(-1), '');
  const { stdout } = await cortexd('events', '--json', '--config', config);
  t.ok(
    stdout
      .trim()
      .split('\n')
      .every((line) => (JSON.parse(line) as EventRecord).ended_at !== null),
  );
  t.equal(await daemon.end('SIGTERM'), 0);
  const late = await Listener.open(broker.url);
  t.teardown(() => late.close());
  await late.hear(`${base}/street/anomaly`, (text) => text === 'OFF');
  t.notOk(late.heard.some(({ topic }) => topic.startsWith(`${base}/gone/`)));
});

test('a thread that dies or throws ends the daemon in order, with what was sound saved', async (t) => {
  for (const [fault, says] of [
    ['model step@60=throw', /a fault on purpose/],
    ['model step@60=die', /model worker has ended/],
    ['store call@12=die', /store thread has ended/],
  ] as const) {
    const folder = shortFolder(t);
    const config = configure(folder, null);
    const daemon = new Running(['run', '--config', config], { ...process.env, CORTEXD_FAULT: fault });
    t.teardown(() => daemon.end('SIGKILL'));
    await daemon.says(/Stopped/, 60_000);
    await until('it has ended', () => daemon.child.exitCode !== null);
    t.equal(daemon.child.exitCode, 70, fault);
    t.match(daemon.output, says);
    const store = new Store({ directory: join(folder, 'state'), outboxLimit: 100, program: '0', lock: true });
    const loaded = await store.loadModel('street');
    if (fault.startsWith('model'))
      t.ok(loaded.kind === 'loaded' && loaded.image.step < 60, 'nothing half-done was saved');
    t.equal(loaded.lost, null);
    store.close();
  }
});

test('commands that look create nothing, and a copy of nothing is an error', async (t) => {
  const folder = shortFolder(t);
  const state = join(folder, 'none');
  for (const args of [
    ['snapshot', 'list'],
    ['snapshot', 'show', 'a'],
    ['snapshot', 'restore', 'a'],
    ['events'],
    ['db', 'check'],
    ['db', 'backup', join(folder, 'copy.db')],
  ]) {
    const { code, stderr } = await cortexd(...args, '--state-directory', state);
    t.equal(code, 66, args.join(' '));
    t.match(stderr, /Expected a database at .* but there is none/);
  }
  const { code } = await cortexd('status', '--state-directory', state);
  t.equal(code, 69);
  const { readdirSync } = await import('node:fs');
  t.same(readdirSync(folder), [], 'not even a folder');
});
