/**
 * prediction.ts - what the model expects to happen next, published when it changes.
 */
import { Type, type Static } from 'typebox';
import { FencingToken, Share, Timestamp } from './common.ts';

export const PredictionRecord = Type.Object(
  {
    version: Type.Literal(1),
    camera: Type.String(),
    at: Timestamp,
    next: Type.Array(
      Type.Object(
        {
          state: Type.String({ description: 'name of the expected scene state, "idle" when it should become quiet' }),
          zones: Type.Array(Type.String()),
          probability: Share('that this comes next'),
          in_seconds: Type.Tuple([Type.Number({ minimum: 0 }), Type.Number({ minimum: 0 })], {
            description: 'earliest and latest likely time from now: 10 and 90 % points of the learned delay',
          }),
        },
        { additionalProperties: false },
      ),
      { description: 'most likely first' },
    ),
    confidence: Share('probability of the first entry, 0 when nothing is predicted'),
    activity: Type.Array(
      Type.Object(
        {
          zone: Type.String(),
          horizon_s: Type.Number({ exclusiveMinimum: 0 }),
          probability: Share('that something happens there within that time'),
        },
        { additionalProperties: false },
      ),
      { description: 'chance of activity per configured zone and horizon' },
    ),
    label: Type.Union([
      Type.Object({ name: Type.String(), probability: Share('of this label') }, { additionalProperties: false }),
      Type.Null(),
    ]),
    clock_synced: Type.Boolean(),
    token: FencingToken,
  },
  { additionalProperties: false, $id: 'prediction', title: 'Prediction' },
);
export type PredictionRecord = Static<typeof PredictionRecord>;
