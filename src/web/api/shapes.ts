/**
 * shapes.ts - the parts that requests are made of, and the answers that are not messages of MQTT as well.
 */
import { Type } from 'typebox';
import { NAME_PATTERN } from '../../config/setting-kinds.ts';
import {
  AlarmsPerDay,
  AreaRecord,
  DISPLAY_NAME_PATTERN,
  MOST_MUTE_MINUTES,
  QuietHours,
  Sensitivity,
  VERDICTS,
} from '../../records/commands.ts';
import { AREA_NAME_PATTERN, LABEL_PATTERN } from '../../records/names.ts';
import { Learning, TimestampOrNull } from '../../records/common.ts';
import { CameraHealth, SensorHealth } from '../../records/bridge.ts';
import { PredictionRecord } from '../../records/prediction.ts';

export const Name = Type.String({
  pattern: NAME_PATTERN,
  description: 'camera or number sensor',
});
export const AreaName = Type.String({ pattern: AREA_NAME_PATTERN, description: 'of a zone or mask, in any language' });
export const SnapshotName = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$', description: 'of a snapshot' });
export const EventId = Type.String({
  pattern: '^[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{4,26}$',
  description: 'id of an event, or its beginning',
});
export const Time = Type.String({
  format: 'date-time',
  maxLength: 40,
  description: 'ISO 8601 with a zone: 2026-11-23T09:30:00Z',
});

export const Verdict = Type.Unsafe<(typeof VERDICTS)[number]>(Type.String({ enum: [...VERDICTS] }));
export const LabelName = Type.String({ pattern: LABEL_PATTERN });
export const Minutes = Type.Number({ minimum: 0, maximum: MOST_MUTE_MINUTES, description: '0: no longer' });

/** Settings that can be changed while running; those that are left out stay as they are. */
export const SettingsPatch = Type.Object(
  {
    learning: Type.Optional(Type.Boolean()),
    enabled: Type.Optional(Type.Boolean()),
    sensitivity: Type.Optional(Sensitivity),
    alarms_per_day: Type.Optional(AlarmsPerDay),
    quiet_hours: Type.Optional(QuietHours),
    display_name: Type.Optional(Type.String({ pattern: DISPLAY_NAME_PATTERN })),
  },
  { additionalProperties: false, minProperties: 1 },
);

const Areas = Type.Record(Type.String(), AreaRecord);

export const CameraState = Type.Object({
  name: Type.String(),
  display_name: Type.String(),
  kind: Type.Union([Type.Literal('camera'), Type.Literal('sensor')]),
  source: Type.String({ description: 'type of the source' }),
  preset: Type.Union([Type.String(), Type.Null()]),
  width: Type.Union([Type.Integer(), Type.Null()], { description: "px of the model's picture" }),
  height: Type.Union([Type.Integer(), Type.Null()]),
  state: Type.Union([Type.Literal('online'), Type.Literal('offline')]),
  last_frame_at: TimestampOrNull,
  learning_progress: Type.Union([Learning, Type.Null()]),
  quiet: Type.Boolean({ description: 'muted, or in quiet hours: nothing is an alert now' }),
  settings: Type.Object({
    learning: Type.Boolean(),
    enabled: Type.Boolean(),
    sensitivity: Sensitivity,
    alarms_per_day: Type.Optional(AlarmsPerDay),
    quiet_hours: Type.Optional(QuietHours),
    muted_until: TimestampOrNull,
    zones: Areas,
    masks: Areas,
  }),
  prediction: Type.Union([PredictionRecord, Type.Null()]),
  health: Type.Union([CameraHealth, SensorHealth, Type.Null()]),
});

export const ScoreList = Type.Object({
  from: Type.String(),
  to: Type.String(),
  threshold: Type.Number(),
  spans: Type.Array(Type.Array(Type.Number()), {
    description: '[start in s since 1970, mean, max, frames], oldest first; what was not watched has no entry',
  }),
});

export const EvidenceList = Type.Object({
  since: Type.String(),
  minutes: Type.Number({ description: 'watched since then' }),
  alarms_per_day: Type.Number({ description: 'as it is set, times the sensitivity' }),
  events: Type.Integer({ description: 'of the evidence, what would have been told at this setting' }),
  evidence: Type.Array(
    Type.Object({
      at: Type.String(),
      seconds: Type.Number(),
      level: Type.Number({ description: 'alarms a day from which on it would have been told' }),
      stream: Type.String(),
    }),
  ),
});

export const SnapshotRecord = Type.Object({
  name: Type.String(),
  camera: Type.String(),
  step: Type.Integer(),
  length: Type.Integer(),
  kind: Type.String(),
  automatic: Type.Boolean(),
  created_at: Type.String(),
});

export const Done = Type.Object({}, { description: 'nothing more to say' });
