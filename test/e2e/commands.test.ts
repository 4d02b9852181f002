import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { TOPICS } from '../../src/mqtt/topics.ts';
import { type ResponseRecord, ResponseRecord as ResponseSchema } from '../../src/records/commands.ts';
import { discoveryProblems } from '../mqtt/home-assistant/keys.ts';
import { Listener, Mosquitto } from '../mqtt/brokers.ts';
import { accepts } from '../records/schemas.ts';
import { shortFolder } from '../support/folder.ts';
import { Running, cortexd } from '../support/program.ts';
import { until } from '../support/until.ts';

const BASE = 'cortexd/test';

function configure(folder: string, brokerUrl: string, camera: string, more = ''): string {
  const file = join(folder, 'cortexd.yaml');
  writeFileSync(
    file,
    `node: test
state_directory: state
mqtt: { url: "${brokerUrl}", score_interval_s: 0.2 }
web: { enabled: false }
cameras:
  ${camera}:
    source: { type: synthetic, scene: lanes, anomalies_from: 1000000 }
    preset: pi-zero2
    zones: { road: [[0, 0.3], [1, 0.3], [1, 0.8], [0, 0.8]] }
${more}
streams:
  boiler:
    source: { type: mqtt, topic: house/boiler }
`,
  );
  return file;
}

