/**
 * series-events.ts - when the unusual begins and ends in a number series: an alarm opens an event, ten ordinary values in
 * a row close it, a clearly higher peak in between is told.
 */
import { ulid } from 'ulid';
import type { EventRecord } from '../../records/event.ts';
import { explainSeries } from '../../records/from-series.ts';
import { round, timestamp } from '../../records/from-observation.ts';
import { combinedEvidence } from '../../series/combine.ts';
import type { SeriesObservation } from '../../series/step.ts';

const QUIET_VALUES = 10;
/** A peak this much higher is told again. */
const NEWS = 0.05;

export type SeriesMoment = {
  readonly value: number;
  /** Number of the value in the sensor's life; wall clock (ms). */
  readonly index: number;
  readonly atMs: number;
  readonly learning: boolean;
  readonly clockSynced: boolean;
};

export class SeriesEvents {
  readonly #sensor: string;
  /** Combined evidence that raises an alarm; may be changed at any time. */
  threshold: number;
  #open: EventRecord | null = null;
  #quiet = 0;

  constructor(sensor: string, threshold: number) {
    this.#sensor = sensor;
    this.threshold = threshold;
  }

  /** What there is to tell after one value, or null. */
  next(observation: SeriesObservation, moment: SeriesMoment): EventRecord | null {
    const sum = combinedEvidence(observation.evidence);
    const strength = round(sum / (sum + this.threshold));
    const open = this.#open;
    if (open === null) {
      if (!observation.alarm) return null;
      this.#quiet = 0;
      return (this.#open = this.#begin(observation, moment, strength));
    }
    this.#quiet = strength >= 0.5 ? 0 : this.#quiet + 1;
    const { learning, clockSynced: clock_synced, index: frame, atMs } = moment;
    const now = { ...open, score: strength, frame, learning, clock_synced };
    if (this.#quiet === QUIET_VALUES) {
      this.#open = null;
      return { ...now, type: 'end', ended_at: timestamp(Math.max(atMs, Date.parse(open.started_at))) };
    }
    if (strength < open.peak + NEWS) return null;
    const explanation = explainSeries(observation.cause, moment.value, observation.prediction);
    this.#open = { ...now, type: 'update', cause: observation.cause, peak: strength, explanation };
    return this.#open;
  }

  #begin(observation: SeriesObservation, moment: SeriesMoment, strength: number): EventRecord {
    const { value, index, atMs, learning, clockSynced } = moment;
    return {
      version: 1,
      type: 'start',
      id: ulid(Math.max(0, Math.round(atMs))),
      camera: this.#sensor,
      cause: observation.cause,
      severity: 'alert',
      score: strength,
      peak: strength,
      started_at: timestamp(atMs),
      ended_at: null,
      frame: index,
      zones: [],
      box: null,
      position: null,
      explanation: explainSeries(observation.cause, value, observation.prediction),
      expected: [],
      has_snapshot: false,
      learning,
      clock_synced: clockSynced,
    };
  }
}
