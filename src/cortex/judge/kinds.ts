/**
 * kinds.ts - the kinds of evidence, one row each: everything that can raise an alarm by being rare.
 *
 * All are held against the same question: how often a day would something this rare come if nothing were wrong? A kind says
 * something once per unit (a thing that is gone, a visit, an arrival, ten busy seconds);
 * values of past ordinary units make up its tail (usual/tail.ts). An alarm is worth its place when the expected number a
 * day stays below the kind's share of `alarms_per_day`. In a crowd (judge/crowd.ts) the shares are others: what takes things one
 * by one does not speak there.
 *
 * Where a thing is judged see judge/things.ts: its attributes are added up before they come here.
 */
import { OF_COUNTS, OF_SUMS, type TailBelief } from '../../usual/tail.ts';
import type { ModelCause, StreamName } from '../observation.ts';

/** What a kind counts: evidence is the highest value within one unit. */
export type Unit = 'thing' | 'visit' | 'arrival' | 'block';

export type EvidenceKind = {
  readonly name: string;
  readonly cause: ModelCause;
  readonly stream: StreamName;
  readonly unit: Unit;
  /** Share of the alarms a day that it may raise. All shares add up to 1. */
  readonly share: number;
  /** Values below this (in the kind's own bits or spreads) are never an alarm. */
  readonly least: number;
  /** What is believed of how its values thin out. */
  readonly tail: TailBelief;
};

/** In the order of the numbers in the state; the cause and stream of `thing` are those of its foremost attribute. */
export const KINDS = [
  { name: 'thing', cause: 'sequence', stream: 'sequence', unit: 'thing', share: 0.7, least: 3, tail: OF_SUMS },
  { name: 'round', cause: 'sequence', stream: 'sequence', unit: 'visit', share: 0.18, least: 6.5, tail: OF_COUNTS },
  { name: 'flow', cause: 'motion', stream: 'motion', unit: 'block', share: 0.04, least: 3, tail: OF_COUNTS },
  { name: 'early', cause: 'timing', stream: 'timing', unit: 'arrival', share: 0.03, least: 10, tail: OF_COUNTS },
  { name: 'overdue', cause: 'absence', stream: 'timing', unit: 'arrival', share: 0.03, least: 10, tail: OF_COUNTS },
  { name: 'absence', cause: 'absence', stream: 'timing', unit: 'visit', share: 0.02, least: 10, tail: OF_COUNTS },
] as const satisfies readonly EvidenceKind[];
export type KindName = (typeof KINDS)[number]['name'];

/** Number of a kind. */
export const kindOf = (name: KindName): number => KINDS.findIndex((kind) => kind.name === name);

/** The shares in a crowd: whatever takes things one by one is silent there. */
const IN_CROWD: { readonly [name in KindName]?: number } = { flow: 0.98, absence: 0.02 };

/** Share of the alarms a day that a kind may raise; 0 = it is silent. */
export function shareOf(kind: number, isCrowd: boolean): number {
  const { name, share } = KINDS[kind]!;
  return isCrowd ? (IN_CROWD[name] ?? 0) : share;
}
