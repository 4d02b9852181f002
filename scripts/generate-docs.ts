/**
 * generate-docs.ts - writes what is derived from the code: docs/config.md, docs/mqtt.md, docs/schema/*.json and the
 * example configuration. `npm run docs` runs it; a test compares its output with what lies in the repository.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { TSchema } from 'typebox';
import { configJsonSchema, configPage, exampleConfig } from '../src/config/describe.ts';
import { COMMANDS, type CommandTopic, QOS, TOPICS, type Topic } from '../src/mqtt/topics.ts';
import { packageFile } from '../src/package-root.ts';
import { EventLine, FrameLine, PredictionLine, SummaryLine } from '../src/records/replay.ts';
import { SeriesLine } from '../src/records/series.ts';
import { COMMAND_EXAMPLES, EXAMPLES } from './docs-examples.ts';

/** All generated files: path relative to the package -> text. */
export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  files.set('config/cortexd.example.yaml', exampleConfig());
  files.set('docs/config.md', configPage());
  files.set('docs/mqtt.md', mqttPage());
  files.set('docs/schema/config.json', json({ $schema: DRAFT, ...configJsonSchema() }));
  for (const schema of payloadSchemas())
    files.set(`docs/schema/${schemaId(schema)}.json`, json({ $schema: DRAFT, ...schema }));
  return files;
}

const DRAFT = 'http://json-schema.org/draft-07/schema#';

/** Schemas of all messages and of the lines of `replay` and `series`, each once. */
export function payloadSchemas(): TSchema[] {
  const published = Object.values<Topic>(TOPICS).flatMap(({ schema }) => (schema === null ? [] : [schema]));
  const commands = Object.values<CommandTopic>(COMMANDS).map(({ schema }) => schema);
  return [
    ...new Set<TSchema>([...published, ...commands, FrameLine, EventLine, PredictionLine, SummaryLine, SeriesLine]),
  ];
}

export function schemaId(schema: TSchema): string {
  return (schema as { $id?: string }).$id ?? 'unnamed';
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function mqttPage(): string {
  const topics = Object.entries<Topic>(TOPICS);
  const rows = topics.map(([, { path, delivery, schema, sentence }]) => {
    const payload = schema === null ? 'JPEG' : `[${schemaId(schema)}](schema/${schemaId(schema)}.json)`;
    return `| \`<base>/${path}\` | ${delivery === 'state' ? 'yes' : 'no'} | ${QOS[delivery]} | ${payload} | ${sentence} |`;
  });
  const examples = topics.flatMap(([name, { path }]) => {
    const example: unknown = (EXAMPLES as { readonly [name: string]: unknown })[name];
    if (example === undefined) return [];
    const text = typeof example === 'string' ? example : JSON.stringify(example, null, 2);
    return [`### \`<base>/${path}\``, '', typeof example === 'string' ? '```text' : '```json', text, '```', ''];
  });
  const commands = Object.entries<CommandTopic>(COMMANDS);
  const commandRows = commands.map(
    ([, { path, schema, sentence }]) =>
      `| \`<base>/${path}\` | [${schemaId(schema)}](schema/${schemaId(schema)}.json) | ${sentence} |`,
  );
  const commandExamples = commands.flatMap(([name, { path }]) =>
    COMMAND_EXAMPLES[name as keyof typeof COMMANDS].map((text) => `| \`<base>/${path}\` | \`${text}\` |`),
  );
  return [
    '# MQTT',
    '',
    'This page is generated from `src/mqtt/topics.ts` by `npm run docs`.',
    '',
    '`<base>` is `mqtt.base_topic`, by default `cortexd/<node>` with the host name as node, so `cortexd/+/+/event` hears every',
    'machine at one broker. `<camera>` is the name of a camera in the configuration. Times are ISO 8601 UTC; `clock_synced`',
    'says whether the clock could be trusted. A score of 0.5 is the alarm threshold.',
    '',
    '## Topics',
    '',
    '| topic | retained | QoS | payload | |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    '## Commands',
    '',
    'Send with QoS 1 and not retained: a retained command is old when it is heard, and is left out. Every command is answered',
    'on `<base>/bridge/response/set`, a request on `<base>/bridge/response/<verb>`, with the `transaction` of the command if',
    'it had one. A payload is checked as a whole before anything is done; at most 16 KiB, 30 at once and 10 a second are',
    'taken. What is set holds over restarts, until the configuration file says something else than it said then.',
    '',
    'Whoever may publish there can switch a mask off. Let the broker allow it to those who may (mosquitto: `topic write',
    'cortexd/+/+/feedback/set` in its ACL file), take commands from topics of their own (`mqtt.command_topic`), leave kinds',
    'of them out (`mqtt.allow: [settings, teaching]`), or set `mqtt.commands: false`. A label or feedback that the write budget',
    'has no room for is in effect, but saved only with the next checkpoint: the answer then says `"saved": false`. A restart is',
    'taken once a minute.',
    '',
    '| topic | payload | |',
    '|---|---|---|',
    ...commandRows,
    '',
    '| topic | for example |',
    '|---|---|',
    ...commandExamples,
    '',
    '## Delivery',
    '',
    '- Retained topics are sent again on every connect, so a restarted broker knows all of them at once.',
    '- Events are written to the database before they are sent and removed when the broker has acknowledged them. After an',
    '  outage they come in order, each at least once; a repeated message has the same `id` and `type`.',
    '- The outbox holds `retention.outbox_events` messages. When it is full, the oldest update goes first, then the oldest',
    '  message; `outbox_dropped` in health counts them.',
    '- Messages with QoS 0 are never kept while there is no connection.',
    '- When the daemon ends or is cut off, `<base>/bridge/state` becomes `offline` (last will). A camera counts as there only',
    '  while both `<base>/bridge/state` and its own `availability` say `online`.',
    '- QoS and the retained flag can be changed for all topics of a kind (`mqtt.state_qos`, `mqtt.event_qos`, `mqtt.stream_qos`,',
    '  `mqtt.retain`).',
    '- Of several brokers (`mqtt.url`, `mqtt.fallback_urls`) the first that answers is used, in that order after each loss.',
    '- A message that is larger than the broker takes is left out and named once; QoS and the retained flag are lowered to what',
    '  the broker knows. A message that is not acknowledged within 20 s ends the connection, and is sent again on the next.',
    '- MQTT 5 is tried first, 3.1.1 when the broker does not know it. An unreachable broker is tried again for ever; watching',
    '  and learning go on meanwhile.',
    '',
    '## Examples',
    '',
    ...examples,
    '## The demo, as it comes',
    '',
    'What `mosquitto_sub -v -t cortexd/#` prints for the demo: first what is retained, then some seconds in real time. Half-way',
    'a name is given to what is seen, a snapshot and the health are asked for and a mask is drawn; later the newest event is said',
    'to have been normal. Pictures are told by their size, very long lines are cut. Written by `scripts/mqtt-transcript.ts`.',
    '',
    '```text',
    readFileSync(packageFile('docs/mqtt-demo.txt'), 'utf8').trimEnd(),
    '```',
    '',
  ].join('\n');
}

/** Write them all. */
function main(): void {
  for (const [path, text] of generatedFiles()) {
    mkdirSync(dirname(packageFile(path)), { recursive: true });
    writeFileSync(packageFile(path), text);
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) main();
