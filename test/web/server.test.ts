/** server.test.ts - the dashboard's server: who may ask, who may frame it, what a page costs that is open and never read. */
import { once } from 'node:events';
import { type IncomingMessage, createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { type Test, test } from 'tap';
import { packageFile } from '../../src/package-root.ts';
import { Access } from '../../src/web/access.ts';
import { pageFiles } from '../../src/web/files.ts';
import { type PageServer, createApp, serveSocket, serveTcp } from '../../src/web/server.ts';
import { PageStreams } from '../../src/web/stream.ts';
import { eventOf } from '../store/support.ts';
import { shortFolder } from '../support/folder.ts';
import { until } from '../support/until.ts';
import { type Doubled, JPEG, doubled, frameOf } from './port.ts';

const TOKEN = 'correct-horse-battery-staple';

type Served = Doubled & { readonly page: PageServer; readonly tcpPort: number };

/** `own`: whether requests of the user who runs the tests are let in. */
async function served(t: Test, own: boolean): Promise<Served> {
  const double = await doubled(t);
  const access = new Access({
    token: TOKEN,
    allowedHosts: ['dash.example'],
    ownUid: own ? process.getuid!() : undefined,
  });
  const page = await serveTcp(await createApp({ port: double.port, access }), '127.0.0.1', 0);
  t.teardown(() => page.close());
  return { ...double, page, tcpPort: Number(new URL(page.url).port) };
}

/** A request with headers that fetch does not let through. */
async function ask(
  port: number,
  path: string,
  headers: { [name: string]: string } = {},
  method = 'GET',
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }> {
  const asked = request({ host: '127.0.0.1', port, path, method, headers: { host: `127.0.0.1:${port}`, ...headers } });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.setEncoding('latin1');
  let text = '';
  for await (const part of response as AsyncIterable<string>) text += part;
  return { status: response.statusCode!, headers: response.headers, text };
}

test('no other page may frame it, guess its types, read its pictures or send it anything', async (t) => {
  const { page, tcpPort } = await served(t, true);
  for (const path of ['', 'api/v1/cameras', 'api/v1/cameras/porch/picture.jpg', 'api/v1/live', 'metrics', 'nothing']) {
    const gone = new AbortController();
    const { headers } = await fetch(page.url + path, { signal: gone.signal });
    t.match(headers.get('content-security-policy'), /default-src 'self'.*frame-ancestors 'none'/, path);
    t.notMatch(headers.get('content-security-policy'), /unsafe/);
    t.equal(headers.get('x-content-type-options'), 'nosniff');
    t.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
    t.equal(headers.get('access-control-allow-origin'), null);
    gone.abort();
  }
  const picture = '/api/v1/cameras/porch/picture.jpg';
  t.equal((await ask(tcpPort, picture, { 'sec-fetch-site': 'cross-site' })).status, 403);
  t.equal((await ask(tcpPort, picture, { 'sec-fetch-site': 'same-site' })).status, 403, 'another port of this machine');
  t.equal((await ask(tcpPort, picture, { 'sec-fetch-site': 'same-origin' })).status, 200);
  const foreign = { origin: 'http://evil.example' };
  t.equal((await ask(tcpPort, '/api/v1/restart', foreign, 'POST')).status, 403);
  t.equal((await ask(tcpPort, '/', { 'sec-fetch-site': 'cross-site' })).status, 200, 'a link to the page is fine');
});

test('only a Host that names this machine is answered', async (t) => {
  const { tcpPort } = await served(t, true);
  const path = '/api/v1/cameras';
  for (const host of ['127.0.0.1', `localhost:${tcpPort}`, '[::1]:8787', '192.168.1.5', 'dash.example', 'LOCALHOST'])
    t.equal((await ask(tcpPort, path, { host })).status, 200, host);
  for (const host of [
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost:x',
    'a b',
    '127.0.0.1@evil.example',
    '[::1',
    'x'.repeat(300),
  ])
    t.equal((await ask(tcpPort, path, { host })).status >= 400, true, host);
});

test('without the token nobody but the own user sees or changes anything', async (t) => {
  const { page, tcpPort } = await served(t, false);
  for (const path of [
    '/api/v1/cameras',
    '/api/v1/cameras/porch/picture.jpg',
    '/api/v1/events',
    '/api/v1/live',
    '/metrics',
    '/api/openapi.json',
    '/api/nothing',
  ])
    t.equal((await ask(tcpPort, path)).status, 401, path);
  for (const path of ['/', '/healthz', '/api/v1/session']) t.equal((await ask(tcpPort, path)).status, 200, path);
  t.equal((await ask(tcpPort, '/api/v1/cameras', { authorization: `Bearer ${TOKEN}` })).status, 200);
  for (const token of ['', 'x', TOKEN.slice(1), `${TOKEN}x`, TOKEN.toUpperCase()])
    t.equal((await ask(tcpPort, '/api/v1/cameras', { authorization: `Bearer ${token}` })).status, 401);
  t.equal(
    (await ask(tcpPort, '/api/v1/cameras', { cookie: `cortexd=${TOKEN}` })).status,
    401,
    'the cookie is not the token',
  );

  const enter = (token: string): Promise<Response> =>
    fetch(`${page.url}api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
  t.equal((await enter('wrong-wrong-wrong')).status, 401);
  const right = await enter(TOKEN);
  t.equal(right.status, 200);
  const cookie = right.headers.get('set-cookie')!;
  t.match(cookie, /HttpOnly; SameSite=Strict/);
  t.notMatch(cookie, TOKEN);
  t.equal((await ask(tcpPort, '/api/v1/cameras', { cookie: `a=b; ${cookie.split(';')[0]}` })).status, 200);

  let status = 0;
  for (let i = 0; i < 30; i++) status = (await enter(`guess-number-${i}`)).status;
  t.equal(status, 429, 'guessing ends');
  t.equal(
    (await ask(tcpPort, '/api/v1/cameras', { authorization: `Bearer ${TOKEN}` })).status,
    200,
    'who knows it still may',
  );
});

test('the own user and root are known by the connection; another user of the machine is not', async (t) => {
  const { tcpPort } = await served(t, true);
  t.equal((await ask(tcpPort, '/api/v1/cameras')).status, 200);
  if (process.getuid!() !== 0) return t.comment('to be another user one must be root');
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const script = `import urllib.request,urllib.error
try: print(urllib.request.urlopen("http://127.0.0.1:${tcpPort}/api/v1/cameras").status)
except urllib.error.HTTPError as e: print(e.code)`;
  const { stdout } = await promisify(execFile)('python3', ['-c', script], { uid: 65534, gid: 65534 });
  t.equal(stdout.trim(), '401');
  // Nor by the ports of a connection that the own user has, from another address.
  const mine = connect(tcpPort, '127.0.0.1');
  await once(mine, 'connect');
  t.teardown(() => mine.destroy());
  const disguised = `import http.client
for last in range(2, 8):
  c = http.client.HTTPConnection("127.0.0.1", ${tcpPort}, source_address=("127.0.0.%d" % last, ${mine.localPort}))
  c.request("GET", "/api/v1/cameras"); print(c.getresponse().status)`;
  const others = await promisify(execFile)('python3', ['-c', disguised], { uid: 65534, gid: 65534 });
  t.same(others.stdout.trim().split('\n'), Array(6).fill('401'));
});

test('the own user is known over IPv6 and over an IPv6 socket that takes IPv4', async (t) => {
  const all = Object.values(networkInterfaces()).flat();
  if (!all.some((one) => one?.address === '::1')) return t.comment('this machine has no IPv6');
  const { port } = await doubled(t);
  const access = new Access({ token: TOKEN, allowedHosts: [], ownUid: process.getuid!() });
  const page = await serveTcp(await createApp({ port, access }), '::', 0);
  t.teardown(() => page.close());
  const own = new URL(page.url).port;
  for (const name of ['127.0.0.1', '[::1]'])
    t.equal((await fetch(`http://${name}:${own}/api/v1/cameras`)).status, 200, name);
});

test('over the socket everything may be asked, and the link with the token is told there only', async (t) => {
  const { port } = await doubled(t);
  const { path, close } = await serveSocket(port, shortFolder(t));
  t.teardown(close);
  const asked = request({ socketPath: path, path: '/api/v1/link' }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  t.equal(response.statusCode, 200);
  response.resume();
  const { tcpPort } = await served(t, true);
  t.equal((await ask(tcpPort, '/api/v1/link')).status, 404);
});

test('a taken port is an error that says what to do, and the same app can be tried again', async (t) => {
  const { page, port } = await served(t, true);
  const access = new Access({ token: TOKEN, allowedHosts: [], ownUid: 0 });
  const app = await createApp({ port, access });
  const taken = Number(new URL(page.url).port);
  for (let i = 0; i < 2; i++)
    await t.rejects(serveTcp(app, '127.0.0.1', taken), {
      code: 'unavailable',
      message: /EADDRINUSE/,
      hint: /web\.port/,
    });
  await page.close();
  const again = await serveTcp(app, '127.0.0.1', taken);
  t.teardown(() => again.close());
  t.equal((await fetch(`${again.url}healthz`)).status, 200);
});

test('pages: a picture is drawn once for all, and none while nobody asks', async (t) => {
  const { page, live } = await served(t, true);
  let drawn = 0;
  const picture = async (): Promise<Buffer> => {
    drawn++;
    return JPEG;
  };
  for (let i = 2; i < 100; i++) live.publish({ type: 'frame', frame: frameOf(i, picture) });
  t.equal(drawn, 0);
  const all = await Promise.all(Array.from({ length: 10 }, () => fetch(`${page.url}api/v1/cameras/porch/picture.jpg`)));
  t.ok(all.every(({ status }) => status === 200));
  t.equal(drawn, 1);
  t.equal(all[0]!.headers.get('x-sequence'), '99');
});

test('a page that went away while it was let in takes no place', async (t) => {
  const { live } = await doubled(t);
  const streams = new PageStreams(live);
  const server = createServer((_asked, answer) => {
    answer.on('close', () => {
      streams.add(answer, {}, undefined, {});
      server.emit('gone');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const gone = once(server, 'gone');
  const { port } = server.address() as AddressInfo;
  const asked = request({ host: '127.0.0.1', port }).on('error', () => undefined);
  asked.end();
  await once(server, 'request');
  asked.destroy();
  await gone;
  t.equal(streams.size, 0);
  t.equal(live.listeners, 0);
});

test('fifty open pages of which half never read leave memory flat, and the others hear everything', async (t) => {
  const { tcpPort, live } = await served(t, true);
  const heard = Array.from({ length: 25 }, () => 0);
  const open = async (reads: boolean, index: number): Promise<void> => {
    const socket = connect(tcpPort, '127.0.0.1');
    t.teardown(() => socket.destroy());
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    if (reads) socket.setEncoding('utf8').on('data', (text: string) => (heard[index]! += text.split('~').length - 1));
    else socket.pause();
    socket.write('GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
  };
  await Promise.all(Array.from({ length: 50 }, (_, i) => open(i < 25, i)));
  await until('all are listened to', () => live.listeners === 50);
  const long = eventOf('01KARZ3NDEKTSV4RRFFQ69G5FA', { explanation: `~${'x'.repeat(20_000)}` });
  let sent = 0;
  let before = 0;
  await until(
    'those that do not read are given up',
    async () => {
      for (let i = 0; i < 5; i++, sent++) live.publish({ type: 'event', event: long });
      // The kernel takes some megabytes for each before any of it waits here.
      if (sent === 50) before = process.memoryUsage().rss;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return live.listeners === 25;
    },
    60_000,
  );
  const after = process.memoryUsage().rss;
  await until('who reads has heard all', () => heard.every((count) => count === sent), 60_000);
  t.ok(
    after - before < 60e6,
    `${Math.round((after - before) / 1e6)} MB more after ${sent} events of 20 kB to 50 pages`,
  );
});

test('the files of the page are small, packed, and named; nothing else is', async (t) => {
  const files = pageFiles();
  const packed = new Set([...files.values()].map((file) => file.packed));
  const bytes = [...packed].reduce((sum, { length }) => sum + length, 0);
  t.ok(bytes <= 200 << 10, `${bytes} bytes packed, 204800 at most`);
  const { page, tcpPort } = await served(t, true);
  for (const path of files.keys()) {
    const { status, headers } = await ask(tcpPort, path, { 'accept-encoding': 'gzip' });
    t.equal(status, 200, path);
    t.equal(headers['content-encoding'], 'gzip');
    t.equal((await ask(tcpPort, path, { 'if-none-match': String(headers['etag']) })).status, 304);
  }
  for (const path of [
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '/app/../../package.json',
    '/index.html%00',
    '//etc/passwd',
    '/public/index.html',
  ])
    t.equal((await ask(tcpPort, path)).status, 404, path);
  t.notMatch(await (await fetch(page.url)).text(), /https?:\/\//, 'nothing is loaded from elsewhere');
});

test('metrics and health', async (t) => {
  const { page, live } = await served(t, true);
  live.publish({ type: 'event', event: eventOf('01KARZ3NDEKTSV4RRFFQ69G5FA', { camera: 'porch', cause: 'form' }) });
  const text = await (await fetch(`${page.url}metrics`)).text();
  for (const line of [
    /^cortexd_score\{camera="porch"\} 0\.25$/m,
    /^cortexd_events_total\{camera="porch",cause="form",severity="alert"\} 1$/m,
    /^cortexd_frames_total\{camera="porch"\} \d+$/m,
    /^cortexd_last_frame_timestamp_seconds\{camera="porch"\} \d+/m,
    /^cortexd_evidence\{camera="porch",kind="motion"\} 0\.3$/m,
    /^# TYPE cortexd_frames_total counter$/m,
  ])
    t.match(text, line);
  const grafana = readFileSync(packageFile('docs/grafana/cortexd.json'), 'utf8');
  for (const [name] of grafana.matchAll(/\b(?:cortexd|process)_[a-z_]+\b/g))
    t.ok(text.includes(`# TYPE ${name} `), `${name}, which the dashboard for Grafana asks for`);
  t.strictSame(await (await fetch(`${page.url}healthz?ready`)).json(), { status: 'ok', ready: true });
});
