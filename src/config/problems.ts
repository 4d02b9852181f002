/**
 * problems.ts - what is wrong with a configuration, in words, with its place in the file.
 */
import type { ErrorObject } from 'ajv';
import { type Node, isMap, isScalar } from 'yaml';
import { CortexdError } from '../errors.ts';
import { nearest } from './nearest.ts';
import { AREA_NAME_PATTERN } from '../records/names.ts';
import { NAME_PATTERN } from './setting-kinds.ts';
import { pathSegments, sourceTypes } from './source-union.ts';

/** One thing that is wrong, with its place in the file. */
export type Problem = {
  readonly line: number;
  readonly column: number;
  readonly key: string;
  readonly message: string;
};

/** All problems of a file at once. */
export class ConfigError extends CortexdError {
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const list = problems.map(({ line, column, key, message }) => `  ${file}:${line}:${column} ${key}: ${message}`);
    super(
      'config',
      `${problems.length === 1 ? 'A problem' : `${problems.length} problems`} in the configuration:\n${list.join('\n')}`,
      {
        hint: 'Run "cortexd config schema" for all settings, or see docs/config.md.',
      },
    );
    this.problems = problems;
  }
}

export function sortProblems(problems: Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

export function problemOf(
  error: ErrorObject,
  place: (path: readonly string[], onKey: boolean) => { line: number; column: number },
): Problem {
  const path = pathSegments(error.instancePath);
  const received = receivedInWords(error);
  const schema = error.parentSchema as { [keyword: string]: unknown; properties?: { [key: string]: unknown } };
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = String(error.params['additionalProperty']);
      const guess = nearest(unknown, Object.keys(schema.properties ?? {}));
      const isName = schema.properties === undefined;
      const message = isName
        ? `Expected ${nameInWords(schema)} but received "${unknown}"`
        : `Unknown setting${guess === undefined ? '' : ` (did you mean "${guess}"?)`}`;
      return { ...place([...path, unknown], true), key: [...path, unknown].join('.'), message };
    }
    case 'required': {
      const missing = String(error.params['missingProperty']);
      return { ...place(path, true), key: [...path, missing].join('.'), message: 'Expected a value but it is missing' };
    }
    case 'anyOf':
      return {
        ...place(path, false),
        key: path.join('.'),
        message: `Expected a source of type ${sourceTypes(error).join(', ')} but received ${typeInWords(error.data)}`,
      };
    default:
      return {
        ...place(path, false),
        key: path.join('.') || 'configuration',
        message: `Expected ${expectation(error, schema)} but received ${received}`,
      };
  }
}

/** Of a source only its type is shown: an address in it may hold a password. */
function typeInWords(data: unknown): string {
  const { type } = (data ?? {}) as { type?: unknown };
  return type === undefined ? 'one without a type' : `type ${JSON.stringify(type)?.slice(0, 100)}`;
}

/** What stands in the file, without what must not be seen. */
function receivedInWords({ data, parentSchema }: ErrorObject): string {
  if ((parentSchema as { secret?: boolean } | undefined)?.secret === true) {
    const what =
      data === null
        ? 'nothing'
        : Array.isArray(data)
          ? 'a list'
          : typeof data === 'string'
            ? 'another text'
            : `a ${typeof data}`;
    return `${what} (not shown: it is secret)`;
  }
  if (Array.isArray(data)) return `a list of ${data.length}`;
  if (typeof data === 'object' && data !== null) return 'a section of settings';
  const text = JSON.stringify(data) ?? 'nothing';
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** What a name may be in a section where every name stands for one of many. */
function nameInWords({ patternProperties }: { [keyword: string]: unknown }): string {
  const [pattern = ''] = Object.keys((patternProperties as object | undefined) ?? {});
  return PATTERNS[pattern] ?? 'another name';
}

/** What the patterns of the schema stand for. */
const PATTERNS: { readonly [pattern: string]: string } = {
  [NAME_PATTERN]: 'a name of letters (a-z), digits, _ and -, at most 64',
  [AREA_NAME_PATTERN]: 'a name of letters, digits, spaces, _ and -, at most 64',
  '^(mqtts?|wss?)://[^\\s]+$': 'an address such as mqtt://HOST:1883, mqtts://, ws:// or wss://',
  '^[^+#\\s/]+(/[^+#\\s/]+)*$': 'levels of a topic with / between them, without +, # and spaces',
  '^[A-Za-z0-9_-]{1,64}$': 'letters, digits, _ and -, at most 64',
  '^[A-Za-z0-9.-]{1,253}$': 'a host name',
  '^rtsps?://[^\\s]+$': 'an address such as rtsp://HOST/PATH or rtsps://',
  '^https?://[^\\s]+$': 'an address such as http://HOST/PATH or https://',
  '^/': 'a path that begins with /',
  '^[a-z0-9_]{1,20}$': 'small letters, digits and _, at most 20',
};

function expectation(error: ErrorObject, schema: { [keyword: string]: unknown }): string {
  const unit = typeof schema['unit'] === 'string' ? ` ${schema['unit']}` : '';
  const { minimum, maximum } = schema as { minimum?: number; maximum?: number };
  const range = minimum !== undefined && maximum !== undefined ? ` from ${minimum} to ${maximum}${unit}` : '';
  switch (error.keyword) {
    case 'type':
      return `${TYPE_NAMES[String(error.params['type'])] ?? String(error.params['type'])}${range}`;
    case 'minimum':
    case 'maximum':
      return `a number${range}`;
    case 'minProperties':
    case 'minItems':
    case 'maxProperties':
    case 'maxItems': {
      const { minItems, maxItems } = schema as { minItems?: number; maxItems?: number };
      const limit = String(error.params['limit']);
      return minItems !== undefined && minItems === maxItems
        ? `a list of ${limit}`
        : `${error.keyword.startsWith('min') ? 'at least' : 'at most'} ${limit} entries`;
    }
    case 'enum':
      return `one of ${(error.params['allowedValues'] as string[]).join(', ')}`;
    case 'pattern':
      return PATTERNS[String(error.params['pattern'])] ?? `text that matches ${String(error.params['pattern'])}`;
    default:
      return error.message ?? error.keyword;
  }
}

const TYPE_NAMES: { readonly [type: string]: string } = {
  integer: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  object: 'a section of settings',
  array: 'a list',
};

/** Offset of the value (or key) at a path in the parsed file; the nearest parent when it is not there. */
export function offsetOf(root: Node | null, path: readonly string[], onKey: boolean): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const [depth, key] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      if (!pair) break;
      const keyNode = pair.key as Node;
      const value = pair.value as Node | null;
      const isLast = depth === path.length - 1;
      offset = (isLast && !onKey ? (value?.range?.[0] ?? keyNode.range?.[0]) : keyNode.range?.[0]) ?? offset;
      node = value;
    } else {
      const items = (node as { items?: (Node | null)[] } | null)?.items;
      const item = items?.[Number(key)];
      if (!item) break;
      offset = item.range?.[0] ?? offset;
      node = item;
    }
  }
  return offset;
}
