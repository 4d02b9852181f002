import { test } from 'tap';
import { INCIDENT_KINDS } from '../../src/scene/kinds.ts';
import { shiftOf } from '../../src/scene/incidents.ts';
import { SCENES } from '../../src/scene/scenes.ts';
import { labelsOf, watch } from './watch.ts';

const OPTIONS = { ...SCENES.incidents, width: 96, height: 72, anomaliesFrom: 600, anomalySpacing: 300 };
const FRAMES = 5600;

const mean = (luma: Uint8Array): number => luma.reduce((sum, value) => sum + value, 0) / luma.length;
/** Mean difference of neighbours: how sharp a picture is, the noise included. */
function sharpness(luma: Uint8Array): number {
  let sum = 0;
  for (let i = 1; i < luma.length; i++) sum += Math.abs(luma[i]! - luma[i - 1]!);
  return sum / luma.length;
}

void test('every kind comes up, one at a time; lamps and filters switch back', async (t) => {
  const labels = labelsOf(OPTIONS, FRAMES);
  t.same(new Set(labels.map(({ kind }) => kind)), new Set(INCIDENT_KINDS));
  t.ok(labels.every((label, i) => i === 0 || label.first > labels[i - 1]!.last + 40));
  for (const kind of ['lamp', 'ir_cut']) {
    const switches = labels.filter((label) => label.kind === kind);
    t.ok(switches.length >= 2 && switches.every(({ frames }) => frames === 20), kind);
    const lasted = switches[1]!.first - switches[0]!.first;
    t.ok(lasted >= 200 && lasted <= 400, `${kind} ${lasted}`);
  }
  t.ok(labels.filter(({ kind }) => kind === 'knocked').every(({ frames }) => frames === 20));
});

void test('the pixels show each of them', async (t) => {
  const plain: Uint8Array[] = [];
  const quiet = { ...OPTIONS, noise: 1, seed: 4 };
  watch({ ...quiet, anomaliesFrom: Infinity }, FRAMES, ({ luma }) => plain.push(luma));
  const seen = new Map<string, number>();
  let before: Uint8Array = new Uint8Array();
  let lampFrames = 0;
  watch(quiet, FRAMES, ({ frame, truth, luma, scene }) => {
    const usual = plain[frame]!;
    const previous = before;
    before = luma;
    const count = (kind: string, holds: boolean): void => {
      if (holds) seen.set(kind, (seen.get(kind) ?? 0) + 1);
      else t.fail(`${kind} at ${frame}`);
    };
    if (truth.kind === 'frozen' && frame > 0) count('frozen', Buffer.from(luma).equals(Buffer.from(previous)));
    else if (frame > 0 && Buffer.from(luma).equals(Buffer.from(previous))) t.fail(`frozen without a label at ${frame}`);
    if (truth.kind === 'covered') count('covered', mean(luma) < 35);
    if (truth.kind === 'defocused') count('defocused', sharpness(luma) < 0.7 * sharpness(usual));
    const moved = luma.reduce((sum, value, i) => sum + Math.abs(value - usual[i]!), 0) / luma.length;
    if (truth.kind === 'knocked') count('knocked', moved > 3);
    if (truth.kind === 'lamp' && lampFrames++ < 20) count('lamp', mean(luma) > 1.2 * mean(usual));
    if (truth.kind === 'ir_cut' && !scene.incidents!.isBack) count('ir_cut', moved > 3);
  });
  t.same(new Set(seen.keys()), new Set(INCIDENT_KINDS));
});

void test('a knock moves the picture by some pixels, and it stays there', async (t) => {
  let still: Uint8Array | null = null;
  let checked = 0;
  watch({ ...OPTIONS, noise: 0 }, FRAMES, ({ truth, scene }) => {
    const { kind } = scene.incidents!;
    if (kind !== 'knocked' || truth.kind !== null || truth.things.length > 0) return;
    still ??= scene.backdrop.still;
    const [x, y] = shiftOf(scene.incidents!, 72);
    t.ok(Math.abs(x) >= 3 && Math.abs(x) <= 20 && Math.abs(y) >= 3 && Math.abs(y) <= 20);
    // Well inside, away from leaves: what is painted at (50, 50) was at (50 + x, 50 + y).
    t.equal(scene.canvas.plane[50 * 96 + 50], still[(50 + y) * 96 + 50 + x]);
    checked++;
  });
  t.ok(checked > 50, `${checked}`);
});
