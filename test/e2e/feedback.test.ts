import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { EventRecord } from '../../src/records/event.ts';
import type { PredictionRecord } from '../../src/records/prediction.ts';
import { Listener, Mosquitto } from '../mqtt/brokers.ts';
import { shortFolder } from '../support/folder.ts';
import { Running } from '../support/program.ts';
import { until } from '../support/until.ts';

/**
 * Breaks of the routine begin here, once the model is no longer young; feedback is given up to the second, and what is told
 * after it counts.
 */
const [FROM, TAUGHT, FRAMES] = [9500, 13_000, 16_500];
/** So many events are said to matter: at full speed an answer may come when the thing is long gone, and then it says little. */
const MOST_SAID = 30;

/** A daemon that watches a rendered street as fast as it can. */
function watch(t: Test, broker: Mosquitto, node: string): Running {
  const folder = shortFolder(t);
  const file = join(folder, 'cortexd.yaml');
  writeFileSync(
    file,
    `node: ${node}
state_directory: state
mqtt: { url: "${broker.url}", home_assistant: false, score_interval_s: 0.1 }
web: { enabled: false }
cameras:
  street:
    source: { type: synthetic, scene: lanes, fps: 10, fast_frames: ${FRAMES}, frames: ${FRAMES}, anomalies_from: ${FROM}, anomaly_spacing: 200 }
    alarms_per_day: 2000
    preset: pi-zero2
    width: 96
    height: 72
    snapshots: false
    zones: { road: [[0, 0.3], [1, 0.3], [1, 0.8], [0, 0.8]] }
`,
  );
  const daemon = new Running(['run', '--config', file]);
  t.teardown(() => daemon.end('SIGKILL'));
  return daemon;
}

test('"that was normal" ends an event, and the same things are not told again; without it they are', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const listener = await Listener.open(broker.url);
  t.teardown(() => listener.close());
  const events = (node: string): EventRecord[] =>
    listener.of(`cortexd/${node}/street/event`).map((text) => JSON.parse(text) as EventRecord);
  const seen = new Set<string>();
  listener.onMessage('cortexd/taught/street/event', (text) => {
    const { id, type, frame, severity } = JSON.parse(text) as EventRecord;
    if (type !== 'start' || severity !== 'alert' || frame > TAUGHT || seen.has(id)) return;
    seen.add(id);
    void listener.publish('cortexd/taught/street/feedback/set', JSON.stringify({ feedback: 'normal', event: id }));
  });
  const daemons = [watch(t, broker, 'taught'), watch(t, broker, 'untaught')];
  await Promise.all(daemons.map((daemon) => daemon.says(/The source has ended/, 180_000)));
  await Promise.all(daemons.map((daemon) => daemon.end('SIGTERM')));
  const later = (node: string): number =>
    events(node).filter(({ type, severity, frame }) => type === 'start' && severity === 'alert' && frame > TAUGHT)
      .length;
  const [taught, untaught] = [later('taught'), later('untaught')];
  t.comment(`alerts after frame ${TAUGHT}: ${untaught} without feedback, ${taught} with`);
  t.ok(untaught >= 5, 'without feedback they go on');
  t.ok(taught * 2 <= untaught, 'with it at most half as many');
  t.ok(seen.size >= 3);
  const said = events('taught').filter(
    ({ type, explanation }) => type === 'end' && explanation.endsWith('someone said that it was normal'),
  );
  t.ok(said.length > 0, 'an event that was open ended at once');
  const answers = listener
    .of('cortexd/taught/bridge/response/set')
    .map((text) => JSON.parse(text) as { status: string; error: string });
  t.ok(
    answers.every(({ status, error }) => status === 'ok' || error.includes('left undone')),
    'each was answered',
  );
});

test('"that matters" is told as what it is; a name is told back with its probability', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const listener = await Listener.open(broker.url);
  t.teardown(() => listener.close());
  const base = 'cortexd/taught';
  const daemon = watch(t, broker, 'taught');
  let said = 0;
  listener.onMessage(`${base}/street/event`, (text) => {
    const { id, type, cause } = JSON.parse(text) as EventRecord;
    if (type !== 'start' || cause === 'scene_change' || said >= MOST_SAID) return;
    said++;
    void listener.publish(`${base}/street/feedback/set`, JSON.stringify({ feedback: 'matters', event: id }));
  });
  await until('scores', () => listener.of(`${base}/street/score`).length > 3, 30_000);
  // Nothing can be named before something was seen: said, and asked again.
  const answers = (): { status: string; data: { label?: string; feedback?: string; signs?: number } | null }[] =>
    listener.of(`${base}/bridge/response/set`).map((text) => JSON.parse(text) as ReturnType<typeof answers>[number]);
  await until(
    'the name is taken in',
    async () => {
      await listener.publish(`${base}/street/label/set`, 'car');
      await new Promise((resolve) => setTimeout(resolve, 300));
      return answers().some(({ data }) => data?.label === 'car');
    },
    60_000,
  );
  const labels = (): PredictionRecord['label'][] =>
    listener.of(`${base}/street/prediction`).map((text) => (JSON.parse(text) as PredictionRecord).label);
  await until(
    'the name is told',
    () => labels().some((label) => label?.name === 'car' && label.probability > 0.5),
    60_000,
  );
  await until(
    'what matters is told',
    () => listener.of(`${base}/street/event`).some((text) => text.includes('what was said to matter is there again')),
    150_000,
  );
  t.match(
    answers().find(({ data }) => data?.feedback === 'matters' && data.signs! > 0),
    { status: 'ok' },
  );
  t.equal(await daemon.end('SIGTERM'), 0);
});
