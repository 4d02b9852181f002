/**
 * camera.ts - a network camera that can be told to misbehave: motion JPEG over HTTP, ten moving pictures a second.
 */
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';

export const MOODS = ['well', 'silent', 'refuses', 'garbage', 'halves', 'ends', 'frozen', 'floods'] as const;
export type Mood = (typeof MOODS)[number];

const WIDTH = 320;
const HEIGHT = 240;
const EVERY_MS = 100;
const FLOOD = 50;
/** So many pictures are drawn and shown in turn. */
const PICTURES = 40;

export class SoakCamera {
  mood: Mood = 'well';
  readonly #server: Server;
  readonly #pictures: readonly Buffer[];

  private constructor(server: Server, pictures: readonly Buffer[]) {
    this.#server = server;
    this.#pictures = pictures;
  }

  static async start(): Promise<SoakCamera> {
    const server = createServer();
    const pictures = await Promise.all(Array.from({ length: PICTURES }, (_, i) => draw(i)));
    const camera = new SoakCamera(server, pictures);
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
    let number = 0;
    const timer = setInterval(() => {
      // Whoever reads slowly does not fill this process.
      if (response.writableLength > 1 << 20) return;
      number += this.mood === 'frozen' ? 0 : 1;
      for (let i = this.mood === 'floods' ? FLOOD : 1; i > 0; i--) this.#send(response, number);
    }, EVERY_MS);
    response.on('close', () => clearInterval(timer));
  }

  #send(response: ServerResponse, number: number): void {
    const jpeg = this.#pictures[number % PICTURES]!;
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
        response.write(Buffer.concat([Buffer.from(head), jpeg, Buffer.from('\r\n')]));
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A textured wall, and a block that goes by. */
function draw(number: number): Promise<Buffer> {
  const luma = new Uint8Array(WIDTH * HEIGHT);
  const left = (number * 8) % WIDTH;
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const isBlock = y > 120 && y < 170 && x >= left && x < left + 40;
      luma[y * WIDTH + x] = isBlock ? 220 : 70 + (((x >> 4) ^ (y >> 4)) & 3) * 20 + ((x * 7 + y * 13 + number * 3) % 5);
    }
  }
  return sharp(luma, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
    .jpeg({ quality: 80 })
    .toBuffer();
}
