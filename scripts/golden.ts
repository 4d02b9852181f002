/**
 * golden.ts - one hash for each engine after a fixed piece of work, to be compared between machines and Node.js versions.
 *
 *     node dist/scripts/golden.js [FILE.cortex]        prints "name hash" lines, with kernels and without
 *
 * With a file the camera's model is also taken up from it, at two thirds of its work, and must end the same. Where there is
 * no such file yet it is written: so a model can be carried from one machine to another.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { argv } from 'node:process';
import { freezeConvolution, learnConvolution, convolve } from '../src/htm/convolutional-pooler.ts';
import {
  createConvolutionalPooler,
  createSdrClassifier,
  createSpatialPooler,
  createTemporalMemory,
} from '../src/htm/create.ts';
import { learnClass } from '../src/htm/sdr-classifier.ts';
import { flatShape } from '../src/htm/sp-shape.ts';
import { poolSpatially } from '../src/htm/spatial-pooler.ts';
import { stepTemporalMemory } from '../src/htm/temporal-memory.ts';
import { type Cortex, createCortex, restoreCortex } from '../src/cortex/cortex.ts';
import { planCortex } from '../src/cortex/plan.ts';
import { PRESETS } from '../src/cortex/settings.ts';
import { stepCortex } from '../src/cortex/step.ts';
import { allocateMemory, persistentImage } from '../src/memory/model-memory.ts';
import { nextRandom, randomBelow } from '../src/memory/random.ts';
import { createScene, renderNext } from '../src/scene/scene.ts';
import { initSeries, openSeries, planSeries } from '../src/series/plan.ts';
import { DEFAULT_SERIES } from '../src/series/settings.ts';
import { newSeriesObservation, stepSeries } from '../src/series/step.ts';
import { readCortexFile, writeCortexFile } from '../src/store/cortex-file.ts';

function say(name: string, bytes: Uint8Array): void {
  console.log(name, createHash('sha256').update(bytes).digest('hex').slice(0, 16));
}

/** `count` of `limit` bits, ascending. */
function draw(random: Uint32Array, limit: number, count: number): Uint32Array {
  const bits = new Set<number>();
  while (bits.size < count) bits.add(randomBelow(random, limit));
  return Uint32Array.from(bits).toSorted();
}

for (const kernels of [true, false]) {
  const suffix = kernels ? 'kernels' : 'plain';
  const random = Uint32Array.of(17);

  const tm = createTemporalMemory(
    { columns: 512, cellsPerColumn: 8, segments: 4096, synapsesPerSegment: 32 },
    { predictedSegmentDecrement: 1 },
    { kernels },
  );
  const elements = Array.from({ length: 40 }, () => draw(random, 512, 20));
  for (let i = 0; i < 2000; i++) stepTemporalMemory(tm, elements[nextRandom(random) % 40]!, 20, true);
  say(`temporal-memory ${suffix}`, persistentImage(tm.memory));

  const flat = createSpatialPooler(flatShape(1000, 512), { activeColumns: 20, boostMode: 'exponential' }, { kernels });
  const grid = {
    inputWidth: 40,
    inputHeight: 30,
    columnWidth: 20,
    columnHeight: 15,
    potentialRadius: 5,
    inhibitionRadius: 4,
    wrapAround: false,
  };
  const local = createSpatialPooler(grid, { activeColumns: 20, boostMode: 'logarithmic' }, { kernels });
  for (let i = 0; i < 300; i++) {
    const active = draw(random, 1000, 60);
    poolSpatially(flat, active, 60, true);
    poolSpatially(local, active, 60, true);
  }
  say(`spatial-pooler ${suffix}`, persistentImage(flat.memory));
  say(`spatial-pooler-local ${suffix}`, persistentImage(local.memory));

  const shape = { width: 16, height: 12, channels: 9, kernel: 4, stride: 1, columns: 48, shared: true };
  const cp = createConvolutionalPooler(shape, { activeColumns: 2 }, { kernels });
  for (let i = 0; i < 200; i++) {
    for (let pixel = 0; pixel < cp.pixels.length; pixel++)
      cp.pixels[pixel] = nextRandom(random) & nextRandom(random) & 0x1ff;
    learnConvolution(cp, cp.pixels, 8);
  }
  freezeConvolution(cp);
  convolve(cp, cp.pixels);
  say(`convolutional-pooler ${suffix}`, persistentImage(cp.memory));
  say(`convolution ${suffix}`, new Uint8Array(Uint16Array.from(cp.views.winners).buffer));

  const sparse = createSpatialPooler(flatShape(1000, 512), { activeColumns: 20, potentialPct: 0.1 }, { kernels });
  for (let i = 0; i < 300; i++) poolSpatially(sparse, draw(random, 1000, 60), 60, true);
  say(`spatial-pooler-sparse ${suffix}`, persistentImage(sparse.memory));

  const scanned = createTemporalMemory(
    { columns: 512, cellsPerColumn: 2, segments: 2000, synapsesPerSegment: 32, indexed: false },
    { predictedSegmentDecrement: 1 },
    { kernels },
  );
  for (let i = 0; i < 1000; i++) stepTemporalMemory(scanned, elements[nextRandom(random) % 40]!, 20, true);
  say(`temporal-memory-scanned ${suffix}`, persistentImage(scanned.memory));
}

const random = Uint32Array.of(5);
const classifier = createSdrClassifier({ inputs: 300, classes: 7, horizons: 2 });
for (let i = 0; i < 1000; i++) learnClass(classifier, i & 1, draw(random, 300, 15), 15, i % 7, 0.05);
say('sdr-classifier', persistentImage(classifier.memory));

const memory = allocateMemory(planSeries(DEFAULT_SERIES));
const series = openSeries(memory, DEFAULT_SERIES);
initSeries(series, 1);
const out = newSeriesObservation();
for (let i = 0; i < 1500; i++)
  stepSeries(series, i * 300_000, ((i * i) % 97) + (nextRandom(random) % 1000) / 100, true, out);
say('series', persistentImage(memory));

const plan = planCortex(PRESETS['pi-zero2']);
const { width, height, fps } = plan.settings;
const CARRIED_AT = 400;
const FRAMES = 600;

/** Let a model see the frames `from` to `to` of one scene. */
function watch(model: Cortex, from: number, to: number): void {
  const scene = createScene({ width, height, fps, seed: 1 });
  const luma = new Uint8Array(width * height);
  for (let sequence = 0; sequence < to; sequence++) {
    renderNext(scene, luma);
    if (sequence < from) continue;
    stepCortex(model, { sequence, timeMs: (sequence * 1000) / fps, width, height, luma }, true);
  }
}

const cortex = createCortex(plan, 1);
watch(cortex, 0, CARRIED_AT);
const [, , file] = argv;
if (file !== undefined && !existsSync(file)) {
  const { signature } = plan.memory;
  const bytes = persistentImage(cortex.memory);
  const model = { camera: 'golden', step: CARRIED_AT, signature, bytes, savedAt: '2026-01-01T00:00:00.000Z' };
  await writeCortexFile(file, model, 'golden');
}
watch(cortex, CARRIED_AT, FRAMES);
say('cortex', persistentImage(cortex.memory));
if (file !== undefined) {
  const carried = createCortex(plan, 99);
  persistentImage(carried.memory).set((await readCortexFile(file)).bytes);
  restoreCortex(carried);
  watch(carried, CARRIED_AT, FRAMES);
  say('cortex from a file', persistentImage(carried.memory));
}
