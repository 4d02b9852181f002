/**
 * fleet.ts - what a fleet costs and how soon cameras are taken over, on paper and by simulation.
 *
 *     npm run bench:fleet -- [--cameras 10000] [--per-node 16] [--nodes 32] [--lease 20] [--minutes 20] [--preset pi4] [--kills 50]
 *
 * Writes: by arithmetic, from the records as they are. Models: a real one watches a rendered street as fast as it goes; every 300 s of
 * its time a checkpoint is taken apart as for the object store, and what is new in it counted. Taking over: machines decide with
 * the real placement on a clock of its own, each sees a write 20 to 150 ms later; one dies, and the time until somebody else holds
 * each of its cameras is taken (starting a camera comes on top, scripts/test-fleet measures it).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSource } from '../../src/capture/open.ts';
import { createCortex } from '../../src/cortex/cortex.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import { stepCortex } from '../../src/cortex/step.ts';
import { leaseTimes } from '../../src/fleet/clocks.ts';
import { type View, expired, isFree, isMyTurn } from '../../src/fleet/placement.ts';
import type { CameraEntry, LeaseRecord, NodeRecord } from '../../src/fleet/records.ts';
import { nextRandom, seedWord } from '../../src/memory/random.ts';
import { persistentImage } from '../../src/memory/model-memory.ts';
import { Store } from '../../src/store/store.ts';
import { wholeNumber } from '../whole-number.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const { values } = parseArgs({
  options: {
    cameras: { type: 'string', default: '10000' },
    'per-node': { type: 'string', default: '16' },
    nodes: { type: 'string', default: '32' },
    lease: { type: 'string', default: '20' },
    minutes: { type: 'string', default: '20' },
    preset: { type: 'string', default: 'pi4' },
    kills: { type: 'string', default: '50' },
  },
});
const cameras = wholeNumber('cameras', values.cameras, 1);
const perNode = wholeNumber('per-node', values['per-node'], 1);
const perFleet = wholeNumber('nodes', values.nodes, 2);
const leaseMs = wholeNumber('lease', values.lease, 1) * 1000;
const minutes = wholeNumber('minutes', values.minutes, 1);
const kills = wholeNumber('kills', values.kills, 1);
const CHECKPOINT_S = 300;
const TICK_MS = 200;
const random = Uint32Array.of(seedWord(1, 1));
const chance = (): number => (nextRandom(random) >>> 0) / 2 ** 32;
const quantile = (all: readonly number[], share: number): number =>
  all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * share))] ?? 0;

function nodeRecord(name: string, held: readonly string[]): NodeRecord {
  return {
    version: 1,
    node: name,
    session: `00000000-0000-4000-8000-${name.padStart(12, '0')}`,
    instance: `10000000-0000-4000-8000-${name.padStart(12, '0')}`,
    program: '0.1.0',
    count: 100_000,
    lease_ms: leaseMs,
    state: 'up',
    cameras: [...held],
    room: 8.5 + chance(),
    busy: 0.412,
    cores_per_camera: 0.153,
    most_cameras: 2 * perNode,
    address: `machine-${name}`,
  };
}

function onPaper(): void {
  const nodes = Math.ceil(cameras / perNode);
  const fleets = Math.ceil(nodes / perFleet);
  const { renewMs } = leaseTimes(leaseMs);
  const held = Array.from({ length: perNode }, (_, i) => `camera-${String(i).padStart(4, '0')}`);
  const bytes = JSON.stringify({ revision: 100_000, value: nodeRecord('123', held) }).length;
  const writes = (nodes * 1000) / renewMs;
  const told = (writes * perFleet) / 1000;
  console.log(
    `${cameras} cameras, ${perNode} a machine: ${nodes} machines in ${fleets} fleets of ${perFleet}; lease ${leaseMs / 1000} s\n` +
      `renewals: ${writes.toFixed(0)} writes/s of ${bytes} bytes, ${((writes * bytes) / 1e6).toFixed(2)} MB/s; ` +
      `told to the others of each fleet: ${told.toFixed(1)} thousand messages/s (one for each camera would be ${((cameras * 1000) / renewMs).toFixed(0)} writes/s)`,
  );
}

async function ofModels(): Promise<void> {
  const preset = values.preset as keyof typeof PRESETS;
  const plan = planCortex(PRESETS[preset]);
  const { width, height, fps } = PRESETS[preset];
  const cortex = createCortex(plan, 1);
  const folder = mkdtempSync(join(tmpdir(), 'cortexd-bench-'));
  const store = new Store({ directory: folder, outboxLimit: 1, program: '0', lock: true });
  const frames = minutes * 60 * fps;
  const source = await openSource(
    {
      type: 'synthetic',
      scene: 'lanes',
      seed: 1,
      fps,
      pace: 'fast',
      anomaliesFrom: frames,
      anomalySpacing: frames,
      frames,
      fastFrames: frames,
    },
    { width, height, crop: null, masks: [] },
    () => undefined,
  );
  const sizes: number[] = [];
  let known = new Set<string>();
  let step = 0;
  for await (const frame of source) {
    stepCortex(cortex, frame, true);
    step++;
    if (step % (CHECKPOINT_S * fps) === 0) {
      const bytes = Uint8Array.from(persistentImage(cortex.memory));
      store.checkpoint({
        camera: 'c',
        step,
        signature: plan.memory.signature,
        bytes,
        savedAt: new Date().toISOString(),
      });
      const { parts, hashes } = store.modelParts('c', known)!;
      known = new Set(hashes);
      sizes.push(parts.reduce((sum, part) => sum + part.bytes.length, 0));
    }
    if (step >= frames) break;
  }
  await source.close();
  store.close();
  rmSync(folder, { recursive: true });
  const later = sizes.slice(1);
  const mean = later.reduce((sum, size) => sum + size, 0) / Math.max(1, later.length);
  const aDay = (mean * 86_400) / CHECKPOINT_S;
  console.log(
    `models (${preset}, ${(plan.memory.persistentBytes / 1e6).toFixed(1)} MB each): ${sizes.map((size) => `${(size / 1e3).toFixed(0)} kB`).join(', ')} of new pages in checkpoints ${CHECKPOINT_S} s apart\n` +
      `object store: ${(aDay / 1e6).toFixed(0)} MB/day a camera, ${((aDay * cameras) / 1e12).toFixed(2)} TB/day for ${cameras}, ${((aDay * cameras) / 86_400 / 1e6).toFixed(0)} MB/s; before copies`,
  );
}

type Deed = { readonly atMs: number; readonly act: () => void };

/** One machine of a fleet dies; resolves to when each of its cameras was taken (ms after it died), and writes that were in vain. */
function die(): { readonly taken: number[]; readonly vain: number } {
  const { renewMs } = leaseTimes(leaseMs);
  const names = Array.from({ length: perFleet }, (_, i) => String(i));
  const all = Array.from({ length: perFleet * perNode }, (_, i) => `camera-${i}`);
  const [dead] = names as [string];
  const entry = { value: { version: 1, settings: {}, by: '', at: '' } satisfies CameraEntry, seenMs: 0 };
  let deeds: Deed[] = [];
  const at = (atMs: number, act: () => void): void => void deeds.push({ atMs, act });
  const leases = new Map<string, LeaseRecord>();
  const heldBy = (name: string): string[] => all.filter((_, i) => String(Math.floor(i / perNode)) === name);
  const records = new Map(names.map((name) => [name, nodeRecord(name, heldBy(name))]));
  for (const name of names)
    for (const camera of heldBy(name)) {
      const { session } = records.get(name)!;
      leases.set(camera, { version: 1, token: 1, node: name, session, since: '', to: null, tried: [], reason: '' });
    }
  const diedMs = leaseMs + chance() * renewMs;
  const taken: number[] = [];
  let vain = 0;
  const machines = names.slice(1).map((me) => ({
    me,
    delayMs: 20 + 130 * chance(),
    nodes: new Map([...records].map(([name, value]) => [name, { value, seenMs: 0 }])),
    leases: new Map([...leases].map(([camera, value]) => [camera, { value, seenMs: 0 }])),
    cameras: new Map(all.map((camera) => [camera, entry])),
    free: new Map<string, number>(),
  }));
  const tell = (nowMs: number, hear: (machine: (typeof machines)[number], seenMs: number) => void): void => {
    for (const machine of machines) at(nowMs + machine.delayMs, () => hear(machine, nowMs + machine.delayMs));
  };
  for (const name of names) {
    const lastMs = name === dead ? diedMs : 3 * leaseMs;
    for (let ms = chance() * renewMs; ms < lastMs; ms += renewMs)
      tell(ms, ({ nodes }, seenMs) => {
        if (nodes.get(name)!.value.state !== 'gone') nodes.set(name, { value: records.get(name)!, seenMs });
      });
  }
  let isEnded = false;
  for (const machine of machines) {
    for (let ms = diedMs + leaseMs * 0.5 + chance() * TICK_MS; ms < 3 * leaseMs; ms += TICK_MS)
      at(ms, () => {
        const newer = { nodes: new Set<string>(), leases: new Set<string>() };
        const view: View = { ...machine, nowMs: ms, moves: new Map(), drained: new Set(), newer };
        for (const name of expired(view)) {
          if (isEnded) vain++;
          isEnded = true;
          tell(ms, ({ nodes }, seenMs) => nodes.set(name, { value: { ...records.get(name)!, state: 'gone' }, seenMs }));
        }
        for (const camera of all) {
          if (!isFree(view, camera)) continue;
          if (!machine.free.has(camera)) machine.free.set(camera, ms);
          if (!isMyTurn(view, camera, ms - machine.free.get(camera)!, leaseMs)) continue;
          const value = {
            ...leases.get(camera)!,
            token: 2,
            node: machine.me,
            session: records.get(machine.me)!.session,
          };
          if (leases.get(camera)!.token === 2) {
            vain++;
            continue;
          }
          leases.set(camera, value);
          taken.push(ms - diedMs);
          // Whoever writes has read it when it goes on.
          machine.leases.set(camera, { value, seenMs: ms });
          tell(ms, (other, seenMs) => other.leases.set(camera, { value, seenMs }));
        }
      });
  }
  // New deeds come while others are done.
  deeds = deeds.toSorted((a, b) => b.atMs - a.atMs);
  while (taken.length < perNode && deeds.length > 0) {
    const { act } = deeds.pop()!;
    const before = deeds.length;
    act();
    if (deeds.length !== before) deeds = deeds.toSorted((a, b) => b.atMs - a.atMs);
  }
  return { taken, vain };
}

function takingOver(): void {
  const times: number[] = [];
  let [vain, lost] = [0, 0];
  for (let kill = 0; kill < kills; kill++) {
    const died = die();
    times.push(...died.taken);
    vain += died.vain;
    lost += perNode - died.taken.length;
  }
  const inS = (share: number): string => (quantile(times, share) / 1000).toFixed(1);
  console.log(
    `taking over, ${values.kills} machines of ${perFleet} died: ${times.length} cameras after ${inS(0)} s at least, ${inS(0.5)} s in the middle, ${inS(1)} s at most; ` +
      `${lost} not taken; ${(vain / kills).toFixed(1)} writes in vain each`,
  );
}

onPaper();
takingOver();
await ofModels();
