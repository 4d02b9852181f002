/**
 * camera.ts - a network camera that can be told to misbehave: motion JPEG over HTTP, ten moving pictures a second.
 */
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import type { Size } from '../../src/capture/types.ts';

export const MOODS = ['well', 'silent', 'refuses', 'garbage', 'halves', 'ends', 'frozen', 'floods'] as const;
export type Mood = (typeof MOODS)[number];

const SMALL = { width: 320, height: 240 };
const EVERY_MS = 100;
const FLOOD = 50;
/** So many pictures are drawn and shown in turn. */
const PICTURES = 40;

export class SoakCamera {
  mood: Mood = 'well';
  /** A hand over the lens. */
  isCovered = false;
  /** When each picture was sent (ms since 1970), by connection. */
  readonly sent: number[][] = [];
  readonly #server: Server;
  readonly #pictures: readonly Buffer[];
  readonly #dark: readonly Buffer[];

  private constructor(server: Server, pictures: readonly Buffer[], dark: readonly Buffer[]) {
    this.#server = server;
    this.#pictures = pictures;
    this.#dark = dark;
  }

  static async start(size: Size = SMALL): Promise<SoakCamera> {
    const server = createServer();
    const draws = (contrast: number): Promise<Buffer[]> =>
      Promise.all(Array.from({ length: PICTURES }, (_, i) => draw(i, size, contrast)));
    const camera = new SoakCamera(server, await draws(1), await draws(0.04));
    server.on('request', (_, response) => camera.#answer(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return camera;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/cam.mjpeg`;
  }

  #answer(response: ServerResponse): void {
    if (this.mood === 'refuses') return void response.writeHead(503).end();
    response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace;boundary=soak' });
    const sent: number[] = [];
    this.sent.push(sent);
    let number = 0;
    const timer = setInterval(() => {
      // Whoever reads slowly does not fill this process.
      if (response.writableLength > 1 << 20) return;
      number += this.mood === 'frozen' ? 0 : 1;
      for (let i = this.mood === 'floods' ? FLOOD : 1; i > 0; i--) this.#send(response, number, sent);
    }, EVERY_MS);
    response.on('close', () => clearInterval(timer));
  }

  #send(response: ServerResponse, number: number, sent: number[]): void {
    const jpeg = (this.isCovered ? this.#dark : this.#pictures)[number % PICTURES]!;
    const head = `--soak\r\ncontent-type: image/jpeg\r\ncontent-length: ${jpeg.length}\r\n\r\n`;
    switch (this.mood) {
      case 'silent':
        return;
      case 'ends':
      case 'refuses':
        response.end();
        return;
      case 'garbage':
        response.write(Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * number) % 253)));
        return;
      case 'halves':
        response.write(Buffer.concat([Buffer.from(head), jpeg.subarray(0, 700)]));
        return;
      case 'well':
      case 'frozen':
      case 'floods':
        sent.push(Date.now());
        response.write(Buffer.concat([Buffer.from(head), jpeg, Buffer.from('\r\n')]));
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A textured wall, and a block that goes by; `contrast` is that of the day (1) or of what comes through a hand. */
function draw(number: number, { width, height }: Size, contrast: number): Promise<Buffer> {
  const luma = new Uint8Array(width * height);
  const left = (number / PICTURES) * width;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isBlock = y > height / 2 && y < 0.7 * height && x >= left && x < left + width / 8;
      const grain = (x * 7 + y * 13 + number * 3) % 5;
      const wall = 70 + (((x >> 4) ^ (y >> 4)) & 3) * 20;
      luma[y * width + x] = Math.round((isBlock ? 220 : wall) * contrast) + grain;
    }
  }
  return sharp(luma, { raw: { width, height, channels: 1 } })
    .jpeg({ quality: 80 })
    .toBuffer();
}
