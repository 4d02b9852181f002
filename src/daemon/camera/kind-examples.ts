/**
 * kind-examples.ts - what the model takes for alike, with a picture of the last one of each: looks that share most of their
 * columns are one kind. For people only; it is not kept over a restart.
 */
import type { KindSeen } from '../../cortex/kind-seen.ts';

export type KindExample = {
  readonly kind: number;
  /** How often it was looked at. */
  readonly count: number;
  readonly lastAtMs: number;
  readonly columns: readonly number[];
  /** JPEG, null until it is drawn */
  readonly picture: Buffer | null;
};

type Known = {
  kind: number;
  count: number;
  lastAtMs: number;
  columns: readonly number[];
  picture: Buffer | null;
  drawnAtMs: number;
};

const MOST_KINDS = 12;
/** Share of columns (of both together) that must be common. */
const ALIKE = 0.45;
/** A picture of a kind is drawn anew after so long (ms). */
const DRAWN_EVERY_MS = 300_000;

export class KindExamples {
  readonly #known: Known[] = [];
  #next = 1;
  #isDrawing = false;

  /** All, the most frequent first. */
  get all(): readonly KindExample[] {
    return this.#known.toSorted((a, b) => b.count - a.count);
  }

  /** Something was looked at. `draw` makes its picture; called seldom, one at a time. */
  note({ columns }: KindSeen, atMs: number, draw: () => Promise<Buffer>): void {
    const known = this.#nearest(columns) ?? this.#take(columns);
    known.count++;
    const isDue = known.picture === null || Math.abs(atMs - known.drawnAtMs) > DRAWN_EVERY_MS;
    known.lastAtMs = atMs;
    if (!isDue || this.#isDrawing) return;
    this.#isDrawing = true;
    draw().then(
      (picture) => {
        known.picture = picture;
        known.drawnAtMs = atMs;
        this.#isDrawing = false;
      },
      // A picture that cannot be drawn is no loss; the next look tries again.
      () => (this.#isDrawing = false),
    );
  }

  #nearest(columns: readonly number[]): Known | undefined {
    const own = new Set(columns);
    let best: Known | undefined;
    let most = ALIKE;
    for (const known of this.#known) {
      const common = known.columns.filter((column) => own.has(column)).length;
      const share = common / (known.columns.length + columns.length - common);
      if (share < most) continue;
      most = share;
      best = known;
    }
    return best;
  }

  /** A new kind; when there are too many it takes the place of the one that was seen least. */
  #take(columns: readonly number[]): Known {
    if (this.#known.length >= MOST_KINDS) {
      const least = this.#known.reduce((a, b) => (b.count < a.count ? b : a));
      this.#known.splice(this.#known.indexOf(least), 1);
    }
    const made: Known = { kind: this.#next++, count: 0, lastAtMs: 0, columns, picture: null, drawnAtMs: 0 };
    this.#known.push(made);
    return made;
  }
}
