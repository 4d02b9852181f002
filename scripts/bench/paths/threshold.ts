/**
 * threshold.ts - the lowest threshold that lets only so many ordinary things through, set with knowledge of the labels.
 */
export type Verdict = {
  readonly threshold: number;
  readonly found: number;
  readonly of: number;
  readonly wrong: number;
};

/** Evidence below this is none. */
const LEAST = 1e-6;

/** Of the highest evidence of each thing: how many broken ones lie above the `allowed`-th highest ordinary one. */
export function verdictOf(ordinary: readonly number[], broken: readonly number[], allowed: number): Verdict {
  const sorted = ordinary.toSorted((a, b) => b - a);
  const threshold = Math.max(LEAST, sorted[Math.floor(allowed)] ?? LEAST);
  const above = (values: readonly number[]): number => values.filter((value) => value > threshold).length;
  return { threshold, found: above(broken), of: broken.length, wrong: above(ordinary) };
}
