/**
 * anomaly.ts - whether something unusual is going on at a camera right now, and what: a switch and its attributes.
 */
import { Type, type Static } from 'typebox';
import { Box, FencingToken, Share, TimestampOrNull } from './common.ts';
import { Cause, type EventRecord } from './event.ts';

/** Sent as bare text, not as JSON: home automation compares it as it is. */
export const AnomalyState = Type.Union([Type.Literal('ON'), Type.Literal('OFF')], {
  $id: 'anomaly',
  title: 'Anomaly switch (bare text)',
});
export type AnomalyState = Static<typeof AnomalyState>;

/** Of the open event with the highest score; all null (or empty) while none is open. */
export const AnomalyAttributes = Type.Object(
  {
    open_events: Type.Integer({ minimum: 0, description: 'events open now' }),
    id: Type.Union([Type.String(), Type.Null()]),
    cause: Type.Union([Cause, Type.Null()]),
    severity: Type.Union([Type.Literal('alert'), Type.Literal('notice'), Type.Null()]),
    score: Type.Union([Share('0.5 = alarm threshold'), Type.Null()]),
    started_at: TimestampOrNull,
    zones: Type.Array(Type.String()),
    box: Type.Union([Box, Type.Null()]),
    explanation: Type.Union([Type.String(), Type.Null()]),
    token: FencingToken,
  },
  { additionalProperties: false, $id: 'anomaly-attributes', title: 'Anomaly attributes' },
);
export type AnomalyAttributes = Static<typeof AnomalyAttributes>;

/** Switch and attributes of the events that are open; `ON` while one of them is an alert. */
export function anomalyOf(open: readonly EventRecord[]): {
  readonly state: AnomalyState;
  readonly attributes: AnomalyAttributes;
} {
  let foremost: EventRecord | null = null;
  for (const event of open) if (foremost === null || event.score > foremost.score) foremost = event;
  return {
    state: open.some(({ severity }) => severity === 'alert') ? 'ON' : 'OFF',
    attributes: {
      open_events: open.length,
      id: foremost?.id ?? null,
      cause: foremost?.cause ?? null,
      severity: foremost?.severity ?? null,
      score: foremost?.score ?? null,
      started_at: foremost?.started_at ?? null,
      zones: foremost?.zones ?? [],
      box: foremost?.box ?? null,
      explanation: foremost?.explanation ?? null,
    },
  };
}
