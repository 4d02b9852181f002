/**
 * setting-kinds.ts - the kinds of settings that the schema is made of.
 */
import { Type, type TSchema } from 'typebox';
import { AREA_NAME_PATTERN } from '../records/names.ts';

/** `live`: takes effect on SIGHUP; `restart`: needs a restart of the daemon. */
export type Extra = { readonly reload?: 'live' | 'restart'; readonly unit?: string; readonly secret?: true };

export const choice = <T extends string>(values: readonly T[], options: Extra & { default?: T; description: string }) =>
  Type.Unsafe<T>(Type.String({ enum: values, ...options }));
export const whole = (options: Extra & { default?: number; minimum: number; maximum: number; description: string }) =>
  Type.Integer(options);
export const number = (options: Extra & { default?: number; minimum: number; maximum: number; description: string }) =>
  Type.Number(options);
export const text = (
  options: Extra & { default?: string; description: string; pattern?: string; minLength?: number },
) => Type.String(options);
export const flag = (options: Extra & { default: boolean; description: string }) => Type.Boolean(options);
export const section = <T extends { [key: string]: TSchema }>(properties: T, description: string) =>
  Type.Object(properties, { additionalProperties: false, default: {}, description });

/** Names become MQTT topic levels and file names. */
export const NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$';

export const Share = Type.Number({ minimum: 0, maximum: 1 });
export const Polygon = Type.Array(Type.Tuple([Share, Share]), {
  minItems: 3,
  maxItems: 64,
  description: 'Corner points [x, y] relative to the picture, 0..1.',
});
export const polygons = (description: string) =>
  Type.Record(Type.String({ pattern: AREA_NAME_PATTERN }), Polygon, {
    default: {},
    additionalProperties: false,
    reload: 'live',
    description,
  });
