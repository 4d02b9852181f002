/** watcher.ts - eye, blobs and things without regions or judgement: what is followed in a film. */
import type { FieldTable, Views } from '../../src/memory/layout.ts';
import { findBlobs } from '../../src/things/blobs.ts';
import { MOST_BLOBS, blobFields, cellGrid } from '../../src/things/cells.ts';
import { boxOf, coverOf } from '../../src/things/cover.ts';
import { markFlicker } from '../../src/things/flicker.ts';
import { LIVE, MOST_THINGS, type Things, thingFields } from '../../src/things/pool.ts';
import { isDrizzle, trackThings } from '../../src/things/track.ts';
import type { Box } from '../../src/vision/box.ts';
import { type Sight, follow, see } from '../../src/vision/eye.ts';
import { type Level, openEye, pictureOf } from './eye.ts';
import { viewsFor } from './views.ts';

export class Watcher {
  readonly width: number;
  readonly height: number;
  readonly elapsedMs: number;
  readonly things: Things;
  /** Ids of the things that have ended, in order. */
  readonly ended: number[] = [];
  readonly eye;
  readonly sight: Sight = { foregroundShare: 0, begun: false };
  readonly #blobs;
  readonly #cells;
  readonly #scratch = {
    pairCost: new Float32Array(MOST_THINGS * MOST_BLOBS),
    owner: new Int8Array(MOST_BLOBS),
    sharers: new Uint8Array(MOST_BLOBS),
  };
  readonly #cover: Uint8Array;
  readonly #random: Uint32Array;
  timeMs = 0;

  constructor(width = 128, height = 96, elapsedMs = 100, seed = 1) {
    this.width = width;
    this.height = height;
    this.elapsedMs = elapsedMs;
    this.eye = openEye(width, height);
    const view = <F extends FieldTable>(table: F): Views<F> => viewsFor(table);
    this.#cells = cellGrid(width, height);
    this.#blobs = view(blobFields(this.#cells));
    this.things = view(thingFields());
    this.#cover = new Uint8Array(width * height);
    this.#random = Uint32Array.of(seed);
  }

  /** Show one picture; returns the things that are believed, by id. */
  show(level: Level, grain = 2): Map<number, Box> {
    const { eye, things, width, height, elapsedMs } = this;
    const luma = pictureOf(level, width, height, this.#random, grain);
    this.timeMs += elapsedMs;
    see(eye, luma, elapsedMs, this.sight);
    const { foreground, residual, before } = eye.views;
    findBlobs(this.#blobs, this.#cells, foreground, residual, before, width, height, isDrizzle(things), () => NaN);
    trackThings(things, this.#blobs, this.#cells, this.timeMs, elapsedMs, this.#scratch, (slot) =>
      this.ended.push(things.id[slot]!),
    );
    markFlicker(things, eye.noise, before, width, height);
    coverOf(things, foreground, width, height, this.#cover);
    follow(eye, this.#cover, elapsedMs);
    return this.seen();
  }

  /** Show the same level for so long. */
  hold(level: Level, ms: number): Map<number, Box> {
    for (let gone = 0; gone < ms; gone += this.elapsedMs) this.show(level);
    return this.seen();
  }

  seen(): Map<number, Box> {
    const found = new Map<number, Box>();
    for (let slot = 0; slot < MOST_THINGS; slot++)
      if (this.things.status[slot] === LIVE)
        found.set(this.things.id[slot]!, boxOf(this.things, slot, this.width / this.height));
    return found;
  }
}
