/** api.test.ts - every route of the API: what it does, that its answers are as described, and what hostile input gets. */
import * as fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { type Test, test } from 'tap';
import { createApp } from '../../src/web/server.ts';
import { accepts } from '../records/schemas.ts';
import { type Doubled, doubled } from './port.ts';

async function api(t: Test): Promise<Doubled & { readonly app: FastifyInstance }> {
  const double = await doubled(t);
  const { app } = await createApp({ port: double.port, access: null });
  t.teardown(() => app.close());
  return { ...double, app };
}

type Described = {
  readonly paths: {
    readonly [path: string]: {
      readonly [method: string]: {
        readonly summary: string;
        readonly requestBody?: object;
        readonly parameters?: readonly { readonly name: string; readonly in: string }[];
        readonly responses: {
          readonly [status: string]: { readonly content: { readonly [type: string]: { readonly schema: object } } };
        };
      };
    };
  };
};

test('each answer is as OpenAPI describes it', async (t) => {
  const { app, events } = await api(t);
  const described = (await app.inject('/api/openapi.json')).json<Described>();
  const values: { readonly [name: string]: string } = {
    camera: 'porch',
    id: events[0]!,
    index: '1',
    kind: '1',
    name: 'gate',
  };
  let checked = 0;
  for (const [path, methods] of Object.entries(described.paths)) {
    for (const [method, { summary, responses }] of Object.entries(methods)) {
      t.ok(summary.endsWith('.'), `${method} ${path} has a sentence`);
      if (method !== 'get' || path.endsWith('/live') || path.includes('/snapshots/')) continue;
      const url = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name]!);
      const answer = await app.inject({ method: 'GET', url });
      t.equal(answer.statusCode, 200, url);
      const [[type, { schema }]] = Object.entries(responses['200']!.content) as [[string, { schema: object }]];
      t.match(answer.headers['content-type'], type);
      if (type === 'application/json')
        t.strictSame(accepts(schema as never, answer.json()), [], `${url} is as described`);
      checked++;
    }
  }
  t.ok(checked >= 18, `${checked} answers`);
});

