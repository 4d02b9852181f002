import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { test } from 'tap';
import { TOPICS } from '../../src/mqtt/topics.ts';
import { sha256 } from '../../src/store/model-pages.ts';
import { readCortexFile } from '../../src/store/cortex-file.ts';
import { Store } from '../../src/store/store.ts';
import { Listener, Mosquitto } from '../mqtt/brokers.ts';
import { Running, cortexd } from '../support/program.ts';
import { shortFolder } from '../support/folder.ts';
import { until } from '../support/until.ts';

const ajv = new Ajv({ strict: false });
formats.default(ajv);

/** A looped video file as a camera, and a rendered street that has learned and now breaks its routine. */
function configuration(folder: string, brokerUrl: string): string {
  const video = join(folder, 'loop.mp4');
  if (!existsSync(video)) {
    execFileSync('ffmpeg', [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'testsrc2=size=160x120:rate=10:duration=5',
      '-pix_fmt',
      'yuv420p',
      video,
    ]);
  }
  const file = join(folder, 'cortexd.yaml');
  writeFileSync(
    file,
    `node: test
state_directory: state
mqtt: { url: "${brokerUrl}", score_interval_s: 0.2 }
web: { port: 0 }
checkpoint: { interval_s: 1, write_budget_mb_per_day: 100000 }
cameras:
  loop:
    source: { type: file, path: loop.mp4 }
    preset: pi-zero2
  street:
    source: { type: synthetic, scene: lanes, fps: 10, fast_frames: 7200, anomalies_from: 7205, anomaly_spacing: 60 }
    preset: pi-zero2
    alarms_per_day: 5000
    zones: { road: [[0, 0.3], [1, 0.3], [1, 0.8], [0, 0.8]] }
`,
  );
  return file;
}

async function savedModel(directory: string, camera: string): Promise<{ step: number; sha256: string }> {
  const store = new Store({ directory, outboxLimit: 1e6, program: '0', lock: true });
  const loaded = await store.loadModel(camera);
  store.close();
  if (loaded.kind !== 'loaded') throw new Error('nothing saved');
  return { step: loaded.image.step, sha256: sha256(loaded.image.bytes) };
}

/** How far the model of the street is, as the command line tells it. */
async function streetStep(config: string): Promise<number> {
  const { cameras } = JSON.parse((await cortexd('status', '--json', '--config', config)).stdout) as {
    cameras: { camera: string; step: number }[];
  };
  return cameras.find(({ camera }) => camera === 'street')!.step;
}

