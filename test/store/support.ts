/** support.ts - images and events to store. */
import type { EventRecord } from '../../src/records/event.ts';
import type { ModelImage } from '../../src/store/model-image.ts';

/** An image of `pages` pages of 64 KiB (and a bit), every byte from the step. */
export function imageOf(step: number, pages = 3, camera = 'porch'): ModelImage {
  const bytes = new Uint8Array(pages * 65536 + 100);
  bytes.fill(step & 255);
  bytes[0] = 7;
  return { camera, step, signature: `shape-${pages}`, bytes, savedAt: '2026-11-23T10:00:00.000Z' };
}

export function eventOf(id: string, changes: Partial<EventRecord> = {}): EventRecord {
  return {
    version: 1,
    type: 'start',
    id: id.padStart(26, '0'),
    camera: 'porch',
    cause: 'motion',
    severity: 'alert',
    score: 0.7,
    peak: 0.7,
    started_at: '2026-11-23T10:00:00.000Z',
    ended_at: null,
    frame: 1,
    zones: [],
    box: null,
    position: null,
    explanation: 'moves',
    expected: [],
    has_snapshot: false,
    learning: true,
    clock_synced: true,
    ...changes,
  };
}

/** Like `imageOf`, of bytes that no packing makes shorter. */
export function noiseOf(step: number, pages = 3, camera = 'porch'): ModelImage {
  const image = imageOf(step, pages, camera);
  let state = step + 1;
  for (let i = 0; i < image.bytes.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    image.bytes[i] = state >>> 24;
  }
  return image;
}