test('everything the command line can do: settings, zones, masks, mute, feedback, labels', async (t) => {
  const { app, told, events, port } = await api(t);
  const send = async (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload: object): Promise<number> =>
    (await app.inject({ method, url: `/api/v1${url}`, payload })).statusCode;
  t.equal(
    await send('PATCH', '/cameras/porch/settings', { learning: false, alarms_per_day: 3, quiet_hours: '22:00-06:30' }),
    200,
  );
  t.equal(
    await send('PUT', '/cameras/porch/masks/window', {
      points: [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
    }),
    200,
  );
  t.match(port.settings('porch').masks, { window: { enabled: true } });
  t.equal(await send('PUT', '/cameras/porch/masks/window', { enabled: false }), 200);
  t.equal(await send('DELETE', '/cameras/porch/masks/window', {}), 200);
  t.strictSame(port.settings('porch').masks, {});
  t.equal(await send('POST', '/cameras/porch/mute', { minutes: 30 }), 200);
  t.equal(await send('POST', `/events/${events[0]!.toLowerCase().slice(0, 26)}/feedback`, { verdict: 'normal' }), 200);
  t.equal(await send('POST', '/cameras/porch/label', { name: 'lorry' }), 200);
  t.match(
    told.map(({ kind }) => kind),
    ['learning', 'alarms_per_day', 'quiet_hours', 'mask', 'mask', 'mask', 'mute', 'feedback', 'label'],
  );

  t.equal(
    await send('PATCH', '/cameras/boiler/settings', { learning: true, alarms_per_day: 3 }),
    400,
    'a sensor has none',
  );
  t.equal(told.length, 9, 'and nothing was done');
  t.equal(await send('POST', `/events/${events[1]}/feedback`, { verdict: 'matters' }), 400);
  t.equal(await send('POST', '/events/01KARZ3NDEKTSV4RRFFQ69G5ZZ/feedback', { verdict: 'normal' }), 404);
  t.equal(await send('PATCH', '/cameras/nobody/settings', { learning: true }), 404);
  for (const [method, url, payload] of [
    ['PATCH', '/cameras/porch/settings', {}],
    ['PATCH', '/cameras/porch/settings', { learning: 'yes' }],
    ['PATCH', '/cameras/porch/settings', { sensitivity: 11 }],
    ['PATCH', '/cameras/porch/settings', { quiet_hours: '25:00-06:00' }],
    ['PATCH', '/cameras/porch/settings', { display_name: 'a\u202eb' }],
    ['PATCH', '/cameras/porch/settings', { learning: true, other: 1 }],
    [
      'PUT',
      '/cameras/porch/masks/window',
      {
        points: [
          [0, 0],
          [2, 0],
          [1, 1],
        ],
      },
    ],
    ['PUT', '/cameras/porch/masks/a%2fb', { enabled: true }],
    ['POST', '/cameras/porch/mute', { minutes: -1 }],
    ['POST', '/cameras/porch/feedback', { verdict: 'maybe' }],
  ] as const)
    t.equal(await send(method, url, payload), 400, `${url} ${JSON.stringify(payload)}`);
});

test('events are filtered by camera, cause, severity, zone and time', async (t) => {
  const { app, events } = await api(t);
  const ids = async (query: string): Promise<string[]> =>
    (await app.inject(`/api/v1/events?${query}`)).json<{ id: string }[]>().map(({ id }) => id);
  t.same(await ids(''), events.toReversed());
  t.same(await ids('zone=gate'), [events[0]]);
  t.same(await ids('cause=form'), [events[1]]);
  t.same(await ids('severity=notice'), []);
  t.same(await ids('camera=other'), []);
  t.same(await ids('since=2100-01-01T00:00:00Z'), []);
  t.same((await ids('limit=1')).length, 1);
  const { strip } = (await app.inject(`/api/v1/events/${events[0]}`)).json<{ strip: string[] }>();
  t.equal(strip.length, 2);
});

test('hostile input of any kind is refused in order: never a 500, never a file', async (t) => {
  const { app, events } = await api(t);
  const described = (await app.inject('/api/openapi.json')).json<Described>();
  const routes = Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() as 'GET' })),
  );
  t.ok(routes.length > 30, `${routes.length} routes`);
  const odd = fc.oneof(
    fc.constantFrom('porch', 'boiler', events[0]!, 'gate', '0', '1'),
    fc.constantFrom(
      '..',
      '../../etc/passwd',
      '..%2f..%2fetc%2fpasswd',
      '%00',
      "' OR 1=1 --",
      '__proto__',
      'constructor',
      '-1',
      '1e309',
      'NaN',
      '٣',
    ),
    fc.string({ maxLength: 200 }),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );
  const payload = fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc.constantFrom(
      '',
      '{',
      'null',
      '[]',
      '{"__proto__":{"x":1}}',
      `{"name":"${'a'.repeat(70_000)}"}`,
      '{"minutes":1e400}',
    ),
    fc
      .record(
        { verdict: odd, name: odd, camera: odd, minutes: fc.double(), points: fc.array(fc.array(fc.double())) },
        { requiredKeys: [] },
      )
      .map((body) => JSON.stringify(body)),
  );
  const types = fc.constantFrom(
    'application/json',
    'application/octet-stream',
    'text/plain',
    'application/x-www-form-urlencoded',
    '',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...routes),
      fc.array(odd, { minLength: 3, maxLength: 3 }),
      fc.array(fc.tuple(odd, odd), { maxLength: 3 }),
      payload,
      types,
      async (route, parts, query, body, type) => {
        if (route.path.endsWith('/live')) return;
        const left = [...parts];
        const path = route.path.replace(/\{\w+\}/g, () => encodeURIComponent(whole(left.pop()!)));
        const search = query
          .map(([name, value]) => `${encodeURIComponent(whole(name))}=${encodeURIComponent(whole(value))}`)
          .join('&');
        const sends = route.method === ('GET' as string) ? {} : { payload: body, headers: { 'content-type': type } };
        const answer = await app.inject({ method: route.method, url: `${path}?${search}`, ...sends });
        if (answer.statusCode >= 500)
          throw new Error(`${route.method} ${path}?${search} ${body}: ${answer.statusCode} ${answer.body}`);
        if (/root:.*:0:0:/.test(answer.body)) throw new Error(`a file came out of ${path}`);
        if (answer.statusCode >= 400) {
          const { code, message } = answer.json<{ code: string; message: string }>();
          if (typeof code !== 'string' || typeof message !== 'string') throw new Error(answer.body);
        }
      },
    ),
    { numRuns: 1500 },
  );
});

/** Halves of surrogate pairs cannot stand in an address. */
function whole(text: string): string {
  return Buffer.from(text).toString();
}

test('what breaks inside is told to whoever asked and to the log, there once a minute for each address', async (t) => {
  const double = await doubled(t);
  const trouble = new TypeError('something is undefined');
  const breaking = async (): Promise<never> => {
    throw trouble;
  };
  const port = { ...double.port, events: breaking, portrait: breaking };
  const { app } = await createApp({ port, access: null });
  t.teardown(() => app.close());
  for (const limit of [1, 2]) {
    const answer = await app.inject(`/api/v1/events?limit=${limit}`);
    t.equal(answer.statusCode, 500);
    t.match(answer.json(), { code: 'internal', message: 'something is undefined' });
  }
  t.same(double.broken, [{ asked: 'GET /api/v1/events', error: trouble }], 'without what was asked for');
  await app.inject('/api/v1/cameras/porch/model');
  t.equal(double.broken.length, 2);
  t.match(double.broken[1], { asked: 'GET /api/v1/cameras/:camera/model' });
  await app.inject('/api/v1/cameras/nobody');
  await app.inject('/api/v1/nothing');
  t.equal(double.broken.length, 2, 'a request that is refused is no news');
});
