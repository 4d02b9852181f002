/** allocation-child.ts - prints what a step of a model leaves behind in a street with traffic, as JSON. */
import { Session } from 'node:inspector/promises';
import type { HeapProfiler } from 'node:inspector';
import { createCortex } from '../../src/cortex/cortex.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import { stepCortex } from '../../src/cortex/step.ts';
import { createScene, renderNext } from '../../src/scene/scene.ts';
import { SCENES } from '../../src/scene/scenes.ts';
import type { Frame } from '../../src/vision/frame.ts';

/** Frames until the compiler has seen all that goes on in a street: before, numbers are boxed. */
const WARM_UP = 4500;
const MEASURED = 900;

const street = { ...PRESETS.pi4, width: 160, height: 92, globalSegments: 256 };
const { width, height, fps } = street;
const scene = createScene({ ...SCENES.place_street, width, height, fps, seed: 1 });
const cortex = createCortex(planCortex(street), 1);

function frameAt(sequence: number): Frame {
  const luma = new Uint8Array(width * height);
  renderNext(scene, luma);
  return { sequence, timeMs: (sequence * 1000) / fps, width, height, luma };
}

/** Bytes of objects that `work` makes, those that are collected meanwhile as well: a sample of all allocations. */
async function allocatedBy(work: () => void): Promise<number> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: 512,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  work();
  const { profile } = await session.post('HeapProfiler.stopSampling');
  session.disconnect();
  const sum = (node: HeapProfiler.SamplingHeapProfileNode): number =>
    node.children.reduce((total, child) => total + sum(child), node.selfSize);
  return sum(profile.head);
}

for (let i = 0; i < WARM_UP; i++) stepCortex(cortex, frameAt(i), true);
const shown = Array.from({ length: MEASURED }, (_, i) => frameAt(WARM_UP + i));
let things = 0;
const bytes = await allocatedBy(() => {
  for (const frame of shown) things += stepCortex(cortex, frame, true).things.length;
});
console.log(JSON.stringify({ things: things / MEASURED, bytes: Math.round(bytes / MEASURED) }));
