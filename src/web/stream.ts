/**
 * stream.ts - what happens, as it happens: server-sent events for open pages. Messages are made once for all of them.
 *
 * A page that does not keep up misses frames and predictions; one that reads nothing is given up. It comes again by itself,
 * and memory never grows here.
 */
import type { ServerResponse } from 'node:http';
import type { LiveHub } from './live.ts';

/** Unread bytes after which a page that does not read is given up, and pages at once. */
const MOST_UNREAD = 256 << 10;
const MOST_PAGES = 64;
/** A comment now and then keeps proxies from closing a quiet stream (ms). */
const BEAT_MS = 10_000;

export class PageStreams {
  readonly #live: LiveHub;
  readonly #open = new Set<ServerResponse>();

  constructor(live: LiveHub) {
    this.#live = live;
  }

  /** How many pages are open. */
  get size(): number {
    return this.#open.size;
  }

  get isFull(): boolean {
    return this.#open.size >= MOST_PAGES;
  }

  /** Tell a page everything about a camera (undefined: about all) from now on. `first`: what it must know before. */
  add(
    raw: ServerResponse,
    headers: { readonly [name: string]: string },
    camera: string | undefined,
    first: unknown,
  ): void {
    // Gone while it was let in: nothing would ever say so again, and its place would stay taken.
    if (raw.destroyed) return;
    raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    raw.write(`retry: 2000\nevent: hello\ndata: ${JSON.stringify(first)}\n\n`);
    this.#open.add(raw);
    const write = (text: string, mayBeLeftOut: boolean): void => {
      if (mayBeLeftOut && raw.writableNeedDrain) return;
      if (raw.writableLength > MOST_UNREAD) raw.destroy();
      else raw.write(text);
    };
    const stop = this.#live.listen((type, about, text) => {
      if (type !== 'event' && camera !== undefined && about !== camera) return;
      write(text, type !== 'event');
    });
    const beat = setInterval(() => write(': still here\n\n', false), BEAT_MS);
    raw
      .on('error', () => undefined)
      .on('close', () => {
        stop();
        clearInterval(beat);
        this.#open.delete(raw);
      });
  }

  close(): void {
    for (const raw of this.#open) raw.destroy();
  }
}
