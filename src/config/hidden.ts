/**
 * hidden.ts - values that must not be seen, by what the schema says of them: they are replaced before any text is made, so
 * that no text has to be searched for them.
 */

/** The parts of a JSON Schema that this file reads. */
export type SecretSchema = {
  readonly secret?: boolean;
  readonly const?: unknown;
  readonly properties?: { readonly [key: string]: SecretSchema };
  readonly patternProperties?: { readonly [pattern: string]: SecretSchema };
  readonly anyOf?: readonly SecretSchema[];
  readonly items?: SecretSchema | readonly SecretSchema[];
};

export const HIDDEN = '***';

/** A copy of a configuration, or of a part of it, without its secrets. Of an address the part that is none is kept. */
export function hideSecrets(value: unknown, schema: SecretSchema | undefined): unknown {
  if (schema?.secret === true) return hidden(value);
  if (Array.isArray(value)) {
    const { items } = schema ?? {};
    return value.map((item) =>
      hideSecrets(item, Array.isArray(items) ? undefined : (items as SecretSchema | undefined)),
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  const part = branchOf(schema, value as { readonly [key: string]: unknown });
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, hideSecrets(child, schemaOf(part, key))]),
  );
}

function hidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hidden);
  return typeof value === 'string' && /^[a-z][a-z0-9+.-]{0,30}:\/\//i.test(value) ? withoutUser(value) : HIDDEN;
}

/** `scheme://user:secret@host/path?key=secret` -> `scheme://***@host/path?***` */
export function withoutUser(address: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]{0,30}:\/\/)(.*)$/is.exec(address) ?? [];
  if (scheme === '') return HIDDEN;
  const query = rest.indexOf('?');
  const place = query < 0 ? rest : rest.slice(0, query);
  // A password may hold a slash or an @ that should have been escaped: all before the last @ is hidden.
  const at = place.lastIndexOf('@');
  const host = at < 0 ? place : `${HIDDEN}@${place.slice(at + 1)}`;
  return `${scheme}${host}${query < 0 ? '' : `?${HIDDEN}`}`;
}

/** Of a choice the branch that is meant, by its `type`. */
function branchOf(
  schema: SecretSchema | undefined,
  value: { readonly [key: string]: unknown },
): SecretSchema | undefined {
  return schema?.anyOf?.find(({ properties }) => properties?.['type']?.const === value['type']) ?? schema;
}

function schemaOf(schema: SecretSchema | undefined, key: string): SecretSchema | undefined {
  const own = schema?.properties?.[key];
  if (own !== undefined) return own;
  return Object.values(schema?.patternProperties ?? {})[0];
}
