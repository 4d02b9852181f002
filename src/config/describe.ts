/**
 * describe.ts - the settings for people: effective values without secrets, the example file, the reference page.
 */
import { stringify } from 'yaml';
import type { LoadedConfig } from './load.ts';
import { ConfigSchema } from './schema.ts';
import { hideSecrets } from './hidden.ts';

/** The parts of a JSON Schema that this file reads. */
type Schema = {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: readonly string[];
  minimum?: number;
  maximum?: number;
  unit?: string;
  reload?: string;
  secret?: boolean;
  const?: string;
  properties?: { [key: string]: Schema };
  patternProperties?: { [pattern: string]: Schema };
  anyOf?: readonly Schema[];
  required?: readonly string[];
};

const schema = JSON.parse(JSON.stringify(ConfigSchema)) as Schema;

/** The effective configuration as plain data, every secret replaced by "***". */
export function withoutSecrets({ config, stateDirectory, node, baseTopic }: LoadedConfig): { [key: string]: unknown } {
  const shown = hideSecrets(config, schema) as { mqtt: object };
  return { ...shown, node, state_directory: stateDirectory, mqtt: { ...shown.mqtt, base_topic: baseTopic } };
}

export function describeConfig(loaded: LoadedConfig): string {
  return stringify(withoutSecrets(loaded));
}

/** The JSON Schema of the configuration file. */
export function configJsonSchema(): object {
  return schema;
}

type Row = { readonly key: string; readonly schema: Schema; readonly required: boolean };

function rows(part: Schema, path: string, required: boolean): Row[] {
  const own: Row[] = path === '' ? [] : [{ key: path, schema: part, required }];
  const children = Object.entries(part.properties ?? {}).flatMap(([key, child]) =>
    rows(
      child,
      path === '' ? key : `${path}.${key}`,
      part.required?.includes(key) === true && child.default === undefined,
    ),
  );
  const named = Object.values(part.patternProperties ?? {}).flatMap((child) =>
    child.properties ? rows(child, `${path}.<name>`, false).slice(1) : [],
  );
  const branches = (part.anyOf ?? []).flatMap((branch) => {
    const type = branch.properties?.['type']?.const ?? '';
    return rows(branch, `${path}(${type})`, false).slice(1);
  });
  return [...own, ...children, ...named, ...branches];
}

function typeOf({ type, enum: values, const: only, minimum, maximum, unit, anyOf }: Schema): string {
  if (values) return values.join(' \\| ');
  if (only !== undefined) return only;
  if (anyOf) return 'one of the sources below';
  const range = minimum !== undefined && maximum !== undefined ? ` ${minimum}..${maximum}` : '';
  return `${type === 'integer' ? 'whole number' : (type ?? '')}${range}${unit === undefined ? '' : ` ${unit}`}`;
}

/** docs/config.md */
export function configPage(): string {
  const table = rows(schema, '', true).map(({ key, schema: row, required }) => {
    const fallback = required ? 'required' : row.default === undefined ? '' : `\`${JSON.stringify(row.default)}\``;
    const when = row.reload ?? '';
    return `| \`${key}\` | ${typeOf(row)} | ${fallback} | ${when} | ${(row.description ?? '').replaceAll('|', '\\|')} |`;
  });
  return [
    '# Configuration',
    '',
    'One YAML file, by default `/etc/cortexd/config.yaml`. `cortexd config check FILE` names every problem with its line.',
    'Unknown settings are errors. Paths are relative to the file. "live" settings take effect on SIGHUP, the others on restart.',
    '',
    'This page is generated from `src/config/schema.ts` by `npm run docs`.',
    '',
    '| setting | type | default | takes effect | meaning |',
    '|---|---|---|---|---|',
    ...table,
    '',
  ].join('\n');
}

const EXAMPLE_CAMERA = `cameras:
  porch:
    source:
      type: file
      path: porch.mp4
    preset: pi4
    zones:
      gate: [[0.0, 0.5], [0.3, 0.5], [0.3, 1.0], [0.0, 1.0]]
`;

const EXAMPLE_STREAM = `# Number sensors by name. Each has a model of its own.
#streams:
#  boiler:
#    source: { type: mqtt, topic: zigbee2mqtt/boiler, json_key: temperature }
#  cpu:
#    source: { type: file, path: /sys/class/thermal/thermal_zone0/temp, interval_s: 60 }
#    scale: 0.001
`;

/** config/cortexd.example.yaml: a camera to start with, every other setting as a comment with its default. */
export function exampleConfig(): string {
  const out = [
    '# cortexd configuration. Generated from src/config/schema.ts; see docs/config.md for every setting.',
    '',
    EXAMPLE_CAMERA.trimEnd(),
    '',
  ];
  for (const [key, part] of Object.entries(schema.properties ?? {})) {
    if (key === 'cameras') continue;
    if (key === 'streams') {
      out.push(EXAMPLE_STREAM);
      continue;
    }
    out.push(`# ${part.description ?? ''}`);
    if (part.properties === undefined) {
      out.push(`#${key}: ${part.default === undefined ? '' : JSON.stringify(part.default)}`.trimEnd(), '');
      continue;
    }
    out.push(`#${key}:`);
    for (const [name, child] of Object.entries(part.properties)) {
      const value = child.default === undefined ? '' : ` ${JSON.stringify(child.default)}`;
      out.push(`#  ${name}:${value}  # ${child.description ?? ''}`);
    }
    out.push('');
  }
  return out.join('\n');
}
