/** side-channels.test.ts - the log, the watchdog, the text of strangers: nothing of it holds up or ends the watching. */
import { spawn } from 'node:child_process';
import { test } from 'tap';
import { Complaints } from '../../../src/daemon/control/complaints.ts';
import { LogSink, type WriteBytes } from '../../../src/daemon/service/log-sink.ts';
import { createLogger } from '../../../src/daemon/service/log.ts';
import { ServiceManager } from '../../../src/daemon/service/service-manager.ts';
import { WorkWatch } from '../../../src/daemon/service/work-watch.ts';
import { faultHook } from '../../../src/faults.ts';
import { redact, shortened, visible } from '../../../src/redact.ts';
import { until } from '../../support/until.ts';

test('a log that cannot be written loses lines, says how many, and goes on', async (t) => {
  const out: string[] = [];
  let error: string | null = 'ENOSPC';
  const write: WriteBytes = (bytes, done) => {
    if (error === null) out.push(bytes.toString());
    const failure = error === null ? null : Object.assign(new Error(error), { code: error });
    setImmediate(() => done(failure, error === null ? bytes.length : 0));
  };
  const sink = new LogSink((lost, reason) => `${lost} lost: ${reason}\n`, write);
  sink.line('a\n');
  sink.line('b\n');
  await sink.drained(1000);
  t.same(out, []);
  error = null;
  sink.line('c\n');
  await sink.drained(1000);
  t.equal(out.join(''), '2 lost: ENOSPC\nc\n');
  error = 'EPIPE';
  sink.line('d\n');
  await sink.drained(1000);
  error = null;
  sink.line('e\n');
  await sink.drained(1000);
  t.equal(out.join(''), '2 lost: ENOSPC\nc\n', 'a reader that is gone does not come back');
});

test('a log that nobody reads takes a bounded amount of memory', async (t) => {
  let taken = 0;
  let finish: (() => void) | undefined;
  const sink = new LogSink(
    (lost) => `${lost} lost\n`,
    (bytes, done) => {
      taken += bytes.length;
      finish = () => done(null, bytes.length);
    },
  );
  for (let i = 0; i < 10_000; i++) sink.line(`${'x'.repeat(999)}\n`);
  finish?.();
  finish?.();
  t.ok(taken < 300_000, `${taken} bytes of ten million`);
});

test('the watchdog is fed only when all have moved', async (t) => {
  let fed = 0;
  const watch = new WorkWatch(() => fed++);
  watch.expect('porch');
  watch.expect('yard');
  for (let i = 0; i < 10; i++) watch.moved('porch');
  watch.moved('nobody');
  t.equal(fed, 0);
  t.same(watch.still, ['yard']);
  watch.moved('yard');
  t.equal(fed, 1);
  watch.moved('yard');
  t.equal(fed, 1, 'each must move again');
});

test('ready reaches a service manager in the abstract namespace; one that does not listen is told of once', async (t) => {
  const name = `@cortexd-test-${process.pid}`;
  const program =
    'import socket,sys; s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM); s.bind("\\0"+sys.argv[1][1:]); print("bound",flush=True); print(s.recv(99),flush=True)';
  const receiver = spawn('python3', ['-c', program, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => receiver.kill());
  let heard = '';
  receiver.stdout.setEncoding('utf8').on('data', (text: string) => (heard += text));
  await until('it is bound', () => heard.includes('bound'));
  const service = new ServiceManager({ NOTIFY_SOCKET: name });
  service.ready('x');
  await until('it is heard', () => heard.includes('READY=1'));
  service.close();
  const failures: string[] = [];
  const deaf = new ServiceManager({ NOTIFY_SOCKET: '/nowhere/notify' }, (what) => failures.push(what));
  deaf.ready('x');
  deaf.ready('x');
  deaf.status('y');
  await until('it is told', () => failures.length === 2);
  t.same(failures.toSorted(), ['READY', 'STATUS']);
  deaf.close();
});

test('text of strangers costs no time and plays no tricks in the log', async (t) => {
  const lines: string[] = [];
  const log = createLogger('info', (line) => lines.push(line), true);
  const began = performance.now();
  for (let i = 0; i < 20; i++) log.warn({ topic: 'a'.repeat(65_000) }, `${'b+'.repeat(30_000)}://`);
  t.ok(performance.now() - began < 2000, 'twenty of them took 42 s when a word cost the square of its length');
  t.ok(lines.every((line) => line.length < 40_000));
  log.warn({ topic: 'x\u202Egnp.exe\u0007\u2028y' }, 'Hi');
  t.match(lines.at(-1), /x\\u\{202e\}gnp\.exe/);
  t.notMatch(lines.at(-1)!.trimEnd(), /[\p{Cc}\p{Cf}\u2028]/u);
  t.equal(visible('a\nb'), 'a\\nb');
  t.equal(redact('mqtt://me:s3cret@host and rtsp:/me:pw@cam'), 'mqtt://me:***@host and rtsp:/me:***@cam');
  t.equal(shortened('abc', 2), 'ab… (3 characters)');
});

test('one complaint for a cause, with a count, whatever is new in each message', async (t) => {
  let now = 0;
  const told: { fields: object; text: string }[] = [];
  const keep = (fields: object, text: string): number => told.push({ fields, text });
  const complaints = new Complaints({ info: keep, warn: keep } as never, () => now);
  for (let i = 0; i < 40; i++) complaints.told(`a/${i}/set`, `Expected a number from 0.1 to 10 but received ${i} °C`);
  t.equal(told.length, 1);
  complaints.told('a/b', 'Expected the topic of a command but received "x"');
  t.equal(told.length, 2, 'another cause is told');
  now = 3_600_001;
  complaints.told('a/1/set', 'Expected a number from 0.1 to 10 but received 7 °C');
  t.match(told[2], { fields: { more_since: 39 } });
  complaints.told('a/b/set', null);
  t.match(told[3], { text: 'Command' });
});

test('faults on purpose happen where and when they are asked for, and cost nothing otherwise', async (t) => {
  t.equal(faultHook(undefined), null);
  t.throws(() => faultHook('model step=hang'), RangeError);
  const hook = faultHook('model step@2=throw; store call@1=full')!;
  hook('model step');
  t.throws(() => hook('model step'), /a fault on purpose/);
  hook('model step');
  t.throws(() => hook('store call'), { code: 'ENOSPC' });
});
