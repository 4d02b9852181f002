import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { test } from 'tap';
import { openSource, probeSize } from '../../src/capture/open.ts';
import type { HttpSourceConfig, Login } from '../../src/capture/types.ts';
import { beginStream, digestAllows, httpServer, jpeg, part } from '../support/camera-server.ts';
import { SMALL, take } from '../support/frames.ts';

const LOGIN: Login = { username: 'viewer', password: 'hun"ter: 2' };
const http = (url: string, more: Partial<HttpSourceConfig> = {}): HttpSourceConfig => ({
  type: 'http',
  url,
  login: null,
  fps: 20,
  insecure: false,
  ...more,
});

/** A stream of `pictures`, one every `everyMs`, kept open after the last. */
const stream =
  (pictures: readonly Uint8Array[], everyMs: number) =>
  (_: unknown, response: Parameters<typeof beginStream>[0]): void => {
    beginStream(response);
    let next = 0;
    const timer = setInterval(() => {
      if (next === pictures.length) clearInterval(timer);
      else response.write(pictures[next++]);
    }, everyMs);
    response.on('close', () => clearInterval(timer));
  };

test('pictures of a motion JPEG stream come as they are sent', async (t) => {
  const parts = await Promise.all(Array.from({ length: 12 }, async (_, n) => part(await jpeg(n))));
  // Again and again: on a busy machine the newest picture counts, and some are passed over.
  const url = await httpServer(
    t,
    stream(
      Array.from({ length: 240 }, (_, n) => parts[n % 12]!),
      60,
    ),
  );
  const frames = await take(http(url), 10);
  t.equal(new Set(frames.map(({ luma }) => luma[0])).size > 6, true, 'they differ');
  t.ok(frames.every(({ timeMs }, i) => i === 0 || timeMs > frames[i - 1]!.timeMs));
  t.same(await probeSize(http(url)), { width: 160, height: 120 });
});

test('what a real ffmpeg sends as mpjpeg is understood', async (t) => {
  const args = [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=320x240:rate=10:duration=1',
    '-f',
    'mpjpeg',
    'pipe:1',
  ];
  const { stdout } = await promisify(execFile)('ffmpeg', args, { encoding: 'buffer', maxBuffer: 1 << 26 });
  const url = await httpServer(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace;boundary=ffmpeg' });
    response.write(stdout);
  });
  t.equal((await take(http(url), 1)).length, 1);
  t.same(await probeSize(http(url)), { width: 320, height: 240 });
});

test('single pictures are asked for at the rate, and one that has not changed is not sent again', async (t) => {
  let asked = 0;
  let unchanged = 0;
  const url = await httpServer(t, (request, response) => {
    const version = `"${Math.floor(asked++ / 3)}"`;
    if (request.headers['if-none-match'] === version) {
      unchanged++;
      response.writeHead(304).end();
    } else {
      void jpeg(asked).then((bytes) =>
        response.writeHead(200, { 'content-type': 'image/jpeg', etag: version }).end(bytes),
      );
    }
  });
  const frames = await take(http(`${url}/snapshot.jpg?size=small`), 4);
  t.equal(frames.length, 4);
  t.equal(unchanged, 6, 'two of three times there was nothing new');
  t.ok(frames[3]!.timeMs >= 400, `${asked} requests of 50 ms: ${frames[3]!.timeMs}`);
});

test('basic and digest logins; refused or missing ones are told as that and never shown', async (t) => {
  const picture = await jpeg(1);
  const basic = await httpServer(t, (request, response) => {
    const wanted = `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')}`;
    if (request.headers.authorization === wanted)
      response.writeHead(200, { 'content-type': 'image/jpeg' }).end(picture);
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="cam"' }).end();
  });
  let logins = 0;
  const digest = await httpServer(t, (request, response) => {
    if (!digestAllows(request, response, LOGIN.username, LOGIN.password)) return;
    logins++;
    response.writeHead(200, { 'content-type': 'image/jpeg' }).end(picture);
  });
  for (const url of [basic, digest]) {
    t.equal((await take(http(`${url}/cgi-bin/snap?channel=1`, { login: LOGIN }), 3)).length, 3);
    await t.rejects(take(http(url), 1), { code: 'unavailable', message: /401/, hint: /password_file/ });
    const wrong = await take(http(url, { login: { ...LOGIN, password: 'wrong-word' } }), 1).catch(
      (error: unknown) => error,
    );
    t.match(wrong, { code: 'unavailable', hint: /refuses/ });
    t.notMatch(String(wrong), /wrong-word/);
  }
  t.equal(logins, 3);
});

