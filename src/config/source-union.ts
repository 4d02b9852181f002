/**
 * source-union.ts - sources are unions told apart by `type`: their defaults, and which of the checker's complaints about
 * them mean something.
 */
import type { ErrorObject } from 'ajv';
import { CameraSchema } from './camera-schema.ts';
import { StreamSchema } from './stream-schema.ts';

type Branch = {
  readonly properties: { readonly [key: string]: { readonly const?: unknown; readonly default?: unknown } };
};

/** Section of the configuration -> what its sources may be. */
const UNIONS: { readonly [section: string]: readonly Branch[] } = {
  cameras: CameraSchema.properties.source.anyOf as unknown as readonly Branch[],
  streams: StreamSchema.properties.source.anyOf as unknown as readonly Branch[],
};

const typesOf = (section: string): string[] =>
  (UNIONS[section] ?? []).map(({ properties }) => String(properties['type']?.const));

/** The checker fills in defaults everywhere but in a union, so those of the sources are filled in here, by their type. */
export function fillSources(raw: unknown): void {
  for (const [section, branches] of Object.entries(UNIONS)) {
    const entries = (raw as { [section: string]: unknown } | null)?.[section];
    if (typeof entries !== 'object' || entries === null) continue;
    for (const entry of Object.values(entries as { [name: string]: { source?: { [key: string]: unknown } } | null })) {
      const source = entry?.source;
      if (typeof source !== 'object' || source === null) continue;
      const branch = branches.find(({ properties }) => properties['type']?.const === source['type']);
      for (const [key, setting] of Object.entries(branch?.properties ?? {}))
        if (setting.default !== undefined && !(key in source)) source[key] = setting.default;
    }
  }
}

/** A failed union reports every branch; only the branch whose `type` was meant says something useful. */
export function relevantErrors(errors: readonly ErrorObject[], raw: unknown): ErrorObject[] {
  const branch = /\/anyOf\/(\d+)\//;
  return errors.filter((error) => {
    const types = sourceTypes(error);
    const type = typeAt(raw, error.instancePath.replace(/(\/source)\/.*$/, '$1'));
    if (error.keyword === 'anyOf') return !types.includes(String(type));
    const match = branch.exec(error.schemaPath);
    return match === null || types[Number(match[1])] === type;
  });
}

/** The types that the source an error is about may have. */
export function sourceTypes({ instancePath }: ErrorObject): string[] {
  return typesOf(instancePath.split('/')[1] ?? '');
}

function typeAt(raw: unknown, path: string): unknown {
  let value = raw;
  for (const key of pathSegments(path)) value = (value as { [key: string]: unknown } | null | undefined)?.[key];
  return (value as { type?: unknown } | null | undefined)?.type;
}

/** A JSON pointer as keys. */
export function pathSegments(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
