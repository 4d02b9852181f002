/**
 * replay.ts - the lines that `cortexd replay` prints: one per frame, the events and predictions as on MQTT, one summary.
 */
import { Type, type Static } from 'typebox';
import { Box, Share, Streams } from './common.ts';
import { EventRecord } from './event.ts';
import { PredictionRecord } from './prediction.ts';

export const FrameLine = Type.Object(
  {
    type: Type.Literal('frame'),
    clip: Type.String({ description: 'name of the clip: the last folders or the file name of its path' }),
    frame: Type.Integer({ minimum: 0, description: 'index in the clip' }),
    t_ms: Type.Number({ minimum: 0, description: 'time in the clip' }),
    score: Share('causal; 0.5 = alarm threshold'),
    learning: Type.Boolean(),
    streams: Streams,
    changed: Type.Integer({ minimum: 0, description: 'positions whose state changed' }),
    event: Type.Union([Type.String(), Type.Null()], { description: 'id of the open event with the highest score' }),
    grid: Type.Optional(
      Type.Object(
        {
          columns: Type.Integer({ minimum: 1 }),
          rows: Type.Integer({ minimum: 1 }),
          values: Type.Array(Type.Number({ minimum: 0 }), { description: 'calibrated surprise, row-major' }),
        },
        { additionalProperties: false },
      ),
    ),
    things: Type.Optional(
      Type.Array(Type.Object({ id: Type.Integer({ minimum: 1 }), box: Box }, { additionalProperties: false }), {
        description: 'things that are followed, each with the same number for as long as it is',
      }),
    ),
    truth: Type.Optional(
      Type.Object(
        { kind: Type.Union([Type.String(), Type.Null()]), box: Type.Union([Type.Array(Type.Number()), Type.Null()]) },
        { additionalProperties: false, description: 'the label, for synthetic scenes only' },
      ),
    ),
  },
  { additionalProperties: false, $id: 'replay-frame', title: 'Replay: frame' },
);
export type FrameLine = Static<typeof FrameLine>;

/** The MQTT event record, flat; the line's own `type` takes the key, so start, update or end is told by `change`. */
export const EventLine = Type.Object(
  {
    ...EventRecord.properties,
    type: Type.Literal('event'),
    change: EventRecord.properties.type,
    clip: Type.String(),
  },
  { additionalProperties: false, $id: 'replay-event', title: 'Replay: event' },
);
export type EventLine = Static<typeof EventLine>;

/** The MQTT prediction record, flat. */
export const PredictionLine = Type.Object(
  {
    ...PredictionRecord.properties,
    type: Type.Literal('prediction'),
    clip: Type.String(),
    frame: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false, $id: 'replay-prediction', title: 'Replay: prediction' },
);
export type PredictionLine = Static<typeof PredictionLine>;

export const SummaryLine = Type.Object(
  {
    type: Type.Literal('summary'),
    frames: Type.Integer({ minimum: 0 }),
    skipped: Type.Integer({ minimum: 0, description: 'pictures that could not be decoded' }),
    events: Type.Integer({ minimum: 0 }),
    cpu_ms_per_frame: Type.Number({ minimum: 0, description: 'CPU of the whole process, decoding included' }),
    stage_ms: Type.Object(
      { decode: Type.Number(), retina: Type.Number(), regions: Type.Number(), detect: Type.Number() },
      { additionalProperties: false, description: 'mean wall time per frame of each stage' },
    ),
    rss_mb: Type.Number({ minimum: 0, description: 'peak resident memory' }),
    model_bytes: Type.Integer({ minimum: 0, description: 'size of the model buffer' }),
    step: Type.Integer({ minimum: 0, description: 'steps of the model, those before --load included' }),
    model_sha256: Type.String({ description: 'hash of the persistent bytes: equal models have equal hashes' }),
  },
  { additionalProperties: false, $id: 'replay-summary', title: 'Replay: summary' },
);
export type SummaryLine = Static<typeof SummaryLine>;
