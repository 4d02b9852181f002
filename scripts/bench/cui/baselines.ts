/**
 * baselines.ts - a table of suffixes: what came lately after the longest run of elements that has been seen before.
 */
import type { Element } from './stream.ts';

export class SuffixPredictor {
  readonly #order: number;
  /** suffix -> symbols that followed it, the latest first */
  readonly #followers = new Map<string, number[]>();
  #recent: number[] = [];
  #noise = -1;

  constructor(order: number) {
    this.#order = order;
  }

  expect(count: number): readonly number[] {
    for (let length = this.#recent.length; length >= 1; length--) {
      const followers = this.#followers.get(this.#recent.slice(-length).join());
      if (followers !== undefined) return followers.slice(0, count);
    }
    return [];
  }

  learn({ symbol }: Element): void {
    const value = symbol ?? this.#noise--;
    for (let length = 1; length <= this.#recent.length; length++) {
      const suffix = this.#recent.slice(-length).join();
      const followers = this.#followers.get(suffix) ?? [];
      this.#followers.set(suffix, [value, ...followers.filter((other) => other !== value)].slice(0, 8));
    }
    this.#recent = [...this.#recent, value].slice(-this.#order);
  }
}
