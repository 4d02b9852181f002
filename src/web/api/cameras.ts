/**
 * cameras.ts - routes about one camera or number sensor: its state and settings, pictures, scores, what it has learned.
 */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { CortexdError } from '../../errors.ts';
import { AreaRecord } from '../../records/commands.ts';
import { timestamp } from '../../records/from-observation.ts';
import { oneSpelling } from '../../records/names.ts';
import { snakeKeys } from '../../records/snake-keys.ts';
import { frameData } from '../live.ts';
import type { ApiPort, Watched } from './port.ts';
import { addRoute } from './route.ts';
import {
  AreaName,
  CameraState,
  EvidenceList,
  LabelName,
  Minutes,
  Name,
  ScoreList,
  SettingsPatch,
  Time,
  Verdict,
  EventId,
} from './shapes.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LONGEST_MS = 400 * DAY_MS;
const THRESHOLD = 0.5;

export function addCameraRoutes(app: FastifyInstance, port: ApiPort): void {
  const known = (name: string): Watched => {
    const found = port.watched().find((one) => one.name === name);
    if (found !== undefined) return found;
    throw new CortexdError('no_input', `Expected a camera of ${namesOf(port)} but received ${name}`);
  };
  const camera = (name: string): Watched => {
    const found = known(name);
    if (found.kind === 'camera') return found;
    throw new CortexdError('usage', `Expected a camera but ${name} is a number sensor`);
  };
  addRoute(app, {
    method: 'GET',
    path: '/cameras',
    summary: 'All cameras and number sensors, as they are now.',
    tag: 'cameras',
    answer: Type.Array(CameraState),
    handle: async () => {
      const health = await healthOf(port);
      return port.watched().map((one) => stateOf(port, one, health));
    },
  });
  addRoute(app, {
    method: 'GET',
    path: '/cameras/:camera',
    summary: 'One camera or number sensor.',
    tag: 'cameras',
    params: { camera: Name },
    answer: CameraState,
    handle: async ({ params }) => stateOf(port, known(params.camera), await healthOf(port)),
  });
  addRoute(app, {
    method: 'PATCH',
    path: '/cameras/:camera/settings',
    summary: 'Change settings; they hold until the configuration file says something else.',
    tag: 'settings',
    params: { camera: Name },
    body: SettingsPatch,
    answer: CameraState,
    handle: async ({ params, body }) => {
      const { kind, name } = known(params.camera);
      const { learning, enabled, sensitivity, ...ofCamera } = body;
      // Before anything is changed.
      if (kind === 'sensor' && Object.keys(ofCamera).length > 0) camera(name);
      if (learning !== undefined) await port.command({ kind: 'learning', camera: name, on: learning });
      if (enabled !== undefined) await port.command({ kind: 'enabled', camera: name, on: enabled });
      if (sensitivity !== undefined) await port.command({ kind: 'sensitivity', camera: name, value: sensitivity });
      const { alarms_per_day: alarms, quiet_hours: quiet, display_name: display } = ofCamera;
      if (alarms !== undefined) await port.command({ kind: 'alarms_per_day', camera: name, value: alarms });
      if (quiet !== undefined)
        await port.command({ kind: 'quiet_hours', camera: name, value: quiet === 'off' ? '' : quiet });
      if (display !== undefined) await port.command({ kind: 'display_name', camera: name, value: display });
      return stateOf(port, known(name), await healthOf(port));
    },
  });
  for (const kind of ['zone', 'mask'] as const) {
    const path = `/cameras/:camera/${kind}s/:name`;
    const params = { camera: Name, name: AreaName };
    addRoute(app, {
      method: 'PUT',
      path,
      summary: `Draw a ${kind}, or switch it on or off.`,
      tag: 'settings',
      params,
      body: Type.Partial(AreaRecord, { additionalProperties: false, minProperties: 1 }),
      handle: async ({ params: { camera: of, name }, body }) =>
        port.command({ kind, camera: camera(of).name, name: oneSpelling(name), change: body }),
    });
    addRoute(app, {
      method: 'DELETE',
      path,
      summary: `Take a ${kind} back to what the configuration says; one that was only drawn is gone.`,
      tag: 'settings',
      params,
      handle: async ({ params: { camera: of, name } }) =>
        port.command({ kind, camera: camera(of).name, name: oneSpelling(name), change: 'reset' }),
    });
  }
  addRoute(app, {
    method: 'POST',
    path: '/cameras/:camera/mute',
    summary: 'Let nothing be an alert for so many minutes.',
    tag: 'settings',
    params: { camera: Name },
    body: Type.Object({ minutes: Minutes }, { additionalProperties: false }),
    answer: Type.Object({ muted_until: Type.Union([Type.String(), Type.Null()]) }),
    handle: async ({ params, body }) =>
      port.command({ kind: 'mute', camera: camera(params.camera).name, value: body.minutes }),
  });
  addRoute(app, {
    method: 'POST',
    path: '/cameras/:camera/feedback',
    summary: 'Say that an event (without an id: the newest) was normal, or that it matters.',
    tag: 'teaching',
    params: { camera: Name },
    body: Type.Object({ verdict: Verdict, event: Type.Optional(EventId) }, { additionalProperties: false }),
    handle: async ({ params, body }) =>
      port.command({
        kind: 'feedback',
        camera: known(params.camera).name,
        verdict: body.verdict,
        event: body.event ?? null,
      }),
  });
  addRoute(app, {
    method: 'POST',
    path: '/cameras/:camera/label',
    summary: 'Name what is seen now, or was seen last.',
    tag: 'teaching',
    params: { camera: Name },
    body: Type.Object({ name: LabelName }, { additionalProperties: false }),
    handle: async ({ params, body }) =>
      port.command({ kind: 'label', camera: known(params.camera).name, name: oneSpelling(body.name) }),
  });
  addRoute(app, {
    method: 'GET',
    path: '/cameras/:camera/frame',
    summary: 'What is said of the newest frame: score, things with boxes and trails, heat.',
    tag: 'looking',
    params: { camera: Name },
    handle: async ({ params }) => {
      const frame = port.live.frameOf(camera(params.camera).name);
      if (frame === undefined) throw nothingYet(params.camera);
      return frameData(frame);
    },
  });
  addRoute(app, {
    method: 'GET',
    path: '/cameras/:camera/picture.jpg',
    summary: 'The newest picture as captured, masked, at most 640 px; drawn when asked for.',
    tag: 'looking',
    params: { camera: Name },
    query: {
      after: Type.Optional(Type.String({ maxLength: 20, description: 'anything: keeps browsers from repeating one' })),
    },
    bytes: 'image/jpeg',
    handle: async ({ params, reply }) => {
      const drawn = port.live.pictureOf(camera(params.camera).name);
      if (drawn === undefined) throw nothingYet(params.camera);
      return reply
        .header('x-sequence', String(drawn.sequence))
        .type('image/jpeg')
        .send(await drawn.jpeg);
    },
  });
  addRoute(app, {
    method: 'GET',
    path: '/cameras/:camera/predicted.jpg',
    summary: 'The picture that is expected next.',
    tag: 'looking',
    params: { camera: Name },
    query: { after: Type.Optional(Type.String({ maxLength: 20 })) },
    bytes: 'image/jpeg',
    handle: async ({ params, reply }) => {
      const jpeg = await port.predictedPicture(camera(params.camera).name);
      if (jpeg === null) throw new CortexdError('no_input', 'Nothing is expected now');
      return reply.type('image/jpeg').send(Buffer.from(jpeg));
    },
  });
  addRoute(app, {
    method: 'GET',
    path: '/cameras/:camera/scores',
    summary:
      'Scores between two times, drawn together to about so many points; by the second for the last quarter of an hour.',
    tag: 'looking',
    params: { camera: Name },
    query: {
      from: Type.Optional(Time),
      to: Type.Optional(Time),
      points: Type.Optional(Type.Integer({ minimum: 10, maximum: 2000 })),
    },
    answer: ScoreList,
    handle: async ({ params, query }) => {
      const { name } = known(params.camera);
      const to = query.to === undefined ? Date.now() : timeOf(query.to);
      const from = query.from === undefined ? to - HOUR_MS : timeOf(query.from);
      if (from >= to || to - from > LONGEST_MS)
        throw new CortexdError('usage', 'Expected a span of up to 400 days, its beginning before its end');
      const spans = await port.scores(name, from, to, query.points ?? 600);
      return { from: timestamp(from), to: timestamp(to), threshold: THRESHOLD, spans };
    },
  });
  addRoute(app, {
    method: 'GET',
    path: '/cameras/:camera/evidence',
    summary: 'What was, or nearly was, an alarm in the last days: what another setting would have told.',
    tag: 'looking',
    params: { camera: Name },
    query: { days: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 90 })) },
    answer: EvidenceList,
    handle: async ({ params, query }) => {
      const { name } = camera(params.camera);
      const since = Date.now() - (query.days ?? 7) * DAY_MS;
      const { evidence, minutes } = await port.evidence(name, since);
      const { alarms_per_day: asked = 10, sensitivity } = port.settings(name);
      const level = asked * sensitivity;
      return {
        since: timestamp(since),
        minutes,
        alarms_per_day: level,
        events: evidence.filter((one) => one.level <= level).length,
        evidence: evidence.map(({ at, seconds, level: own, stream }) => ({ at, seconds, level: own, stream })),
      };
    },
  });
  addRoute(app, {
    method: 'GET',
    path: '/cameras/:camera/model',
    summary: 'What the model has learned: where things go, states and what follows what, memories, receptive fields.',
    tag: 'model',
    params: { camera: Name },
    handle: async ({ params }) => snakeKeys(await port.portrait(camera(params.camera).name)),
  });
  addRoute(app, {
    method: 'GET',
    path: '/cameras/:camera/plan',
    summary: 'The memory table of the model, as `cortexd plan` prints it.',
    tag: 'model',
    params: { camera: Name },
    handle: async ({ params }) => port.plan(camera(params.camera).name),
  });
  addRoute(app, {
    method: 'GET',
    path: '/cameras/:camera/kinds',
    summary: 'What the model takes for alike among the things seen since the start.',
    tag: 'model',
    params: { camera: Name },
    handle: async ({ params }) => port.kinds(camera(params.camera).name),
  });
  addRoute(app, {
    method: 'GET',
    path: '/cameras/:camera/kinds/:kind/picture.jpg',
    summary: 'The last thing of a kind.',
    tag: 'model',
    params: { camera: Name, kind: Type.Integer({ minimum: 1, maximum: 1e9 }) },
    bytes: 'image/jpeg',
    handle: async ({ params, reply }) => {
      const jpeg = port.kindPicture(camera(params.camera).name, params.kind);
      if (jpeg === null)
        throw new CortexdError('no_input', `Expected a kind with a picture but received ${params.kind}`);
      return reply.type('image/jpeg').send(Buffer.from(jpeg));
    },
  });
}

