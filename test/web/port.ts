/** port.ts - a daemon as the API sees it: a real store with some events, a camera and a sensor; what it is told is noted. */
import type { Test } from 'tap';
import { type CameraConfig } from '../../src/config/camera-schema.ts';
import { parseConfig } from '../../src/config/load.ts';
import { createCortex } from '../../src/cortex/cortex.ts';
import { planCortex, planTable } from '../../src/cortex/plan.ts';
import { cortexSettings } from '../../src/config/camera-settings.ts';
import { portraitOf } from '../../src/cortex/portrait.ts';
import { CortexdError } from '../../src/errors.ts';
import { runtimeOf } from '../../src/daemon/control/runtime-config.ts';
import { RuntimeSettings } from '../../src/daemon/control/runtime-settings.ts';
import { modelNamed } from '../../src/daemon/control/model-named.ts';
import type { ApiPort, Wanted } from '../../src/web/api/port.ts';
import { LiveHub, type LiveFrame } from '../../src/web/live.ts';
import { Store } from '../../src/store/store.ts';
import { EXAMPLES } from '../../scripts/docs-examples.ts';
import type { HealthRecord } from '../../src/records/bridge.ts';
import { eventOf } from '../store/support.ts';
import { shortFolder } from '../support/folder.ts';

/** The smallest JPEG there is, nearly. */
export const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');

const CONFIG = `
node: test
state_directory: state
mqtt: { url: "mqtt://127.0.0.1:1" }
cameras:
  porch:
    source: { type: synthetic, scene: lanes }
    preset: pi-zero2
    width: 96
    height: 72
    zones: { gate: [[0, 0], [0.5, 0], [0.5, 1]] }
streams:
  boiler:
    source: { type: mqtt, topic: house/boiler }
`;

export type Doubled = {
  readonly port: ApiPort;
  readonly live: LiveHub;
  readonly store: Store;
  readonly told: Wanted[];
  /** What the log heard of: method and path, and why. */
  readonly broken: { readonly asked: string; readonly error: unknown }[];
  readonly events: readonly string[];
};

export function frameOf(sequence: number, picture = async (): Promise<Buffer> => JPEG): LiveFrame {
  return {
    camera: 'porch',
    sequence,
    capturedAtMs: Date.now(),
    width: 96,
    height: 72,
    score: 0.25,
    streams: { form: 0.1, motion: 0.3, sequence: 0, timing: 0 },
    learning: { state: 'ready', progress: 1 },
    things: [
      {
        id: 7,
        box: [0.25, 0.5, 0.125, 0.25],
        ageMs: 1500,
        speed: 0.2,
        trail: [
          [0.2, 0.5],
          [0.3, 0.5],
        ],
      },
    ],
    heat: new Float32Array(3 * 48),
    gridColumns: 8,
    gridRows: 6,
    label: null,
    picture,
  };
}

export async function doubled(t: Test): Promise<Doubled> {
  const loaded = parseConfig(CONFIG, '/c.yaml');
  const { cameras, streams } = loaded.config;
  const store = new Store({ directory: shortFolder(t), outboxLimit: 10, program: '0', lock: true });
  t.teardown(() => store.close());
  const events = ['01KARZ3NDEKTSV4RRFFQ69G5FA', '01KARZ3NDEKTSV4RRFFQ69G5FB'];
  store.saveEvent(eventOf(events[0]!, { camera: 'porch', zones: ['gate'], has_snapshot: true }), JPEG, false);
  store.saveEvent(eventOf(events[1]!, { camera: 'porch', cause: 'form' }), null, false);
  store.saveStrip(events[0]!, [
    { at: '2026-11-23T09:29:57.000Z', bytes: JPEG },
    { at: '2026-11-23T09:29:58.000Z', bytes: JPEG },
  ]);
  const settings = await RuntimeSettings.open({
    load: async () => store.settings(),
    save: async (key, value) => store.saveSetting(key, value, '2026-11-24T10:00:00.000Z'),
  });
  const names = [...Object.keys(cameras), ...Object.keys(streams)];
  for (const name of names) await settings.configure(name, runtimeOf(loaded.config, name)!);
  const live = new LiveHub();
  live.publish({ type: 'frame', frame: frameOf(1) });
  const told: Wanted[] = [];
  const broken: { asked: string; error: unknown }[] = [];
  const plan = planCortex(cortexSettings(cameras['porch'] as CameraConfig));
  const cortex = createCortex(plan, 1);
  const list = names.map((name) => ({ name }));
  const port: ApiPort = {
    version: '0.0.0',
    live,
    broke: (asked, error) => broken.push({ asked, error }),
    fleet: () => null,
    isReady: () => true,
    status: async () => ({ ...(EXAMPLES.health as HealthRecord), version: '0.0.0' }),
    config: () => ({ file: '/c.yaml', problems: [], hint: null, effective: {} }),
    watched: () => [
      { name: 'porch', kind: 'camera', width: 96, height: 72, source: 'synthetic', preset: 'pi-zero2' },
      { name: 'boiler', kind: 'sensor', width: null, height: null, source: 'mqtt', preset: null },
    ],
    settings: (name) => settings.valuesOf(name),
    isQuiet: () => false,
    command: async (command) => {
      if (command.kind === 'feedback' && command.event === events[1])
        throw new CortexdError('usage', 'Expected one of the last events but received another');
      told.push(command);
      if (command.kind === 'zone' || command.kind === 'mask')
        await settings.setArea(command.camera, command.kind, command.name, command.change);
      if (command.kind === 'mute') return { muted_until: command.value === 0 ? null : '2026-11-24T10:00:00.000Z' };
      if (command.kind === 'feedback')
        return { feedback: command.verdict, event: command.event, signs: 2, saved: true };
      return {};
    },
    nameOf: (name) => modelNamed(list, name).name,
    events: async (filter) => store.events(filter),
    event: async (id) => store.event(id),
    eventPicture: async (id) => store.picture(id),
    stripTimes: async (id) => store.stripTimes(id),
    stripPicture: async (id, index) => store.stripPicture(id, index),
    scores: async (name, fromMs, toMs, points) =>
      store.scoreSpans(name, new Date(fromMs).toISOString(), new Date(toMs).toISOString(), points),
    evidence: async (name, sinceMs) => store.evidence(name, new Date(sinceMs).toISOString()),
    portrait: async () => portraitOf(cortex),
    predictedPicture: async () => JPEG,
    plan: () => ({ total_bytes: 1, saved_bytes: 1, fields: planTable(plan) }),
    kinds: () => [{ kind: 1, count: 3, last_at: '2026-11-24T10:00:00.000Z', columns: [1], has_picture: true }],
    kindPicture: (_, kind) => (kind === 1 ? JPEG : null),
    snapshots: {
      create: async () => {
        throw new CortexdError('usage', 'Expected a saved model but there is none');
      },
      list: async () => store.snapshots(),
      restore: async (name) => (await store.snapshotImage(name)).camera,
      undo: async (camera) => ({ restored: store.lastReplaced(camera), replaced: null }),
      remove: async (name) => store.deleteSnapshot(name),
      exportFile: (name) => store.exportSnapshot(name),
      importFile: (name, file) => store.importSnapshot(name, file, '2026-11-24T10:00:00.000Z'),
    },
    verifySnapshot: (name) => store.verifySnapshot(name),
    diffSnapshots: (name, other) => store.diffSnapshots(name, other),
    restart: async () => undefined,
    link: () => 'http://127.0.0.1:1/#token=x',
  };
  return { port, live, store, told, broken, events };
}
