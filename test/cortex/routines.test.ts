/** The whole model on a rendered routine of places: only the episode region with high-order context sees its order. */
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
  // Two hundred episodes are few: with the default budget a broken round is not rare enough yet.
  const settings = { ...PRESETS.pi4, width: 96, height: 72, alarmsPerDay: 50 };
  const { width, height, fps } = settings;
  const scene = createScene({
    ...SCENES.routines,
    width,
    height,
    fps,
    seed: 3,
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
const { broken, watchers } = watch([[], ['high-order']]);
const [whole, firstOrder] = watchers;

void test('a round that ends at the other round’s last place is told, and where it should have ended', async (t) => {
  const { found, wrong, told } = whole!;
  t.ok(broken >= 3, `${broken} broken rounds`);
  t.ok(found.size >= broken - 1, `${found.size} of ${broken}`);
  t.ok(wrong.length <= 1, wrong.join('; '));
  t.match(told.join('; '), /something at the [\w ]+ comes now; usually something at the/);
});

void test('with one cell per column it is not', async (t) => {
  t.ok(firstOrder!.found.size <= 1, `first order: ${firstOrder!.found.size}`);
});
