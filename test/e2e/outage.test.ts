import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { EventRecord } from '../../src/records/event.ts';
import type { BusStatus } from '../../src/mqtt/bus.ts';
import { Listener, Mosquitto } from '../mqtt/brokers.ts';
import { TcpProxy } from '../mqtt/proxy.ts';
import { shortFolder } from '../support/folder.ts';
import { Running, cortexd } from '../support/program.ts';
import { until } from '../support/until.ts';

/** Kills of the broker; CORTEXD_BROKER_KILLS asks for more. */
const KILLS = Number(process.env['CORTEXD_BROKER_KILLS'] ?? 20);

/** A daemon that finds everything unusual: one event after another. */
function nervous(
  t: Test,
  url: string,
  node: string,
  fastFrames: number,
  more = '',
): { config: string; daemon: Running } {
  const folder = shortFolder(t);
  const config = join(folder, 'cortexd.yaml');
  writeFileSync(
    config,
    `node: ${node}
state_directory: state
mqtt: { url: "${url}", home_assistant: false, retry_longest_s: 1, keepalive_s: 5, score_interval_s: 0.1${more} }
web: { enabled: false }
cameras:
  street:
    source: { type: synthetic, scene: lanes, fps: 10, fast_frames: ${fastFrames}, anomalies_from: 1000000 }
    preset: pi-zero2
    alarms_per_day: 10000
    sensitivity: 10
    hold_s: 0
    cooldown_s: 0
`,
  );
  const daemon = new Running(['run', '--config', config]);
  t.teardown(() => daemon.end('SIGKILL'));
  return { config, daemon };
}

type Status = {
  /** In JSON the keys are in snake_case. */
  readonly broker: Pick<BusStatus, 'hint' | 'connects'> & { readonly events_sent: number };
  readonly outbox_depth: number;
  readonly storage: { readonly outbox_dropped: number };
  readonly rss_mb: number;
  readonly mqtt: { readonly dropped: number };
  readonly cameras: readonly { readonly fps: number; readonly frames: number; readonly dropped: number }[];
};
async function statusOf(config: string): Promise<Status> {
  return JSON.parse((await cortexd('status', '--json', '--config', config)).stdout) as Status;
}

test(`the broker killed and restarted ${KILLS} times under load: no event is lost, none out of turn`, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  // In front of the broker, so that nobody can publish before someone hears.
  const proxy = await TcpProxy.to(broker.port);
  t.teardown(() => proxy.close());
  const heard: EventRecord[] = [];
  const hear = async (): Promise<Listener> => {
    const listener = await Listener.open(broker.url);
    listener.onMessage('cortexd/kills/street/event', (text) => heard.push(JSON.parse(text) as EventRecord));
    return listener;
  };
  let listener = await hear();
  const { config, daemon } = nervous(t, proxy.url, 'kills', 1_000_000);
  await until('the first events', () => heard.length > 5, 60_000);
  for (let kill = 0; kill < KILLS; kill++) {
    const before = heard.length;
    await broker.down();
    await listener.close().catch(() => undefined);
    proxy.mode = 'refuse';
    await new Promise((resolve) => setTimeout(resolve, 20 + ((kill * 37) % 200)));
    await broker.up();
    listener = await hear();
    proxy.mode = 'pass';
    await until(`events after kill ${kill + 1}`, () => heard.length > before + 5, 30_000);
  }
  await listener.publish('cortexd/kills/street/enabled/set', 'OFF');
  await until('all are sent', async () => (await statusOf(config)).outbox_depth === 0, 60_000);
  const {
    broker: bus,
    storage: { outbox_dropped: dropped },
  } = await statusOf(config);
  const journal = (await cortexd('events', '--json', '--limit', '100000', '--config', config)).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as EventRecord);
  await until('what is under way arrives', () => heard.length >= bus.events_sent - KILLS);
  const told = (id: string, type: string): boolean => heard.some((event) => event.id === id && event.type === type);
  const lost = journal.filter(({ id, ended_at: ended }) => !told(id, 'start') || (ended !== null && !told(id, 'end')));
  const seen = new Set<string>();
  const once = heard.filter(({ id, type, frame }) => {
    const key = `${id} ${type} ${frame}`;
    return seen.has(key) ? false : seen.add(key);
  });
  const swapped = once.filter(({ frame }, i) => i > 0 && frame < once[i - 1]!.frame);
  t.comment(
    `${journal.length} events, ${once.length} messages, ${heard.length - once.length} repeated, ${bus.connects} connects`,
  );
  t.strictSame(lost, [], 'none lost');
  t.strictSame(swapped, [], 'none out of turn');
  t.ok(bus.connects > KILLS, 'connected anew each time');
  t.equal(dropped, 0);
  t.ok(journal.length >= KILLS, `${journal.length} events`);
  t.equal(await daemon.end('SIGTERM'), 0);
  await listener.close();
});

test('a slow broker: the frame rate is untouched, memory is flat, what is too much is dropped and counted', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const proxy = await TcpProxy.to(broker.port);
  t.teardown(() => proxy.close());
  const { config, daemon } = nervous(t, proxy.url, 'slow', 3000);
  const listener = await Listener.open(broker.url);
  t.teardown(() => listener.close());
  await until(
    'real time',
    async () => {
      const { stdout } = await cortexd('status', '--json', '--config', config);
      return stdout !== '' && (JSON.parse(stdout) as Status).cameras[0]!.frames > 3000;
    },
    60_000,
  );
  proxy.bytesPerSecond = 500;
  const before = await statusOf(config);
  const since = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 8000));
  const after = await statusOf(config);
  const seconds = (performance.now() - since) / 1000;
  const fps = (after.cameras[0]!.frames - before.cameras[0]!.frames) / seconds;
  t.comment(
    `${fps.toFixed(2)} frames/s, ${before.rss_mb} -> ${after.rss_mb} MB, outbox ${before.outbox_depth} -> ${after.outbox_depth}`,
  );
  t.ok(fps > 9, 'ten frames a second');
  t.ok(after.rss_mb - before.rss_mb < 20, 'memory is flat');
  t.equal(await daemon.end('SIGTERM'), 0);
});

test('two daemons with one client id: each says so, with what to do', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const [a, b] = ['a', 'b'].map((node) => nervous(t, broker.url, node, 0, ', client_id: twin'));
  await Promise.race([a!, b!].map(({ daemon }) => daemon.says(/same client id|another client with the id \\?"twin/)));
  await until(
    'status names it',
    async () => {
      const states = await Promise.all([a!, b!].map(({ config }) => statusOf(config).catch(() => null)));
      return states.some((status) => status?.broker.hint?.includes('mqtt.client_id') === true);
    },
    30_000,
  );
  for (const { daemon } of [a!, b!]) t.equal(await daemon.end('SIGTERM'), 0);
});
