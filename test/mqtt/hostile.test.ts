import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { test } from 'tap';
import { Bus } from '../../src/mqtt/bus.ts';
import { CommandServer } from '../../src/mqtt/command-server.ts';
import { type Command, parseCommand } from '../../src/mqtt/commands.ts';
import { PacketGate } from '../../src/mqtt/packet-gate.ts';
import { RateLimit } from '../../src/mqtt/rate-limit.ts';
import { until } from '../support/until.ts';
import { Listener, Mosquitto, busFor } from './brokers.ts';

const PATHS = [
  'porch/learning/set',
  'porch/enabled/set',
  'porch/sensitivity/set',
  'porch/zone/gate/set',
  'porch/mask/window/set',
  'porch/feedback/set',
  'porch/label/set',
  'bridge/request/snapshot.create',
  'bridge/request/snapshot.list',
  'bridge/request/snapshot.restore',
  'bridge/request/snapshot.delete',
  'bridge/request/events.list',
  'bridge/request/health',
  'bridge/request/restart',
] as const;

/** Payloads like the real ones and a little wrong, and anything at all. */
const payloads = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString()),
  fc.json({ maxDepth: 6 }),
  fc.constantFrom(
    'ON',
    'OFF',
    'on',
    'RESET',
    'normal',
    'matters',
    '1.5',
    '1e3',
    '-1',
    '0x10',
    '',
    ' ',
    'null',
    '{}',
    '[]',
    'NaN',
  ),
  fc.array(fc.array(fc.double(), { maxLength: 3 }), { maxLength: 70 }).map((points) => JSON.stringify(points)),
  fc
    .record(
      {
        name: fc.oneof(fc.string(), fc.constantFrom('a', '../x', '__proto__')),
        camera: fc.anything(),
        transaction: fc.anything(),
        feedback: fc.constantFrom('normal', 'matters', 'x'),
        event: fc.string(),
        enabled: fc.anything(),
        points: fc.anything(),
        label: fc.string(),
        limit: fc.anything(),
        __proto__: fc.anything(),
      },
      { requiredKeys: [] },
    )
    .map((body) => JSON.stringify(body) ?? ''),
  fc.nat(30_000).map((depth) => '['.repeat(depth)),
  fc.nat(3000).map((depth) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`),
);
const paths = fc.oneof(
  fc.constantFrom(...PATHS),
  fc
    .array(fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('bridge', 'request', 'zone', 'set', '..')), {
      maxLength: 6,
    })
    .map((levels) => levels.join('/')),
);

/** What a command that was let through may look like. */
function isWellFormed(command: Command): boolean {
  const { transaction } = command;
  if (transaction !== null && typeof transaction !== 'string' && !Number.isFinite(transaction)) return false;
  switch (command.kind) {
    case 'learning':
    case 'enabled':
      return typeof command.on === 'boolean';
    case 'sensitivity':
      return command.value >= 0.1 && command.value <= 10;
    case 'alarms_per_day':
      return command.value >= 0.01 && command.value <= 10_000;
    case 'mute':
      return command.value >= 0 && command.value <= 10_080;
    case 'quiet_hours':
      return /^(\d\d:\d\d-\d\d:\d\d)?$/.test(command.value);
    case 'display_name':
      return false;
    case 'zone':
    case 'mask': {
      const { change } = command;
      if (change === 'reset') return true;
      const isPoints =
        change.points === undefined ||
        (change.points.length >= 3 &&
          change.points.length <= 64 &&
          change.points.every((point) => point.length === 2 && point.every((value) => value >= 0 && value <= 1)));
      return isPoints && (change.enabled === undefined || typeof change.enabled === 'boolean');
    }
    case 'feedback':
      return (
        ['normal', 'matters'].includes(command.verdict) &&
        (command.event === null || /^[0-9A-HJKMNP-TV-Z]{26}$/.test(command.event))
      );
    case 'label':
      return /^[\p{L}\p{N}][\p{L}\p{M}\p{N} _-]{0,23}$/u.test(command.name);
    case 'request': {
      const { name } = command.body as { name?: string };
      return name === undefined || /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(name);
    }
  }
}

test('120,000 malformed payloads: each is a well-formed command or an error in one sentence, and nothing throws', async (t) => {
  let accepted = 0;
  let refused = 0;
  fc.assert(
    fc.property(paths, payloads, (path, payload) => {
      const parsed = parseCommand(path, payload);
      if (parsed.ok) {
        accepted++;
        return isWellFormed(parsed.command);
      }
      refused++;
      return parsed.error.startsWith('Expected ') && parsed.error.length < 600;
    }),
    { numRuns: 120_000 },
  );
  t.equal(accepted + refused, 120_000);
  t.ok(accepted > 1000 && refused > 50_000, `${accepted} were in order after all`);
});

test('thousands of them through a real broker: the daemon side goes on, answers, and carries out nothing', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const bus = new Bus(busFor(broker.url).options);
  const done: Command[] = [];
  let now = 0;
  const server = new CommandServer({
    bus,
    baseTopic: 'cortexd/test',
    handle: async (command) => void done.push(command),
    told: () => undefined,
    // Time passes as fast as commands come: the limit is shown elsewhere.
    now: () => (now += 100),
  });
  server.start();
  bus.start();
  await until('online', () => bus.status.state === 'online');
  const listener = await Listener.open(broker.url);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const broken = fc.sample(
    fc.tuple(fc.constantFrom(...PATHS), payloads).filter(([path, payload]) => !parseCommand(path, payload).ok),
    4000,
  );
  for (let i = 0; i < broken.length; i += 50)
    await Promise.all(
      broken.slice(i, i + 50).map(([path, payload]) => listener.publish(`cortexd/test/${path}`, payload)),
    );
  await until('all are answered', () => server.counts.refused >= broken.length, 30_000);
  await listener.publish('cortexd/test/porch/learning/set', 'ON');
  await until('the next good one is carried out', () => done.length > 0);
  t.match(done, [{ kind: 'learning', on: true }]);
  t.equal(server.counts.tooMany, 0);
  await bus.close();
  await listener.close();
});

test('a message of 30 MB takes no memory and is answered with an error, with MQTT 5 and 3.1.1', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  for (const version of ['5', '3.1.1'] as const) {
    const bus = new Bus(busFor(broker.url, version === '5' ? {} : { versions: [4] }).options);
    const sizes: number[] = [];
    bus.listen('big/+', (payload) => sizes.push(payload.length));
    bus.start();
    await until('online', () => bus.status.state === 'online');
    t.equal(bus.status.protocol, version === '5' ? '5.0' : '3.1.1');
    await new Promise((resolve) => setTimeout(resolve, 100));
    execFileSync('sh', ['-c', `head -c 30000000 /dev/zero | mosquitto_pub -p ${broker.port} -t big/x -s -q 1`]);
    execFileSync('mosquitto_pub', ['-p', String(broker.port), '-t', 'big/x', '-m', 'small', '-q', '1']);
    await until('both', () => sizes.length === 2);
    t.ok(sizes[0]! < 300_000 && sizes[0]! > 200_000, 'cut');
    t.equal(sizes[1], 5, 'the next is whole');
    await bus.close();
  }
});

test('the gate passes any packets in any pieces unchanged, and cuts long messages only', async (t) => {
  const lengths = fc.array(fc.tuple(fc.constantFrom(0x30, 0x32, 0x40, 0x90, 0xd0), fc.nat(3000)), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 700 }), (packets, piece) => {
      const limit = 1000;
      const bytes: number[] = [];
      const expected: number[] = [];
      for (const [type, length] of packets) {
        const content = Array.from({ length }, (_, i) => i & 255);
        bytes.push(type, ...lengthOf(length), ...content);
        const kept = type >> 4 === 3 ? Math.min(limit, length) : length;
        expected.push(type, ...lengthOf(kept), ...content.slice(0, kept));
      }
      const gate = new PacketGate(limit);
      const out: Buffer[] = [];
      gate.on('data', (chunk: Buffer) => out.push(chunk));
      for (let at = 0; at < bytes.length; at += piece) gate.write(Buffer.from(bytes.slice(at, at + piece)));
      for (let chunk = gate.read() as Buffer | null; chunk !== null; chunk = gate.read() as Buffer | null)
        out.push(chunk);
      return Buffer.concat(out).equals(Buffer.from(expected));
    }),
    { numRuns: 300 },
  );
  t.pass('all equal');
});

test('so many at once, then so many a second', async (t) => {
  let now = 0;
  const limit = new RateLimit(3, 2, () => now);
  t.strictSame(
    [1, 2, 3, 4].map(() => limit.take()),
    [true, true, true, false],
  );
  now += 500;
  t.strictSame([limit.take(), limit.take()], [true, false], 'one more after half a second');
  now += 1e9;
  t.strictSame(
    [1, 2, 3, 4].map(() => limit.take()),
    [true, true, true, false],
    'never more than the burst',
  );
});

test('the password file and the rights of a broker: another camera of the house may not be steered', async (t) => {
  const broker = await Mosquitto.start((folder) => {
    const file = join(folder, 'passwd');
    execFileSync('mosquitto_passwd', ['-b', '-c', file, 'edge', 's3cret'], { stdio: 'ignore' });
    execFileSync('mosquitto_passwd', ['-b', file, 'other', 's3cret'], { stdio: 'ignore' });
    const acl = join(folder, 'acl');
    execFileSync('sh', [
      '-c',
      `printf 'user edge\\ntopic readwrite cortexd/test/#\\nuser other\\ntopic read cortexd/#\\n' > ${acl}`,
    ]);
    return ['allow_anonymous false', `password_file ${file}`, `acl_file ${acl}`];
  });
  t.teardown(() => broker.close());
  const bus = new Bus(busFor(broker.url, { username: 'edge', password: 's3cret' }).options);
  const heard: string[] = [];
  bus.listen('cortexd/test/+/+/set', (payload) => heard.push(payload));
  bus.start();
  await until('online', () => bus.status.state === 'online');
  const edge = await Listener.open(broker.url, { username: 'edge', password: 's3cret' });
  const other = await Listener.open(broker.url, { username: 'other', password: 's3cret' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await other.publish('cortexd/test/porch/learning/set', 'OFF').catch(() => undefined);
  await edge.publish('cortexd/test/porch/learning/set', 'ON');
  await until('the one with the right to', () => heard.length > 0);
  t.strictSame(heard, ['ON']);
  bus.retain('porch/learning', 'ON');
  await other.hear('cortexd/test/porch/learning');
  await bus.close();
  await edge.close();
  await other.close();
});

function lengthOf(length: number): number[] {
  const bytes: number[] = [];
  for (let rest = length; ;) {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? digit | 128 : digit);
    if (rest === 0) return bytes;
  }
}
