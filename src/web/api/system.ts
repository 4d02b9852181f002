/**
 * system.ts - routes about the daemon as a whole: status, configuration, what happens live, the description of the API.
 */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { CortexdError } from '../../errors.ts';
import { FleetOverview } from '../../fleet/overview.ts';
import { TOPICS, COMMANDS, type CommandTopic, type Topic } from '../../mqtt/topics.ts';
import { HealthRecord } from '../../records/bridge.ts';
import type { PageStreams } from '../stream.ts';
import type { ApiPort } from './port.ts';
import { addRoute, plain } from './route.ts';
import { Name } from './shapes.ts';

export type SystemOptions = {
  readonly streams: PageStreams;
  readonly headers: { readonly [name: string]: string };
  /** Whether the link with the token may be told: over the Unix socket only. */
  readonly tellsLink: boolean;
};

export function addSystemRoutes(
  app: FastifyInstance,
  port: ApiPort,
  { streams, headers, tellsLink }: SystemOptions,
): void {
  addRoute(app, {
    method: 'GET',
    path: '/status',
    summary: 'How the daemon and each model are doing.',
    tag: 'daemon',
    answer: Type.Object({ ...HealthRecord.properties, version: Type.String() }),
    handle: () => port.status(),
  });
  addRoute(app, {
    method: 'GET',
    path: '/fleet',
    summary: 'Machines that share cameras and who watches which, as seen here; null where there is no fleet.',
    tag: 'daemon',
    answer: Type.Union([FleetOverview, Type.Null()]),
    handle: async () => port.fleet(),
  });
  addRoute(app, {
    method: 'GET',
    path: '/config',
    summary: 'The effective configuration without secrets, and what is wrong with the file as it is now.',
    tag: 'daemon',
    answer: Type.Object({
      file: Type.Union([Type.String(), Type.Null()]),
      problems: Type.Array(Type.String()),
      hint: Type.Union([Type.String(), Type.Null()]),
      effective: Type.Unknown(),
    }),
    handle: async () => port.config(),
  });
  addRoute(app, {
    method: 'POST',
    path: '/restart',
    summary: 'End and start again, once a minute at most; only into a configuration that is sound.',
    tag: 'daemon',
    body: Type.Object({}, { additionalProperties: false }),
    answer: Type.Object({ restarting: Type.Boolean() }),
    handle: async () => {
      await port.restart();
      return { restarting: true };
    },
  });
  addRoute(app, {
    method: 'GET',
    path: '/live',
    summary: 'Frames, predictions and events as they happen: server-sent events.',
    tag: 'looking',
    query: { camera: Type.Optional(Name) },
    bytes: 'text/event-stream',
    handle: async ({ query, reply }) => {
      if (streams.isFull)
        throw new CortexdError('in_use', 'Expected fewer open pages but there are as many as can be', {
          hint: 'Close some of them.',
        });
      const first = { version: port.version, cameras: port.watched().map(({ name }) => name) };
      reply.hijack();
      streams.add(reply.raw, headers, query.camera, first);
      return reply;
    },
  });
  addRoute(app, {
    method: 'GET',
    path: '/schemas',
    summary: 'JSON Schemas of the messages that are sent and taken over MQTT, by their topics.',
    tag: 'daemon',
    handle: async () => schemas(),
  });
  addRoute(app, {
    method: 'GET',
    path: '/link',
    summary: 'The address of the dashboard with its token; over the Unix socket only.',
    tag: 'daemon',
    answer: Type.Object({ url: Type.String() }),
    handle: async () => {
      const url = tellsLink ? port.link() : null;
      if (url !== null) return { url };
      throw new CortexdError('no_input', tellsLink ? 'The dashboard is not served' : 'Not told here', {
        hint: tellsLink
          ? 'Set web.enabled, or look into the log for why its port could not be opened.'
          : 'Run: cortexd dashboard',
      });
    },
  });
}

function schemas(): { readonly [path: string]: unknown } {
  const all: readonly (Topic | CommandTopic)[] = [...Object.values(TOPICS), ...Object.values(COMMANDS)];
  return Object.fromEntries(all.flatMap(({ path, schema }) => (schema === null ? [] : [[path, plain(schema)]])));
}
