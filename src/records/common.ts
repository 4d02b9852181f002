/**
 * common.ts - the small pieces that all records share. A record is JSON that leaves the program (MQTT, CLI, SQLite,
 * web). Its TypeBox schema is the single source: the TypeScript type and the file under docs/schema derive from it.
 */
import { Type, type Static } from 'typebox';

/** ISO 8601 UTC with milliseconds, e.g. `2026-11-23T09:30:00.000Z`. */
export const Timestamp = Type.String({
  format: 'date-time',
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$',
  description: 'ISO 8601 UTC with milliseconds',
});

/** The same, or null while the thing has not happened. */
export const TimestampOrNull = Type.Union([Timestamp, Type.Null()]);

/** A number in [0, 1]. */
export const Share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

export const Box = Type.Tuple([Share('left'), Share('top'), Share('width'), Share('height')], {
  description: '[x, y, width, height] relative to the picture, 0..1',
});

export const Position = Type.Object(
  { row: Type.Integer({ minimum: 0 }), column: Type.Integer({ minimum: 0 }) },
  { additionalProperties: false, description: 'place of the position grid; row 0 is the top' },
);

export const Streams = Type.Object(
  {
    form: Type.Number({ minimum: 0 }),
    motion: Type.Number({ minimum: 0 }),
    sequence: Type.Number({ minimum: 0 }),
    timing: Type.Number({ minimum: 0 }),
  },
  { additionalProperties: false, description: "evidence in units of each stream's own threshold: 1 raises an alarm" },
);
export type Streams = Static<typeof Streams>;

export const Learning = Type.Object(
  { state: Type.Union([Type.Literal('learning'), Type.Literal('ready')]), progress: Share('towards ready') },
  { additionalProperties: false },
);

/** With it a record is known to come from the only one who might send it; of two the one with the higher token counts. */
export const FencingToken = Type.Optional(
  Type.Integer({ minimum: 0, description: 'of the lease under which the camera is watched; in a fleet only' }),
);