type Health = ReadonlyMap<string, { readonly state: string }>;

/** Of all cameras and sensors, by name. A disk that hangs keeps nobody from seeing the rest. */
async function healthOf(port: ApiPort): Promise<Health> {
  const health = new Map<string, { readonly state: string }>();
  try {
    const { cameras, streams } = await port.status();
    for (const one of cameras) health.set(one.camera, one);
    for (const one of streams) health.set(one.stream, one);
  } catch {
    // What is missing is told as null.
  }
  return health;
}

function stateOf(port: ApiPort, { name, ...fixed }: Watched, health: Health) {
  const { display_name: display = '', muted_until: until = '', ...settings } = port.settings(name);
  const frame = port.live.frameOf(name);
  const own = health.get(name);
  return {
    name,
    display_name: display === '' ? name : display,
    ...fixed,
    state: own?.state ?? 'offline',
    last_frame_at: frame === undefined ? null : timestamp(frame.capturedAtMs),
    learning_progress: frame?.learning ?? null,
    quiet: port.isQuiet(name),
    settings: { ...settings, muted_until: until || null },
    prediction: port.live.predictionOf(name) ?? null,
    health: own ?? null,
  };
}

function namesOf(port: ApiPort): string {
  return port
    .watched()
    .map(({ name }) => name)
    .join(', ');
}

function nothingYet(camera: string): CortexdError {
  return new CortexdError('no_input', `Expected a frame of ${camera} but there was none since the start`);
}

/** ms since 1970; throws CortexdError('usage') for a date that there is not. */
export function timeOf(text: string): number {
  const ms = Date.parse(text);
  if (Number.isFinite(ms)) return ms;
  throw new CortexdError('usage', `Expected a time as 2026-11-23T09:30:00Z but received ${text.slice(0, 40)}`);
}
