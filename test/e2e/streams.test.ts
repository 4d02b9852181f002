/** streams.test.ts - number sensors of the running daemon: file, CSV and MQTT, through kill -9, with a real broker. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { test } from 'tap';
import { EventRecord } from '../../src/records/event.ts';
import { HealthRecord } from '../../src/records/bridge.ts';
import { SensorScore } from '../../src/records/series.ts';
import { Store } from '../../src/store/store.ts';
import { Listener, Mosquitto } from '../mqtt/brokers.ts';
import { accepts } from '../records/schemas.ts';
import { shortFolder } from '../support/folder.ts';
import { Running, cortexd } from '../support/program.ts';
import { until } from '../support/until.ts';

const ROWS = 1500;
const value = (i: number): number => (i === 1200 ? 500 : 20 + (i % 24) + (i % 5) / 10);

function configuration(folder: string, url: string): string {
  const rows = Array.from({ length: ROWS }, (_, i) => `${1_700_000_000 + i * 300},${value(i)}`);
  writeFileSync(join(folder, 'series.csv'), `time,value\n${rows.join('\n')}\n`);
  writeFileSync(join(folder, 'temp'), '21375\n');
  const file = join(folder, 'cortexd.yaml');
  writeFileSync(
    file,
    `node: test
state_directory: state
mqtt: { url: "${url}", score_interval_s: 0.1 }
web: { enabled: false }
checkpoint: { interval_s: 1 }
streams:
  tank:
    source: { type: csv, path: series.csv, interval_s: 0.001 }
  cpu:
    source: { type: file, path: temp, interval_s: 0.1 }
    scale: 0.001
  boiler:
    display_name: Бойлер в подвале 🔥
    source: { type: mqtt, topic: home/boiler, json_key: temperature }
    lost_after_s: 1
`,
  );
  return file;
}

test('number sensors learn, tell, are lost and found, and go on after kill -9', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const folder = shortFolder(t);
  const state = join(folder, 'state');
  const config = configuration(folder, broker.url);
  const listener = await Listener.open(broker.url);
  t.teardown(() => listener.close());
  const heard = (topic: string): string[] =>
    listener.heard.filter((one) => one.topic === `cortexd/test/${topic}`).map(({ text }) => text);
  const events = (sensor: string): EventRecord[] =>
    heard(`${sensor}/event`).map((text) => JSON.parse(text) as EventRecord);
  const client = await connectAsync(broker.url);
  t.teardown(() => client.endAsync());

  // Retained, so old when the daemon comes: it must not be taken for a value of now.
  await client.publishAsync('home/boiler', '{"temperature":99}', { retain: true });
  let daemon = new Running(['run', '--config', config]);
  t.teardown(() => daemon.end('SIGKILL'));
  await until('all sensors are there', () =>
    ['tank', 'cpu', 'boiler'].every((name) => heard(`${name}/availability`).length > 0),
  );
  t.equal(JSON.parse(heard('bridge/info').at(-1)!).streams.join(), 'tank,cpu,boiler');

  await until('the boiler is lost', () => events('boiler').length === 1, 20_000);
  t.match(events('boiler')[0], {
    type: 'start',
    cause: 'sensor_lost',
    severity: 'notice',
    explanation: 'no value for 1 s',
  });
  await client.publishAsync('home/boiler', '{"temperature":61.5}');
  await until('it is found', () => events('boiler').length === 2);
  t.same(
    events('boiler').map(({ camera, display_name: shown }) => [camera, shown]),
    Array.from({ length: 2 }, () => ['boiler', 'Бойлер в подвале 🔥']),
  );
  t.match(JSON.parse(heard('boiler/score')[0]!), { value: 61.5, learning: { state: 'learning' } });
  await client.publishAsync('home/boiler', 'nonsense');
  await daemon.says(/Expected a number as temperature of the message but received "nonsense"/);

  await until('the file is read', () => heard('cpu/score').length > 2);
  t.match(JSON.parse(heard('cpu/score')[0]!), { value: 21.375 });
  writeFileSync(join(folder, 'temp'), 'broken');
  await until('the file sensor is lost', () => events('cpu').length === 1);
  t.notOk('display_name' in events('cpu')[0]!, 'without one nothing is added');
  t.match(events('cpu')[0], { cause: 'sensor_lost', explanation: /it holds "broken"/ });
  writeFileSync(join(folder, 'temp'), '22000\n');
  await until('and found', () => events('cpu').length === 2);

  const stepOf = async (): Promise<number> => {
    const { stdout } = await cortexd('status', '--state-directory', state, '--json');
    return (JSON.parse(stdout) as HealthRecord).streams.find(({ stream }) => stream === 'tank')!.checkpoint_step;
  };
  await until('a checkpoint of the tank', async () => (await stepOf()) > 0, 30_000);
  await daemon.end('SIGKILL');
  daemon = new Running(['run', '--config', config]);
  await daemon.says(/Model resumed from its last checkpoint/);
  await daemon.says(/The series has ended/, 60_000);
  t.same(
    accepts(HealthRecord, JSON.parse((await cortexd('status', '--state-directory', state, '--json')).stdout)).filter(
      (text) => !text.includes('additional'),
    ),
    [],
  );
  t.match((await cortexd('status', '--state-directory', state)).stdout, /stream +state +step/);
  await until('the peak was told', () => events('tank').some(({ cause }) => cause === 'value'), 20_000);
  const peak = events('tank').find(({ cause }) => cause === 'value')!;
  t.same(accepts(EventRecord, peak), []);
  t.match(peak, { severity: 'alert', camera: 'tank', explanation: /500 is further out/ });
  t.ok(heard('tank/anomaly').includes('ON'));
  t.same(accepts(SensorScore, JSON.parse(heard('tank/score').at(-1)!)), []);
  t.match(await cortexd('snapshot', 'create', 'tank-1', '--camera', 'tank', '--state-directory', state), { code: 0 });
  t.equal(await daemon.end('SIGTERM'), 0);

  // Every row once, in spite of the kill: the model is the one that an uninterrupted run makes.
  const store = new Store({ directory: state, outboxLimit: 1e6, program: '0', lock: true });
  const loaded = await store.loadModel('tank');
  store.close();
  if (loaded.kind !== 'loaded') throw new Error('nothing saved');
  t.equal(loaded.image.step, ROWS);
  const whole = join(folder, 'whole.cortex');
  await cortexd('series', join(folder, 'series.csv'), '--save', whole);
  const exported = join(folder, 'exported.cortex');
  t.match(await cortexd('snapshot', 'export', 'tank-1', exported, '--state-directory', state), { code: 0 });
  const { readCortexFile } = await import('../../src/store/cortex-file.ts');
  t.equal(Buffer.compare((await readCortexFile(exported)).bytes, (await readCortexFile(whole)).bytes), 0);
});

test('a fault in the thread of the sensors ends the daemon in order, and nothing half-done is saved', async (t) => {
  for (const [fault, says] of [
    ['sensor step@4=throw', /a fault on purpose/],
    ['sensor step@4=die', /sensor model worker has ended/],
  ] as const) {
    const folder = shortFolder(t);
    writeFileSync(join(folder, 'temp'), '21375\n');
    const config = join(folder, 'cortexd.yaml');
    const source = '{ type: file, path: temp, interval_s: 0.1 }';
    writeFileSync(
      config,
      `state_directory: state\nmqtt: { enabled: false }\nweb: { enabled: false }\nstreams: { cpu: { source: ${source} } }\n`,
    );
    const daemon = new Running(['run', '--config', config], { ...process.env, CORTEXD_FAULT: fault });
    t.teardown(() => daemon.end('SIGKILL'));
    await daemon.says(/Stopped/, 60_000);
    await until('it has ended', () => daemon.child.exitCode !== null);
    t.equal(daemon.child.exitCode, 70, fault);
    t.match(daemon.output, says);
    const store = new Store({ directory: join(folder, 'state'), outboxLimit: 100, program: '0', lock: true });
    t.equal((await store.loadModel('cpu')).kind, 'none');
    store.close();
  }
});
