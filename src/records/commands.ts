/**
 * commands.ts - what others may tell the daemon, and how it answers: settings that can be changed while it runs, feedback,
 * labels, requests.
 */
import { Type, type Static } from 'typebox';
import { LABEL_PATTERN } from './names.ts';

/** Sent as bare text, not as JSON. */
export const Switch = Type.Union([Type.Literal('ON'), Type.Literal('OFF')], {
  $id: 'switch',
  title: 'Switch (bare text)',
});
export type Switch = Static<typeof Switch>;

export const Sensitivity = Type.Number({
  minimum: 0.1,
  maximum: 10,
  $id: 'sensitivity',
  title: 'Sensitivity',
  description: 'divides every threshold: 2 alarms at half the usual evidence',
});

export const AlarmsPerDay = Type.Number({
  minimum: 0.01,
  maximum: 10_000,
  $id: 'alarms-per-day',
  title: 'Alarms a day',
  description: 'about so many alarms a day may come where nothing is wrong',
});

const CLOCK = '([01][0-9]|2[0-3]):[0-5][0-9]';
/** From when to when (local time of the machine); empty: never. */
export const QUIET_HOURS_PATTERN = `^(${CLOCK}-${CLOCK})?$`;
export const QuietHours = Type.String({
  pattern: QUIET_HOURS_PATTERN.replace(')?$', '|off)?$'),
  $id: 'quiet-hours',
  title: 'Quiet hours (bare text)',
  description:
    'local time, "22:00-06:30"; `off` or empty: none. What is unusual then is told as a notice, not as an alert.',
});

/** A week. */
export const MOST_MUTE_MINUTES = 10_080;
export const MuteMinutes = Type.Number({
  minimum: 0,
  maximum: MOST_MUTE_MINUTES,
  $id: 'mute-minutes',
  title: 'Mute for so many minutes; 0: no longer',
});
export const MuteRecord = Type.Object(
  { until: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description: 'null: not muted' }) },
  { additionalProperties: false, $id: 'mute', title: 'Until when a camera is muted' },
);
export type MuteRecord = Static<typeof MuteRecord>;

/** One line of visible text of any language; empty: the name in the configuration. */
export const DISPLAY_NAME_PATTERN =
  '^[^\\u0000-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u2028-\\u202e\\u2066-\\u2069]{0,60}$';

const Corner = Type.Number({ minimum: 0, maximum: 1 });
const Points = Type.Array(Type.Tuple([Corner, Corner]), {
  minItems: 3,
  maxItems: 64,
  description: 'corner points [x, y] relative to the picture',
});

/** A zone or mask as it is now. */
export const AreaRecord = Type.Object(
  { enabled: Type.Boolean(), points: Points },
  { additionalProperties: false, $id: 'area', title: 'Zone or mask' },
);
export type AreaRecord = Static<typeof AreaRecord>;

/** What may be sent for a zone or mask. `RESET` takes it back to what the configuration says. */
export const AreaCommand = Type.Union(
  [
    Type.Literal('ON'),
    Type.Literal('OFF'),
    Type.Literal('RESET'),
    Points,
    Type.Object(
      { enabled: Type.Optional(Type.Boolean()), points: Type.Optional(Points) },
      { additionalProperties: false, minProperties: 1 },
    ),
  ],
  { $id: 'area-command', title: 'Command for a zone or mask (ON, OFF, RESET as bare text)' },
);
export type AreaCommand = Static<typeof AreaCommand>;

/** Echoed in the answer, so that the sender knows its own. */
const Transaction = Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Number()]));

export const VERDICTS = ['normal', 'matters'] as const;
export type Verdict = (typeof VERDICTS)[number];

const EVENT_ID = Type.String({
  pattern: '^[0-9A-HJKMNP-TV-Z]{4,26}$',
  description: 'id of the event, or its beginning; without it the newest',
});

export const FeedbackCommand = Type.Union(
  [
    Type.Literal('normal'),
    Type.Literal('matters'),
    Type.Object(
      {
        feedback: Type.Union([Type.Literal('normal'), Type.Literal('matters')]),
        event: Type.Optional(EVENT_ID),
        transaction: Transaction,
      },
      { additionalProperties: false },
    ),
  ],
  { $id: 'feedback-command', title: 'Feedback (a bare word or JSON)' },
);

const LabelName = Type.String({ pattern: LABEL_PATTERN });

export const LabelCommand = Type.Union(
  [LabelName, Type.Object({ label: LabelName, transaction: Transaction }, { additionalProperties: false })],
  { $id: 'label-command', title: 'Label for what is seen now (bare text or JSON)' },
);

const Name = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$' });

/** What may be asked with `bridge/request/<verb>`; every body may carry a transaction. */
export const REQUESTS = {
  'snapshot.create': Type.Object(
    { name: Name, camera: Type.Optional(Name), transaction: Transaction },
    { additionalProperties: false },
  ),
  'snapshot.list': Type.Object({ transaction: Transaction }, { additionalProperties: false }),
  'snapshot.restore': Type.Object(
    { name: Name, camera: Type.Optional(Name), transaction: Transaction },
    { additionalProperties: false },
  ),
  'snapshot.delete': Type.Object({ name: Name, transaction: Transaction }, { additionalProperties: false }),
  'events.list': Type.Object(
    {
      camera: Type.Optional(Name),
      cause: Type.Optional(Type.String({ maxLength: 40 })),
      since: Type.Optional(Type.String({ maxLength: 40 })),
      until: Type.Optional(Type.String({ maxLength: 40 })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
      transaction: Transaction,
    },
    { additionalProperties: false },
  ),
  health: Type.Object({ transaction: Transaction }, { additionalProperties: false }),
  restart: Type.Object({ transaction: Transaction }, { additionalProperties: false }),
} as const;
export type Verb = keyof typeof REQUESTS;
export const VERBS = Object.keys(REQUESTS) as readonly Verb[];

export const RequestRecord = Type.Union(Object.values(REQUESTS), {
  $id: 'request',
  title: 'Request; an empty payload is {}',
});

export const ResponseRecord = Type.Object(
  {
    transaction: Type.Union([Type.String(), Type.Number(), Type.Null()], { description: 'as in the request' }),
    status: Type.Union([Type.Literal('ok'), Type.Literal('error')]),
    data: Type.Unknown({ description: 'the answer; null in case of an error' }),
    error: Type.Union([Type.String(), Type.Null()], { description: 'one sentence; null when all is well' }),
  },
  { additionalProperties: false, $id: 'response', title: 'Response' },
);
export type ResponseRecord = Static<typeof ResponseRecord>;
