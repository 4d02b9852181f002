import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'tap';
import { ServiceManager } from '../../../src/daemon/service/service-manager.ts';
import { shortFolder } from '../../support/folder.ts';
import { until } from '../../support/until.ts';

type Receiver = {
  bind: (path: string) => void;
  on: (event: 'message', listener: (bytes: Buffer) => void) => void;
  close: () => void;
};
const { createSocket } = createRequire(import.meta.url)('unix-dgram') as { createSocket: (type: string) => Receiver };

/** What systemd's side of the socket hears. */
function receiver(path: string): { heard: string[]; close: () => void } {
  const heard: string[] = [];
  const socket = createSocket('unix_dgram');
  socket.on('message', (bytes) => heard.push(bytes.toString()));
  socket.bind(path);
  return { heard, close: () => socket.close() };
}

test('ready, status and stopping reach the service manager', async (t) => {
  const path = join(shortFolder(t), 'notify');
  const { heard, close } = receiver(path);
  t.teardown(close);
  const service = new ServiceManager({ NOTIFY_SOCKET: path });
  t.ok(service.isPresent);
  service.ready('porch: online');
  service.status('porch: 10 fps');
  service.stopping();
  await until('three messages', () => heard.length === 3);
  t.same(heard, ['READY=1\nSTATUS=porch: online', 'STATUS=porch: 10 fps', 'STOPPING=1']);
  service.close();
});

test('the watchdog is fed by work, at most four times a period, and never without work', async (t) => {
  const path = join(shortFolder(t), 'notify');
  const { heard, close } = receiver(path);
  t.teardown(close);
  const service = new ServiceManager({ NOTIFY_SOCKET: path, WATCHDOG_USEC: '400000' });
  for (let i = 0; i < 100; i++) service.workDone();
  await until('a beat', () => heard.length > 0);
  t.same(heard, ['WATCHDOG=1'], 'a hundred frames at once are one beat');
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.equal(heard.length, 1, 'no work, no beat');
  service.workDone();
  await until('the next beat', () => heard.length === 2);
  service.close();
});

test('outside systemd, and with a socket nobody listens on, nothing happens', async (t) => {
  const outside = new ServiceManager({});
  t.notOk(outside.isPresent);
  outside.ready('x');
  outside.workDone();
  outside.close();
  const deaf = new ServiceManager({ NOTIFY_SOCKET: join(shortFolder(t), 'nobody'), WATCHDOG_USEC: '1000' });
  deaf.ready('x');
  deaf.workDone();
  await new Promise((resolve) => setTimeout(resolve, 50));
  deaf.close();
  t.pass('no error came up');
});
