/**
 * series.ts - the lines that `cortexd series` prints: one per row, in the order of the file.
 */
import { Type, type Static } from 'typebox';
import { Learning, Share, Timestamp } from './common.ts';

/** Which kind of evidence a number gives. */
export const SERIES_CAUSES = ['value', 'season', 'flat', 'sequence'] as const;

export const SeriesEvidenceRecord = Type.Object(
  {
    value: Type.Number({ minimum: 0, description: 'exceptionally high or low' }),
    season: Type.Number({ minimum: 0, description: 'far from the usual at this time of day' }),
    flat: Type.Number({ minimum: 0, description: 'exceptionally still' }),
    sequence: Type.Number({ minimum: 0, description: 'not what follows what came before' }),
  },
  { additionalProperties: false, description: 'weighted evidence; a little above 1 raises an alarm' },
);

const NumberOrNull = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });

export const SeriesLine = Type.Object(
  {
    timestamp: Type.String({ description: 'as written in the file' }),
    value: NumberOrNull('null: missing; nothing is judged or learned from it'),
    raw: Share('share of the active columns of the finer memory that had not been predicted'),
    likelihood: Share('1 - tail probability of the anomaly lately; 0.5 while unknown'),
    log_likelihood: Share('the same on a logarithmic scale: 0.5 is a tail of 1e-5'),
    score: Share('all evidence combined; 0.5 = alarm threshold'),
    prediction: NumberOrNull('the value expected next'),
    alarm: Type.Boolean({ description: 'score at or above the threshold, and no alarm shortly before' }),
    cause: Type.Unsafe<(typeof SERIES_CAUSES)[number]>(
      Type.Union(
        SERIES_CAUSES.map((cause) => Type.Literal(cause)),
        { description: 'the evidence that weighs most' },
      ),
    ),
    evidence: SeriesEvidenceRecord,
    learning: Learning,
  },
  { additionalProperties: false, $id: 'series-line', title: 'Series: row' },
);
export type SeriesLine = Static<typeof SeriesLine>;

/** The current value of a number sensor, sent at a limited rate. */
export const SensorScore = Type.Object(
  {
    at: Timestamp,
    value: SeriesLine.properties.value,
    score: SeriesLine.properties.score,
    likelihood: SeriesLine.properties.likelihood,
    log_likelihood: SeriesLine.properties.log_likelihood,
    prediction: SeriesLine.properties.prediction,
    evidence: SeriesEvidenceRecord,
    learning: Learning,
    clock_synced: Type.Boolean(),
  },
  { additionalProperties: false, $id: 'sensor-score', title: 'Score of a number sensor' },
);
export type SensorScore = Static<typeof SensorScore>;
