/**
 * shared-kinds.ts - whether what one camera has learned of how things look shortens the warm-up of another.
 *
 *     npm run bench:shared-kinds -- [--minutes 20] [--scene place_street] [--pairs 4]
 *
 * One camera watches a world. Then another world, of another seed, is watched twice by a newborn model: once as it is, once with the
 * pooler of kinds of the first. Compared in every frame: score, evidence, readiness and events; and the columns of things, by
 * which labels are given: how soon they are those that the model has for the same look at the end.
 */
import { parseArgs } from 'node:util';
import { openSource } from '../../src/capture/open.ts';
import { type Cortex, createCortex, restoreCortex } from '../../src/cortex/cortex.ts';
import { readCrop } from '../../src/cortex/kind-columns.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import { stepCortex } from '../../src/cortex/step.ts';
import { poolSpatially } from '../../src/htm/spatial-pooler.ts';
import { persistentImage } from '../../src/memory/model-memory.ts';
import { LIVE, MOST_THINGS } from '../../src/things/pool.ts';
import { parseSignature } from '../../src/memory/signature.ts';
import { wholeNumber } from '../whole-number.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    scene: { type: 'string', default: 'place_street' },
    pairs: { type: 'string', default: '4' },
  },
});
const settings = PRESETS['pi-zero2'];
const { width, height, fps } = settings;
const plan = planCortex(settings);
const frames = wholeNumber('minutes', values.minutes, 1) * 60 * fps;
const pairs = wholeNumber('pairs', values.pairs, 1);
/** Looks are taken now and then; so many frames between two. */
const LOOK_EVERY = 10;

type Told = { readonly judged: string; readonly ready: boolean };
type Look = { readonly frame: number; readonly input: Uint16Array; readonly columns: readonly number[] };

async function watch(cortex: Cortex, seed: number): Promise<{ told: Told[]; looks: Look[] }> {
  const source = await openSource(
    {
      type: 'synthetic',
      scene: values.scene,
      seed,
      fps,
      pace: 'fast',
      frames,
      fastFrames: frames,
      anomaliesFrom: frames >> 1,
      anomalySpacing: 150,
    },
    { width, height, crop: null, masks: [] },
    () => undefined,
  );
  const told: Told[] = [];
  const looks: Look[] = [];
  for await (const frame of source) {
    const { score, streams, learning, events } = stepCortex(cortex, frame, true);
    const judged = JSON.stringify([score, streams, learning, events]);
    told.push({ judged, ready: learning.state === 'ready' });
    if (told.length % LOOK_EVERY === 0) looks.push(...looksNow(cortex, told.length));
    if (told.length >= frames) break;
  }
  await source.close();
  return { told, looks };
}

/** The looks of all things that are followed, and the columns the model has for them now; nothing is learned by asking. */
function looksNow(cortex: Cortex, frame: number): Look[] {
  const { kinds, eye } = cortex;
  const { things } = cortex.judge;
  const looks: Look[] = [];
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] !== LIVE) continue;
    const count = readCrop(kinds.views.input, eye, things, slot);
    if (count === 0) continue;
    const input = kinds.views.input.slice(0, count);
    looks.push({ frame, input, columns: columnsOf(cortex, input) });
  }
  return looks;
}

function columnsOf({ kinds: { pooler } }: Cortex, input: Uint16Array): number[] {
  const winners = poolSpatially(pooler, input, input.length, false);
  return Array.from(pooler.views.winners.subarray(0, winners)).toSorted((a, b) => a - b);
}

function giveKinds(from: Cortex, to: Cortex): void {
  const [source, target] = [persistentImage(from.memory), persistentImage(to.memory)];
  for (const { name, fields } of parseSignature(plan.memory.signature)) {
    if (!name.startsWith('kinds')) continue;
    for (const { offset, kind, length } of fields) {
      const bytes = length * (Number(/\d+/.exec(kind)![0]) / 8);
      target.set(source.subarray(offset, offset + bytes), offset);
    }
  }
  restoreCortex(to);
}

/** Share of the looks of each tenth of the time whose columns were by then those of the end. */
function settled(cortex: Cortex, looks: readonly Look[]): number[] {
  return Array.from({ length: 10 }, (_, tenth) => {
    const own = looks.filter(({ frame }) => Math.min(9, Math.floor((10 * (frame - 1)) / frames)) === tenth);
    const same = own.filter(({ input, columns }) => columnsOf(cortex, input).join() === columns.join());
    return own.length === 0 ? Number.NaN : same.length / own.length;
  });
}

for (let pair = 0; pair < pairs; pair++) {
  const [first, second] = [54 + 2 * pair, 55 + 2 * pair];
  const teacher = createCortex(plan, 1);
  await watch(teacher, first);
  const [alone, taught] = [createCortex(plan, 1), createCortex(plan, 1)];
  giveKinds(teacher, taught);
  const a = await watch(alone, second);
  const b = await watch(taught, second);
  const differ = a.told.filter(({ judged }, i) => judged !== b.told[i]!.judged).length;
  const ready = [a, b].map(({ told }) => told.findIndex((one) => one.ready));
  const words = (shares: number[]): string =>
    shares.map((share) => (Number.isNaN(share) ? '-' : share.toFixed(2))).join(' ');
  console.log(
    `${values.scene} ${first} -> ${second}: ${frames} frames, ${differ} of them judged otherwise; ready in frame ${ready[0]} alone, ${ready[1]} with kinds of the other\n` +
      `  columns as at the end, by tenth: alone ${words(settled(alone, a.looks))}\n` +
      `                                  taught ${words(settled(taught, b.looks))}   (${a.looks.length} looks)`,
  );
}
