/** schemas.ts - holds a value against a schema as a stranger would: through JSON, by ajv, with formats. */
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { TSchema } from 'typebox';

/** What is wrong with a value; [] when it is accepted. */
export function accepts(schema: TSchema, value: unknown): string[] {
  const ajv = new Ajv({ allErrors: true, strict: false });
  addFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(JSON.stringify(schema)) as object);
  validate(JSON.parse(JSON.stringify(value)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