test('redirections are followed a few times, and the login is given to nobody else', async (t) => {
  const picture = await jpeg(1);
  const seen: (string | undefined)[] = [];
  const other = await httpServer(t, (request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(401, { 'www-authenticate': 'Basic realm="thief"' }).end();
  });
  const url = await httpServer(t, (request, response) => {
    if (request.url === '/') response.writeHead(302, { location: '/picture' }).end();
    else if (request.url === '/away') response.writeHead(302, { location: other }).end();
    else if (request.url === '/round') response.writeHead(302, { location: '/round' }).end();
    else if (request.url === '/file') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    else response.writeHead(200, { 'content-type': 'image/jpeg' }).end(picture);
  });
  t.equal((await take(http(url), 1)).length, 1);
  await t.rejects(take(http(`${url}/away`, { login: LOGIN }), 1), { code: 'unavailable', message: /401/ });
  t.same(seen, [undefined]);
  await t.rejects(take(http(`${url}/round`), 1), { message: /more than 3 redirections/ });
  await t.rejects(take(http(`${url}/file`), 1), { message: /not http/ });
});

test('garbage, halves of pictures, another size and pictures without tables between good ones cost only themselves', async (t) => {
  const good = await jpeg(2);
  const larger = await jpeg(3, 320, 200);
  const args = [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=64x48',
    '-frames:v',
    '1',
    '-huffman',
    'default',
    '-f',
    'mjpeg',
    'pipe:1',
  ];
  const { stdout } = await promisify(execFile)('ffmpeg', args, { encoding: 'buffer' });
  const tables = stdout.indexOf(Buffer.from([0xff, 0xc4]));
  const bare = Buffer.concat([
    stdout.subarray(0, tables),
    stdout.subarray(tables + 2 + stdout.readUInt16BE(tables + 2)),
  ]);
  t.notOk(bare.includes(Buffer.from([0xff, 0xc4])), 'no Huffman tables in it');
  const garbage = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i) % 251));
  const pieces = [part(good), garbage, part(larger).subarray(0, 900), part(larger), part(bare), garbage, part(good)];
  const url = await httpServer(t, stream(pieces, 90));
  const source = await openSource(http(url), SMALL, () => undefined);
  let frames = 0;
  for await (const { luma } of source) {
    t.equal(luma.length, 64 * 48);
    if (++frames === 4) break;
  }
  t.equal(source.counters.badFrames, 1, 'the half one');
  await source.close();
});

test('an answer that is no picture, an error, a bomb and an endless picture are refused', async (t) => {
  // A picture of 20,000 x 20,000 px in a few bytes.
  const bomb = await sharp({
    create: { width: 20_000, height: 20_000, channels: 3, background: 'black' },
    limitInputPixels: false,
  })
    .png({ compressionLevel: 9 })
    .toBuffer();
  const url = await httpServer(t, (request, response) => {
    if (request.url === '/page') response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Camera</h1>');
    else if (request.url === '/busy') response.writeHead(503).end();
    else if (request.url === '/bomb') response.writeHead(200, { 'content-type': 'image/png' }).end(bomb);
    else {
      response.writeHead(200, { 'content-type': 'image/jpeg' });
      const more = (): void => {
        while (response.write(Buffer.alloc(1 << 20, 0xff)));
        response.once('drain', more);
      };
      more();
    }
  });
  await t.rejects(take(http(`${url}/page`), 1), { code: 'unavailable', message: /text\/html/, hint: /manual/ });
  await t.rejects(take(http(`${url}/busy`), 1), { code: 'unavailable', message: /503/ });
  await t.rejects(take(http(`${url}/endless`), 1), { code: 'unavailable', message: /more than/ });
  await t.rejects(probeSize(http(`${url}/bomb`)), { code: 'corrupt', message: /at most 50 million are taken/ });
  const source = await openSource(http(`${url}/bomb`), SMALL, () => undefined);
  setTimeout(() => void source.close(), 500);
  for await (const frame of source) t.fail(`a frame of a bomb: ${frame.sequence}`);
  t.ok(source.counters.badFrames > 0);
});

test('a stream that floods is decoded at the wanted rate, in bounded memory, and what comes is new', async (t) => {
  const parts = await Promise.all(Array.from({ length: 20 }, async (_, n) => part(await jpeg(n, 640, 480))));
  const url = await httpServer(t, (_, response) => {
    beginStream(response);
    let next = 0;
    const more = (): void => {
      if (response.destroyed) return;
      if (response.write(parts[next++ % parts.length])) setImmediate(more);
      else response.once('drain', more);
    };
    more();
  });
  const before = process.memoryUsage.rss();
  const frames = await take(http(url, { fps: 10 }), 20);
  const seconds = (frames[19]!.timeMs - frames[0]!.timeMs) / 1000;
  t.ok(seconds > 1.4, `20 frames in ${seconds} s`);
  t.ok(process.memoryUsage.rss() - before < 120e6);
});
