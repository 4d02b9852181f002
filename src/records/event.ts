/**
 * event.ts - "something unusual happens here": one record when it starts, on a new peak or place, and when it ends.
 */
import { Type, type Static } from 'typebox';
import { Box, FencingToken, Position, Share, Timestamp, TimestampOrNull } from './common.ts';

export const CAUSES = [
  'form',
  'motion',
  'sequence',
  'timing',
  'absence',
  'scene_change',
  'camera_lost',
  'camera_blocked',
  'state_lost',
  'value',
  'season',
  'flat',
  'sensor_lost',
] as const;

export const Cause = Type.Unsafe<(typeof CAUSES)[number]>(
  Type.Union(
    CAUSES.map((cause) => Type.Literal(cause)),
    { description: 'which kind of evidence raised it' },
  ),
);

export const EventRecord = Type.Object(
  {
    version: Type.Literal(1),
    type: Type.Union([Type.Literal('start'), Type.Literal('update'), Type.Literal('end')]),
    id: Type.String({ pattern: '^[0-9A-HJKMNP-TV-Z]{26}$', description: 'ULID, the same in all records of one event' }),
    camera: Type.String({ description: 'name of the camera or number sensor in the configuration' }),
    display_name: Type.Optional(
      Type.String({ description: 'what people call it, any letters; only where it has a name besides' }),
    ),
    cause: Cause,
    severity: Type.Union([Type.Literal('alert'), Type.Literal('notice')]),
    score: Share('now; 0.5 = alarm threshold'),
    peak: Share('highest so far'),
    started_at: Timestamp,
    ended_at: TimestampOrNull,
    frame: Type.Integer({ minimum: 0, description: 'frame or value of the source at which this record was made' }),
    zones: Type.Array(Type.String(), { description: 'names of the configured zones it touches' }),
    box: Type.Union([Box, Type.Null()]),
    position: Type.Union([Position, Type.Null()]),
    explanation: Type.String({ description: 'one plain sentence: what is unusual' }),
    expected: Type.Array(
      Type.Object({ state: Type.String(), probability: Share('as predicted before') }, { additionalProperties: false }),
      { description: 'what would have been normal instead, most likely first' },
    ),
    has_snapshot: Type.Boolean(),
    learning: Type.Boolean({ description: 'whether the model was learning at that moment' }),
    clock_synced: Type.Boolean({ description: 'whether the wall clock could be trusted' }),
    token: FencingToken,
  },
  { additionalProperties: false, $id: 'event', title: 'Anomaly event' },
);
export type EventRecord = Static<typeof EventRecord>;
