/**
 * http.ts - a camera that is asked over HTTP: a motion JPEG stream where it answers with one, else single pictures, asked
 * for again and again.
 */
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { CortexdError, messageOf } from '../../errors.ts';
import { FrameClock } from '../frame-clock.ts';
import { HttpClient } from '../http-client.ts';
import { JpegSplitter } from '../jpeg-splitter.ts';
import { Newest } from '../latest.ts';
import { createPreprocessor, pictureSize } from '../preprocess.ts';
import type { CapturedFrame, FrameSource, HttpSourceConfig, SourceKind } from '../types.ts';
import type { View } from '../view.ts';

const MOST_BYTES = 16 << 20;
/** A stream may come so much faster than asked for and is still decoded picture by picture. */
const RATE_TOLERANCE = 0.8;
const PROBE_MS = 20_000;

type Counters = FrameSource['counters'];

export const httpSource: SourceKind<HttpSourceConfig> = {
  isLive: true,
  open: async (config, preprocess) => {
    const preprocessor = createPreprocessor(preprocess);
    const { width, height } = preprocess;
    const counters: Counters = { frames: 0, badFrames: 0 };
    const closing = new AbortController();
    async function* frames(): AsyncGenerator<CapturedFrame> {
      const clock = new FrameClock(true);
      for await (const { jpeg, arrivedMs, capturedAtMs } of pictures(config, counters, closing.signal)) {
        let luma: Uint8Array;
        try {
          luma = await preprocessor.fromEncoded(jpeg);
        } catch (error) {
          if (!(error instanceof CortexdError)) throw error;
          counters.badFrames++;
          continue;
        }
        if (closing.signal.aborted) return;
        const timeMs = clock.next(NaN, arrivedMs);
        const view = (): View => ({ kind: 'encoded', data: jpeg, crop: preprocess.crop });
        yield { sequence: counters.frames++, timeMs, capturedAtMs, width, height, luma, view };
      }
    }
    return { counters, [Symbol.asyncIterator]: frames, close: async () => closing.abort() };
  },
  probeSize: async (config) => {
    const closing = new AbortController();
    const timer = setTimeout(() => closing.abort(), PROBE_MS);
    try {
      for await (const { jpeg } of pictures(config, { frames: 0, badFrames: 0 }, closing.signal))
        return await pictureSize(jpeg);
      throw new CortexdError('unavailable', `Expected a picture from ${config.url} but received none`);
    } finally {
      clearTimeout(timer);
      closing.abort();
    }
  },
};

type Picture = { readonly jpeg: Buffer; readonly arrivedMs: number; readonly capturedAtMs: number };

const arrived = (jpeg: Buffer): Picture => ({ jpeg, arrivedMs: performance.now(), capturedAtMs: Date.now() });

/** Encoded pictures: the newest one of a stream each time, or one per request. Ends when `signal` says so. */
async function* pictures(config: HttpSourceConfig, counters: Counters, signal: AbortSignal): AsyncGenerator<Picture> {
  const client = new HttpClient(config);
  const intervalMs = 1000 / config.fps;
  const seen: { [name: string]: string } = {};
  try {
    for (let dueMs = performance.now(); !signal.aborted;) {
      const response = await client.get(seen, signal);
      const type = response.headers['content-type'] ?? '';
      if (/^multipart\//i.test(type)) {
        yield* streamed(response, intervalMs * RATE_TOLERANCE, counters, signal);
        throw new CortexdError('unavailable', `Expected pictures from ${config.url} but the stream has ended`);
      }
      if (response.statusCode === 304) response.resume();
      else {
        const { etag, 'last-modified': modified } = response.headers;
        if (etag !== undefined) seen['if-none-match'] = etag;
        if (modified !== undefined) seen['if-modified-since'] = modified;
        yield arrived(await body(response, config.url, type));
      }
      dueMs = Math.max(dueMs, performance.now() - intervalMs) + intervalMs;
      counters.dueMs = dueMs;
      await sleep(Math.max(0, dueMs - performance.now()), undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    client.close();
  }
}

/** A whole answer with one picture. */
async function body(response: IncomingMessage, url: string, type: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MOST_BYTES) {
      throw new CortexdError(
        'unavailable',
        `Expected a picture from ${url} but received more than ${MOST_BYTES} bytes`,
      );
    }
    parts.push(part);
  }
  const whole = Buffer.concat(parts);
  if (whole[0] === 0xff || whole[0] === 0x89) return whole;
  throw new CortexdError(
    'unavailable',
    `Expected a JPEG picture from ${url} but received ${type || 'something else'}`,
    {
      hint: 'This address answers with something else than a picture; see the manual of the camera for its snapshot address.',
    },
  );
}

/** The newest picture of a stream each time one is taken, and no sooner than `leastMs` after the one before. */
async function* streamed(
  response: IncomingMessage,
  leastMs: number,
  counters: Counters,
  signal: AbortSignal,
): AsyncGenerator<Picture> {
  const newest = new Newest<Picture>();
  const splitter = new JpegSplitter(MOST_BYTES);
  let bad = 0;
  const read = async (): Promise<void> => {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      for (const jpeg of splitter.push(chunk)) newest.put(arrived(Buffer.from(jpeg)));
      counters.badFrames += splitter.bad - bad;
      bad = splitter.bad;
    }
  };
  read().then(
    () => newest.end(),
    (error: unknown) => newest.end(new CortexdError('unavailable', `The stream broke off: ${messageOf(error)}`)),
  );
  try {
    for await (const picture of newest) {
      yield picture;
      const leftMs = picture.arrivedMs + leastMs - performance.now();
      if (leftMs > 0) await sleep(leftMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
    }
  } finally {
    response.destroy();
  }
}
