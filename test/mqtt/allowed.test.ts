/** allowed.test.ts - who may command: kinds of commands that are left out, and topics of their own for all of them. */
import { type Test, test } from 'tap';
import { Bus } from '../../src/mqtt/bus.ts';
import { CommandServer } from '../../src/mqtt/command-server.ts';
import { type Command, type CommandKind, kindOf, parseCommand } from '../../src/mqtt/commands.ts';
import { cameraDiscovery, daemonDiscovery } from '../../src/mqtt/home-assistant/discovery.ts';
import { until } from '../support/until.ts';
import { Listener, Mosquitto, busFor } from './brokers.ts';

const BASE = 'cortexd/test';
const KINDS: readonly CommandKind[] = ['settings', 'masks', 'teaching', 'snapshots', 'restart'];
/** One command of each kind, and those that only ask. */
const SAMPLES: readonly [path: string, payload: string, kind: CommandKind | null][] = [
  ['porch/sensitivity/set', '2', 'settings'],
  ['porch/enabled/set', 'OFF', 'settings'],
  ['porch/zone/gate/set', 'OFF', 'settings'],
  ['porch/mask/window/set', 'OFF', 'masks'],
  ['porch/feedback/set', 'normal', 'teaching'],
  ['porch/label/set', 'lorry', 'teaching'],
  ['bridge/request/snapshot.create', '{"name":"x"}', 'snapshots'],
  ['bridge/request/snapshot.restore', '{"name":"x"}', 'snapshots'],
  ['bridge/request/snapshot.delete', '{"name":"x"}', 'snapshots'],
  ['bridge/request/restart', '', 'restart'],
  ['bridge/request/snapshot.list', '', null],
  ['bridge/request/events.list', '', null],
  ['bridge/request/health', '', null],
];

test('each command is of the kind that mqtt.allow names', async (t) => {
  for (const [path, payload, kind] of SAMPLES) {
    const parsed = parseCommand(path, payload);
    t.equal(parsed.ok ? kindOf(parsed.command) : 'refused', kind, path);
  }
});

async function served(
  t: Test,
  baseTopic: string,
  allowed: ReadonlySet<CommandKind>,
): Promise<{ listener: Listener; done: Command[]; refused: string[] }> {
  const broker = await Mosquitto.start();
  const listener = await Listener.open(broker.url);
  const bus = new Bus(busFor(broker.url).options);
  const done: Command[] = [];
  const refused: string[] = [];
  new CommandServer({
    bus,
    baseTopic,
    allowed,
    handle: async (command) => void done.push(command),
    told: (path, error) => void (error === null ? undefined : refused.push(`${path}: ${error}`)),
  }).start();
  bus.start();
  t.teardown(async () => {
    await bus.close();
    await listener.close();
    await broker.close();
  });
  await until('the bus hears commands', async () => {
    await listener.publish(`${baseTopic}/bridge/request/health`, '');
    return done.length > 0;
  });
  done.length = 0;
  return { listener, done, refused };
}

test('a kind that is not allowed is refused with the setting that says so, and nothing is done', async (t) => {
  for (const only of KINDS) {
    const { listener, done, refused } = await served(t, BASE, new Set([only]));
    for (const [path, payload] of SAMPLES) await listener.publish(`${BASE}/${path}`, payload);
    const wanted = SAMPLES.filter(([, , kind]) => kind === null || kind === only).length;
    await until('all are answered', () => done.length + refused.length >= SAMPLES.length);
    t.equal(done.filter((command) => kindOf(command) !== null && kindOf(command) !== only).length, 0, only);
    t.ok(done.length >= wanted, `${done.length} of ${wanted} done`);
    t.equal(refused.length, SAMPLES.length - wanted);
    t.match(
      refused,
      refused.map(() => /mqtt\.allow/),
    );
    await listener.hear(
      `${BASE}/bridge/response/set`,
      (text) => only === 'masks' || /masks are not \(mqtt\.allow\)/.test(text),
    );
  }
});

test('with command_topic commands are heard there, and not where state is told', async (t) => {
  const { listener, done } = await served(t, 'private/house', new Set(KINDS));
  await listener.publish(`${BASE}/porch/mask/window/set`, 'OFF');
  await listener.publish('private/house/porch/sensitivity/set', '2');
  await until('the second is done', () => done.length > 0);
  t.match(done, [{ kind: 'sensitivity', value: 2 }]);
  t.equal(done.length, 1, 'the first was not heard');
  await listener.hear(`${BASE}/bridge/response/set`, (text) => /"ok"/.test(text));
});

test('Home Assistant is not offered what would be refused', async (t) => {
  const context = { baseTopic: BASE, commandTopic: 'private/house', node: 'n', version: '1', daemonId: 'd' };
  const triangle = { enabled: true, points: [[0, 0], [1, 0], [1, 1]] as [number, number][] }; // prettier-ignore
  const values = { learning: true, enabled: true, sensitivity: 1, zones: { Tür: triangle }, masks: { Tür: triangle } };
  const keys = (allowed: ReadonlySet<CommandKind> | undefined): string[] =>
    Object.entries({
      ...cameraDiscovery('porch', 'd_1', values, { ...context, allowed }).components,
      ...daemonDiscovery({ ...context, allowed }).components,
    }).flatMap(([key, component]) => ('command_topic' in component ? [key] : []));
  const all = keys(undefined);
  t.match(all, [
    /learning/,
    /enabled/,
    /sensitivity/,
    /normal/,
    /matters/,
    /name_it/,
    /alarms_per_day/,
    /mute/,
    /quiet_hours/,
    /zone_Tur-/,
    /mask_Tur-/,
    /restart/,
  ]);
  t.strictSame(keys(new Set(KINDS)), all);
  t.strictSame(keys(new Set()), []);
  t.strictSame(keys(new Set(['teaching'])), ['normal', 'matters', 'name_it']);
  t.match(keys(new Set(['masks'])), [/^mask_Tur-/]);
  const { components } = cameraDiscovery('porch', 'd_1', values, context);
  const zone = Object.entries(components).find(([key]) => key.startsWith('zone_'));
  t.equal(zone?.[1]['command_topic'], 'private/house/porch/zone/Tür/set');
  t.equal(zone?.[1]['name'], 'Zone Tür');
});