test('settings, zones, masks and requests over MQTT: answered, retained, kept over a restart and another name', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const folder = shortFolder(t);
  let config = configure(folder, broker.url, 'street');
  const listener = await Listener.open(broker.url);
  t.teardown(() => listener.close());
  let daemon = new Running(['run', '--config', config]);
  t.teardown(() => daemon.end('SIGKILL'));
  const last = (topic: string): string | undefined => listener.of(`${BASE}/${topic}`).at(-1);
  const says = (topic: string, text: string): Promise<void> =>
    until(`${topic} is ${text}`, () => last(topic) === text, 60_000);
  const answers: ResponseRecord[] = [];
  /** Send a command; resolves to its answer. */
  const tell = async (topic: string, payload: string | Buffer): Promise<ResponseRecord> => {
    const verb = /^bridge\/request\/(.+)$/.exec(topic)?.[1] ?? 'set';
    const at = `${BASE}/bridge/response/${verb}`;
    const before = listener.of(at).length;
    await listener.publish(`${BASE}/${topic}`, payload);
    await until(`an answer to ${topic}`, () => listener.of(at).length > before, 60_000);
    const answer = JSON.parse(listener.of(at)[before]!) as ResponseRecord;
    answers.push(answer);
    return answer;
  };
  await says('street/availability', '{"state":"online"}');
  await says('street/learning', 'ON');
  await says('street/enabled', 'ON');
  await says('street/sensitivity', '1');
  t.match(JSON.parse(last('street/zone/road')!), { enabled: true });
  t.equal(last('boiler/learning'), 'ON');

  // Settings.
  t.match(await tell('street/learning/set', 'OFF'), { status: 'ok', data: { learning: false } });
  await says('street/learning', 'OFF');
  t.match(await tell('street/sensitivity/set', '2.5'), { status: 'ok', error: null });
  await says('street/sensitivity', '2.5');
  t.match(await tell('boiler/sensitivity/set', '3'), { status: 'ok', error: null });
  await says('boiler/sensitivity', '3');
  t.match(await tell('street/zone/road/set', 'OFF'), { status: 'ok', error: null });
  t.match(await tell('street/zone/yard/set', '[[0,0.8],[1,0.8],[1,1]]'), { status: 'ok', error: null });
  t.match(await tell('street/mask/window/set', '{"points":[[0,0],[0.5,0],[0.5,1],[0,1]]}'), {
    status: 'ok',
    error: null,
  });
  await until('the mask', () => last('street/mask/window') !== undefined);
  t.match(JSON.parse(last('street/zone/road')!), { enabled: false });

  // What is wrong changes nothing.
  for (const [topic, payload, error] of [
    ['street/learning/set', 'maybe', /ON or OFF/],
    ['street/sensitivity/set', '1e9', /0\.1 to 10/],
    ['street/mask/window/set', '[[0,0],[2,0],[1,1]]', /corner points/],
    ['street/mask/nowhere/set', 'ON', /Draw it first/],
    ['boiler/zone/x/set', '[[0,0],[1,0],[1,1]]', /number sensor/],
    ['nobody/learning/set', 'ON', /camera or stream of street, boiler/],
    ['street/feedback/set', 'hm', /normal, matters/],
    ['street/feedback/set', 'normal', /there was none/],
    ['bridge/request/snapshot.create', '{"name":"../../etc"}', /snapshot\.create/],
    ['bridge/request/snapshot.restore', '{"name":"nothing"}', /there is none named/],
    ['street/mask/window/set', `${'['.repeat(8000)}${']'.repeat(8000)}`, /corner points/],
    ['street/learning/set', Buffer.from([0, 255, 1, 254]), /ON or OFF/],
    ['street/mask/window/set', Buffer.alloc(10 << 20, 0x5b), /at most 16384 bytes/],
  ] as const) {
    const answer = await tell(topic, payload);
    t.match(
      answer,
      { status: 'error', data: null, error },
      `${topic} ${payload.toString('latin1' as 'utf8').slice(0, 20)}`,
    );
  }
  await says('street/learning', 'OFF');
  t.match(JSON.parse(last('street/mask/window')!).points[1], [0.5, 0]);

  // Requests.
  const made = await tell('bridge/request/snapshot.create', '{"name":"first","camera":"street","transaction":"t1"}');
  t.match(made, { transaction: 't1', status: 'ok', data: { name: 'first', camera: 'street' } });
  t.match(await tell('bridge/request/snapshot.list', ''), { status: 'ok', data: [{ name: 'first' }] });
  const restored = await tell('bridge/request/snapshot.restore', '{"name":"first","transaction":2}');
  t.match(restored, { transaction: 2, status: 'ok', data: { restored: 'first', replaced: /^before-/ } });
  t.match(await tell('bridge/request/snapshot.delete', '{"name":"first"}'), { status: 'ok', error: null });
  t.match(await tell('bridge/request/events.list', '{"limit":5}'), { status: 'ok', data: Array });
  const health = await tell('bridge/request/health', '{}');
  t.strictSame(accepts(TOPICS.health.schema, health.data), []);
  t.match(health, { data: { mqtt: { connected: true } } });
  for (const answer of answers) t.strictSame(accepts(ResponseSchema, answer), []);

  // Switched off and on.
  t.match(await tell('street/enabled/set', 'OFF'), { status: 'ok', error: null });
  await says('street/availability', '{"state":"offline"}');
  const scores = listener.of(`${BASE}/street/score`).length;
  t.match(await tell('boiler/enabled/set', 'OFF'), { status: 'ok', error: null });
  t.ok(listener.of(`${BASE}/street/score`).length <= scores + 1, 'no more frames');
  t.match(await tell('street/enabled/set', 'ON'), { status: 'ok', error: null });
  await says('street/availability', '{"state":"online"}');

  // Commands that come too fast are told, and the daemon goes on.
  for (let i = 0; i < 200; i++) await listener.publish(`${BASE}/street/sensitivity/set`, '2.5');
  await listener.hear(`${BASE}/bridge/response/set`, (text) => text.includes('were left undone'));

  // The command line says the same things.
  t.match(await cortexd('learning', 'on', '--camera', 'street', '--config', config), {
    code: 0,
    stdout: /Learning is on/,
  });
  await says('street/learning', 'ON');
  t.match(await cortexd('learning', 'off', '--camera', 'street', '--config', config), { code: 0 });
  t.match(await cortexd('feedback', 'normal', '--camera', 'street', '--config', config), {
    code: 64,
    stderr: /there was none/,
  });
  t.match(await cortexd('label', 'lorry', '--camera', 'boiler', '--config', config), {
    code: 64,
    stderr: /number sensor/,
  });

  // A restart that was asked for: the same process, the same settings.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const discovery = (): string[] =>
    listener.heard.filter(({ topic }) => topic.startsWith('homeassistant/device/')).map(({ topic }) => topic);
  const ids = new Set(discovery());
  t.equal(ids.size, 3, 'daemon, camera, number sensor');
  for (const { topic, text } of listener.heard)
    if (topic.startsWith('homeassistant/')) t.strictSame(discoveryProblems(JSON.parse(text)), [], topic);
  const sound = readFileSync(config, 'utf8');
  writeFileSync(config, 'cameras: [broken');
  t.match(await tell('bridge/request/restart', ''), { status: 'error', data: null });
  writeFileSync(config, sound);
  await says('street/availability', '{"state":"online"}');
  t.match(await tell('bridge/request/restart', ''), { status: 'ok', error: null });
  await daemon.says(/Restarting[^]*Stopped[^]*Store opened/);
  await says('street/availability', '{"state":"online"}');
  for (const [topic, text] of [
    ['street/learning', 'OFF'],
    ['street/sensitivity', '2.5'],
    ['boiler/sensitivity', '3'],
    ['boiler/enabled', 'OFF'],
  ] as const)
    t.equal(last(topic), text, `${topic} was kept`);
  t.match(JSON.parse(last('street/mask/window')!), { enabled: true });
  t.match(JSON.parse(last('street/zone/road')!), { enabled: false });
  t.equal(await daemon.end('SIGTERM'), 0);

  // The configuration file means it: what it says anew goes before what was set. And the camera has another name.
  config = configure(folder, broker.url, 'road', '    sensitivity: 4\n    renamed_from: street\n');
  daemon = new Running(['run', '--config', config]);
  await daemon.says(/goes over.*renamed_from=street/);
  await says('road/availability', '{"state":"online"}');
  t.equal(last('road/sensitivity'), '4', 'from the file');
  t.equal(last('road/learning'), 'OFF', 'went over');
  t.match(JSON.parse(last('road/mask/window')!), { enabled: true });
  await until('the same entities under another name', () =>
    listener.heard.some(({ topic, text }) => ids.has(topic) && text.includes('"name":"road"')),
  );
  t.strictSame(new Set(discovery()), ids, 'no device more');
  t.match(await tell('road/mask/window/set', 'RESET'), { status: 'ok', error: null });
  await says('road/mask/window', '');
  t.equal(await daemon.end('SIGTERM'), 0);
});
