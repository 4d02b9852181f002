/**
 * camera-server.ts - a network camera over HTTP: motion JPEG or single pictures, with basic or digest authentication, and
 * whatever misbehaviour a test wants.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type RequestListener, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import type { Test } from 'tap';

/** A server on a free port; resolves to its address. */
export async function httpServer(t: Pick<Test, 'teardown'>, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Picture number `n`, each of another grey and with noise, as cameras have. */
export async function jpeg(n: number, width = 160, height = 120): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height, 40 + ((n * 11) % 170));
  for (let i = 0; i < pixels.length; i += 7) pixels[i] = (pixels[i]! + i * (n + 3)) % 255;
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .jpeg({ quality: 80 })
    .toBuffer();
}

export const BOUNDARY = 'frame-of-the-camera';

export function beginStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': `multipart/x-mixed-replace; boundary=${BOUNDARY}` });
}

export function part(picture: Uint8Array): Buffer {
  const head = `--${BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), picture, Buffer.from('\r\n')]);
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Whether a request answers the digest challenge `NONCE` rightly; if not, it is told so with 401. */
export function digestAllows(
  request: IncomingMessage,
  response: ServerResponse,
  user: string,
  password: string,
): boolean {
  const NONCE = 'dcd98b7102dd2f0e8b11d0f600bfb0c093';
  const given = request.headers.authorization ?? '';
  const field = (name: string): string => new RegExp(`\\b${name}="?([^",]+)`).exec(given)?.[1] ?? '';
  const first = md5(`${user}:camera:${password}`);
  const second = md5(`${request.method}:${request.url}`);
  const wanted = md5(`${first}:${NONCE}:${field('nc')}:${field('cnonce')}:auth:${second}`);
  if (given.startsWith('Digest ') && field('response') === wanted && field('uri') === request.url) return true;
  const challenge = `Digest realm="camera", qop="auth,auth-int", nonce="${NONCE}", opaque="5ccc", algorithm=MD5`;
  response.writeHead(401, { 'www-authenticate': challenge }).end('who are you?');
  return false;
}
