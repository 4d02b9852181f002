/** The whole model on a rendered routine of places: only the order of visits tells that a round ends at the wrong one. */
import { test } from 'tap';
import { createCortex } from '../../src/cortex/cortex.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { type Ablation, PRESETS } from '../../src/cortex/settings.ts';
import { stepCortex } from '../../src/cortex/step.ts';
import { createScene, renderNext } from '../../src/scene/scene.ts';
import { SCENES } from '../../src/scene/scenes.ts';

const FROM = 8000;
const FRAMES = 13_000;

/** Models that see the same film, each without one part or with all; what each told of the broken rounds. */
function watch(models: readonly (readonly Ablation[])[]) {
  const settings = { ...PRESETS.pi4, width: 96, height: 72 };
  const { width, height, fps } = settings;
  const scene = createScene({
    ...SCENES.routines,
    width,
    height,
    fps,
    seed: 4,
    anomaliesFrom: FROM,
    anomalySpacing: 800,
  });
  const luma = new Uint8Array(width * height);
  const broken = new Map<number, number>();
  const watchers = models.map((ablate) => ({
    cortex: createCortex(planCortex({ ...settings, ablate }), 1),
    found: new Set<number>(),
    wrong: [] as string[],
    told: [] as string[],
  }));
  for (let frame = 0; frame < FRAMES; frame++) {
    const truth = renderNext(scene, luma);
    if (truth.id > 0) broken.set(truth.id, frame);
    const near = [...broken].find(([, last]) => frame <= last + 40);
    for (const { cortex, found, wrong, told } of watchers) {
      const seen = stepCortex(cortex, { sequence: frame, timeMs: (frame * 1000) / fps, width, height, luma }, true);
      for (const { type, cause, explanation } of seen.events) {
        if (frame < FROM || type !== 'start' || cause !== 'sequence') continue;
        if (near === undefined) wrong.push(`${frame} ${explanation}`);
        else found.add(near[0]);
        told.push(explanation);
      }
    }
  }
  return { broken: broken.size, watchers };
}

// Watched before the tests begin: it takes longer than a test may.
const { broken, watchers } = watch([[], ['visits']]);
const [whole, without] = watchers;

void test('a round that ends at the other round’s last place is told, and where it should have ended', async (t) => {
  const { found, wrong, told } = whole!;
  t.ok(broken >= 3, `${broken} broken rounds`);
  t.ok(found.size >= broken - 1, `${found.size} of ${broken}`);
  t.ok(wrong.length <= 1, wrong.join('; '));
  t.match(told.join('; '), /something at the [\w ]+ comes now; usually something at the/);
});

void test('without the order of visits it is not: every place and every way is ordinary', async (t) => {
  t.ok(without!.found.size <= 1, `${without!.found.size} of ${broken}: ${without!.told.join('; ')}`);
});
