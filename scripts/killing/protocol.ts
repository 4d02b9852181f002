/**
 * protocol.ts - what the process that is killed tells its parent, and the model both can compute.
 *
 * The model's bytes are a function of its step alone, so whoever reads an image knows whether it is of one piece.
 */
import type { EventRecord } from '../../src/records/event.ts';

export type Report =
  /** The next step was made, at this time (ms of the wall clock). */
  | { readonly type: 'step'; readonly step: number; readonly atMs: number }
  /** A checkpoint of this step is durable. */
  | { readonly type: 'saved'; readonly step: number }
  /** Events with numbers below this one are durable. */
  | { readonly type: 'events'; readonly count: number }
  /** A snapshot of this name is durable. */
  | { readonly type: 'snapshot'; readonly name: string };

export const CAMERA = 'porch';
export const INTERVAL_MS = 25;
const PAGES = 6;
const PAGE_BYTES = 65536;
export const IMAGE_BYTES = PAGES * PAGE_BYTES + 100;

/** Write the image of a step: every third page changes with each step, the others every 7 steps. */
export function writeImage(step: number, image: Uint8Array): void {
  const words = new Uint32Array(image.buffer, image.byteOffset, image.length >> 2);
  for (let page = 0; page * PAGE_BYTES < image.length; page++) {
    const value = page % 3 === 0 ? step : Math.floor(step / 7);
    const end = Math.min(words.length, (page + 1) * (PAGE_BYTES >> 2));
    for (let i = page * (PAGE_BYTES >> 2); i < end; i++) words[i] = Math.imul(value + (i & 255), 2654435761) >>> 8;
  }
}

export function eventNumber(index: number): EventRecord {
  return {
    version: 1,
    type: 'start',
    id: `E${index}`.padStart(26, '0'),
    camera: CAMERA,
    cause: 'motion',
    severity: 'alert',
    score: 0.7,
    peak: 0.7,
    started_at: new Date(1_700_000_000_000 + index * 1000).toISOString(),
    ended_at: new Date(1_700_000_000_500 + index * 1000).toISOString(),
    frame: index,
    zones: [],
    box: null,
    position: null,
    explanation: 'moves',
    expected: [],
    has_snapshot: false,
    learning: true,
    clock_synced: true,
  };
}