test('the daemon on a looped video and a street, with a real broker, through kill -9', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const folder = shortFolder(t);
  const state = join(folder, 'state');
  const config = configuration(folder, broker.url);
  const listener = await Listener.open(broker.url);
  t.teardown(() => listener.close());
  const last = (topic: string): string | undefined =>
    listener.heard.findLast((heard) => heard.topic === `cortexd/test/${topic}`)?.text;
  const count = (topic: string): number =>
    listener.heard.filter((heard) => heard.topic === `cortexd/test/${topic}`).length;

  let daemon = new Running(['run', '--config', config]);
  t.teardown(() => daemon.end('SIGKILL'));
  await until('online', () => last('bridge/state') === '{"state":"online"}');
  await until(
    'both cameras give frames',
    () => last('loop/availability') === '{"state":"online"}' && last('street/availability') === '{"state":"online"}',
  );
  await until('scores of the video', () => count('loop/score') >= 5);
  await until(
    'an event with its end',
    () => listener.heard.some(({ topic, text }) => topic.endsWith('street/event') && text.includes('"type":"end"')),
    60_000,
  );
  await until('a prediction', () => count('street/prediction') > 0);
  await until(
    'the anomaly switch was on',
    () => listener.heard.some(({ topic, text }) => topic.endsWith('street/anomaly') && text === 'ON'),
    60_000,
  );
  await until('a picture of the event', () => count('street/snapshot') > 0);

  // Every message is what its schema says.
  for (const topic of Object.values(TOPICS)) {
    if (topic.schema === null) continue;
    const validate = ajv.compile(JSON.parse(JSON.stringify({ ...topic.schema, $id: undefined })) as object);
    const pattern = new RegExp(`^cortexd/test/${topic.path.replace(/<(camera|name|verb)>/g, '[^/]+')}$`);
    for (const { topic: name, text } of listener.heard.filter((heard) => pattern.test(heard.topic))) {
      const value: unknown = text === 'ON' || text === 'OFF' || text === 'off' ? text : JSON.parse(text);
      t.ok(validate(value), `${name}: ${ajv.errorsText(validate.errors)}`);
    }
  }
  const newcomer = await Listener.open(broker.url);
  await until('retained state', () =>
    ['bridge/state', 'bridge/info', 'loop/availability', 'street/anomaly'].every((topic) =>
      newcomer.heard.some((heard) => heard.retain && heard.topic === `cortexd/test/${topic}`),
    ),
  );
  await newcomer.close();

  // The command line speaks to the running daemon.
  // Something may be told already while the street is gone through fast.
  await until('the street is seen in real time', async () => (await streetStep(config)) > 7200, 60_000);
  const status = JSON.parse((await cortexd('status', '--json', '--config', config)).stdout) as {
    broker: { state: string };
  };
  t.equal(status.broker.state, 'online');
  t.match(await cortexd('snapshot', 'create', 'live', '--camera', 'loop', '--config', config), {
    code: 0,
    stdout: /Snapshot live of camera loop/,
  });
  t.match(await cortexd('snapshot', 'export', 'live', join(folder, 'live.cortex'), '--config', config), { code: 0 });
  t.equal((await readCortexFile(join(folder, 'live.cortex'))).camera, 'loop');
  t.match(await cortexd('snapshot', 'import', join(folder, 'live.cortex'), 'copy', '--config', config), { code: 0 });
  t.match(await cortexd('snapshot', 'restore', 'copy', '--config', config), {
    code: 0,
    stdout: /Restored copy; the model before is kept as before-/,
  });
  t.match(await cortexd('snapshot', 'restore', '--undo', '--config', config), {
    code: 0,
    stdout: /Restored before-.*; the model before is kept as before-/,
  });
  t.match(await cortexd('snapshot', 'list', '--config', config), { code: 0, stdout: /live.*loop/s });
  const events = (await cortexd('events', '--json', '--camera', 'street', '--config', config)).stdout
    .trim()
    .split('\n');
  const { id } = JSON.parse(events[0]!) as { id: string };
  t.match(await cortexd('events', 'show', id, '--picture', join(folder, 'event.jpg'), '--config', config), { code: 0 });
  t.same([...readFileSync(join(folder, 'event.jpg')).subarray(0, 2)], [0xff, 0xd8], 'a JPEG');
  t.match(await cortexd('run', '--config', config), { code: 69, stderr: /only daemon/ }, 'a second daemon is refused');

  // Power cut.
  await until('the video camera has been saved', async () => {
    const { stdout } = await cortexd('status', '--json', '--config', config);
    const { cameras } = JSON.parse(stdout) as { cameras: { camera: string; checkpoint_step: number }[] };
    return cameras.every(({ checkpoint_step: step }) => step > 0);
  });
  await daemon.end('SIGKILL');
  await until('the last will', () => last('bridge/state') === '{"state":"offline"}');
  const saved = await savedModel(state, 'loop');
  t.ok(saved.step > 0);

  // Started again without its video, the camera steps no frame: the model is exactly what was saved.
  renameSync(join(folder, 'loop.mp4'), join(folder, 'away.mp4'));
  daemon = new Running(['run', '--config', config]);
  await daemon.says(new RegExp(`Model resumed.*camera=loop step=${saved.step} `));
  await until('online again', () => last('bridge/state') === '{"state":"online"}');
  await until('the lost camera is told', () =>
    listener.heard.some(({ topic, text }) => topic.endsWith('loop/event') && text.includes('"cause":"camera_lost"')),
  );
  t.match(await cortexd('snapshot', 'create', 'after', '--camera', 'loop', '--config', config), { code: 0 });
  await cortexd('snapshot', 'export', 'after', join(folder, 'after.cortex'), '--config', config);
  const resumed = await readCortexFile(join(folder, 'after.cortex'));
  t.equal(resumed.step, saved.step, 'same step counter');
  t.equal(sha256(resumed.bytes), saved.sha256, 'same bytes');

  // The video is back: so is the camera, and it goes on from there.
  renameSync(join(folder, 'away.mp4'), join(folder, 'loop.mp4'));
  await until(
    'the camera is found',
    () => listener.heard.some(({ topic, text }) => topic.endsWith('loop/event') && text.includes('the camera is back')),
    60_000,
  );
  await until('it is available', () => last('loop/availability') === '{"state":"online"}');

  t.equal(await daemon.end('SIGTERM'), 0);
  t.match(daemon.output, /Stopped/);
  await until(
    'offline, said by itself',
    () => last('bridge/state') === '{"state":"offline"}' && last('street/availability') === '{"state":"offline"}',
  );
  t.ok((await savedModel(state, 'loop')).step > saved.step, 'the last step was saved on the way out');

  // And stopped, the same commands work on the database.
  t.match(await cortexd('snapshot', 'create', 'offline', '--camera', 'street', '--config', config), { code: 0 });
  t.match(await cortexd('snapshot', 'restore', 'offline', '--config', config), { code: 0 });
  t.match(await cortexd('status', '--config', config), { code: 69, stderr: /running daemon/ });
});

test('a broker that is away holds nothing up, and the events come when it is there', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  await broker.down();
  const folder = shortFolder(t);
  const config = configuration(folder, broker.url);
  const daemon = new Running(['run', '--config', config]);
  t.teardown(() => daemon.end('SIGKILL'));
  await daemon.says(/no connection to the broker/);
  await daemon.says(/Event: /, 120_000);
  await until('events wait', async () => {
    const { stdout } = await cortexd('status', '--json', '--config', config);
    return stdout !== '' && (JSON.parse(stdout) as { outbox_depth: number }).outbox_depth > 0;
  });
  await broker.up();
  const listener = await Listener.open(broker.url);
  t.teardown(() => listener.close());
  await until('the waiting event', () => listener.heard.some(({ topic }) => topic.endsWith('street/event')), 60_000);
  t.equal(await daemon.end('SIGINT'), 0);
});
