/** page-server.test.ts - the live page: who may frame it, and what a page costs that is open and never read. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'tap';
import type { EventRecord } from '../../src/records/event.ts';
import { LiveHub } from '../../src/web/live.ts';
import { PageServer } from '../../src/web/page-server.ts';
import { eventOf } from '../store/support.ts';
import { until } from '../support/until.ts';

async function served(live: LiveHub): Promise<PageServer> {
  return PageServer.start({ host: '127.0.0.1', port: 0, cameras: ['a'], live, encodeFrame: async () => Buffer.of(1) });
}

test('no other page may frame it, guess its types or read its pictures', async (t) => {
  const page = await served(new LiveHub());
  t.teardown(() => page.close());
  for (const path of ['', 'api/cameras', 'api/live']) {
    const gone = new AbortController();
    const { headers } = await fetch(page.url + path, { signal: gone.signal });
    t.match(headers.get('content-security-policy'), /frame-ancestors 'none'/, path);
    t.equal(headers.get('x-content-type-options'), 'nosniff');
    t.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
    gone.abort();
  }
});

test('a page that is open and never read is given up, and nothing piles up for it', async (t) => {
  const live = new LiveHub();
  const page = await served(live);
  t.teardown(() => page.close());
  const socket = connect(Number(new URL(page.url).port), '127.0.0.1');
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  socket.pause();
  let isClosed = false;
  socket.on('error', () => undefined).on('close', () => (isClosed = true));
  socket.write('GET /api/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const event: EventRecord = eventOf('E1', { explanation: 'x'.repeat(10_000) });
  const before = process.memoryUsage().rss;
  await until('it is given up', () => {
    for (let i = 0; i < 100; i++) live.publish({ type: 'event', event });
    // The kernel takes some megabytes before any of it waits here.
    if (live.listeners === 0) socket.resume();
    return isClosed;
  });
  t.equal(live.listeners, 0);
  t.ok(process.memoryUsage().rss - before < 200e6);
});
