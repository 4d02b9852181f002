/**
 * write-budget.ts - how many bytes a day may be written, shared by all models: when a day's share is used up, checkpoints
 * wait. Memory cards wear out by writing.
 *
 * The allowance grows with time and is spent by whatever the store writes, events included; a checkpoint may begin while
 * it is not overdrawn. So over a day what is written is the budget and at most one checkpoint and one fold of the log more,
 * however large they turn out to be. An allowance that was not used is kept for an hour's worth at most.
 */

const DAY_MS = 86_400_000;
const KEPT_MS = 3_600_000;
/** So much of the budget is aimed at: a fold of the log or a large checkpoint comes on top now and then. */
const AIM = 0.98;
/** A model that has not asked for so long (its camera is away) does not keep others waiting. */
const FORGOTTEN_MS = 60_000;

export class WriteBudget {
  readonly #bytesPerMs: number;
  readonly #now: () => number;
  #allowance = 0;
  #grownMs: number;
  #spent = 0;
  /** Who waits, since when, and when it asked last. */
  readonly #waiting = new Map<string, { readonly sinceMs: number; askedMs: number }>();

  /** `now`: monotonic (ms). */
  constructor(bytesPerDay: number, now: () => number) {
    this.#bytesPerMs = (AIM * bytesPerDay) / DAY_MS;
    this.#now = now;
    this.#grownMs = now();
  }

  /** The store has written `total` bytes since its start. */
  spent(total: number): void {
    this.#grow();
    this.#allowance -= total - this.#spent;
    this.#spent = total;
  }

  /** May a model that is due begin a checkpoint? Who has waited longest goes first. */
  allows(name: string): boolean {
    const now = this.#now();
    this.#grow();
    const own = this.#waiting.get(name) ?? { sinceMs: now, askedMs: now };
    own.askedMs = now;
    this.#waiting.set(name, own);
    if (this.#allowance < 0) return false;
    for (const { sinceMs, askedMs } of this.#waiting.values())
      if (sinceMs < own.sinceMs && now - askedMs < FORGOTTEN_MS) return false;
    this.begun(name);
    return true;
  }

  /** May a command make something be written? A little more than is there: what someone asks for is seldom. */
  allowsCommand(): boolean {
    this.#grow();
    return this.#allowance > -KEPT_MS * this.#bytesPerMs;
  }

  /** A model is being saved, by allowance or by command. */
  begun(name: string): void {
    this.#waiting.delete(name);
  }

  #grow(): void {
    const now = this.#now();
    const grown = this.#allowance + (now - this.#grownMs) * this.#bytesPerMs;
    this.#allowance = Math.min(grown, KEPT_MS * this.#bytesPerMs);
    this.#grownMs = now;
  }
}
