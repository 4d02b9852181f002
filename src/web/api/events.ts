/**
 * events.ts - routes about events: the journal, pictures and strips, and what someone says of one.
 */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { CortexdError } from '../../errors.ts';
import { CAUSES, EventRecord } from '../../records/event.ts';
import { timestamp } from '../../records/from-observation.ts';
import { timeOf } from './cameras.ts';
import type { ApiPort } from './port.ts';
import { addRoute } from './route.ts';
import { AreaName, EventId, Name, Time, Verdict } from './shapes.ts';

const MOST = 500;

export function addEventRoutes(app: FastifyInstance, port: ApiPort): void {
  const known = async (id: string): Promise<EventRecord> => {
    const event = await port.event(id.toUpperCase());
    if (event !== undefined) return event;
    throw new CortexdError('no_input', `Expected an event of the journal but received ${id}`);
  };
  const params = { id: EventId };
  addRoute(app, {
    method: 'GET',
    path: '/events',
    summary: 'Events, newest first.',
    tag: 'events',
    query: {
      camera: Type.Optional(Name),
      cause: Type.Optional(Type.String({ enum: [...CAUSES] })),
      severity: Type.Optional(Type.String({ enum: ['alert', 'notice'] })),
      zone: Type.Optional(AreaName),
      since: Type.Optional(Time),
      until: Type.Optional(Time),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST })),
    },
    answer: Type.Array(EventRecord),
    handle: async ({ query: { since, until, limit = 50, ...filter } }) =>
      port.events({
        ...filter,
        limit,
        ...(since === undefined ? {} : { since: timestamp(timeOf(since)) }),
        ...(until === undefined ? {} : { until: timestamp(timeOf(until)) }),
      }),
  });
  addRoute(app, {
    method: 'GET',
    path: '/events/:id',
    summary: 'One event, and when the pictures of its strip were taken.',
    tag: 'events',
    params,
    answer: Type.Object({ event: EventRecord, strip: Type.Array(Type.String()) }),
    handle: async ({ params: { id } }) => {
      const event = await known(id);
      return { event, strip: await port.stripTimes(event.id) };
    },
  });
  addRoute(app, {
    method: 'GET',
    path: '/events/:id/picture.jpg',
    summary: 'The picture of an event, its place marked.',
    tag: 'events',
    params,
    bytes: 'image/jpeg',
    handle: async ({ params: { id }, reply }) => {
      const jpeg = await port.eventPicture((await known(id)).id);
      if (jpeg === undefined) throw new CortexdError('no_input', `Expected an event with a picture but ${id} has none`);
      return reply.type('image/jpeg').send(Buffer.from(jpeg));
    },
  });
  addRoute(app, {
    method: 'GET',
    path: '/events/:id/strip/:index.jpg',
    summary: 'One picture of the strip of an event, counted from 0.',
    tag: 'events',
    params: { ...params, index: Type.Integer({ minimum: 0, maximum: 999 }) },
    bytes: 'image/jpeg',
    handle: async ({ params: { id, index }, reply }) => {
      const jpeg = await port.stripPicture((await known(id)).id, index);
      if (jpeg === undefined)
        throw new CortexdError('no_input', `Expected a picture of the strip but there is no ${index}`);
      return reply.type('image/jpeg').send(Buffer.from(jpeg));
    },
  });
  addRoute(app, {
    method: 'POST',
    path: '/events/:id/feedback',
    summary: 'Say that this event was normal, or that it matters; the answer tells what that changed.',
    tag: 'teaching',
    params,
    body: Type.Object({ verdict: Verdict }, { additionalProperties: false }),
    answer: Type.Object({
      feedback: Verdict,
      event: Type.String(),
      signs: Type.Integer({ description: 'signs of what was unusual that were taken in' }),
      saved: Type.Boolean({ description: 'false: in effect, but saved with the next checkpoint only' }),
    }),
    handle: async ({ params: { id }, body }) => {
      const event = await known(id);
      return port.command({ kind: 'feedback', camera: event.camera, verdict: body.verdict, event: event.id });
    },
  });
}
