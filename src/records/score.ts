/**
 * score.ts - the current score of a camera, sent at a limited rate.
 */
import { Type, type Static } from 'typebox';
import { FencingToken, Learning, Share, Streams, Timestamp } from './common.ts';

export const ScoreRecord = Type.Object(
  {
    at: Timestamp,
    score: Share('0.5 = alarm threshold at the configured sensitivity'),
    streams: Streams,
    learning: Learning,
    clock_synced: Type.Boolean(),
    token: FencingToken,
  },
  { additionalProperties: false, $id: 'score', title: 'Score' },
);
export type ScoreRecord = Static<typeof ScoreRecord>;
