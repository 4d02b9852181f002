import { test } from 'tap';
import { SCENES } from '../../src/scene/scenes.ts';
import { labelsOf, watch } from './watch.ts';

/** Places of both presses and of the part, frame by frame; the part's x is NaN when there is none. */
function record(anomaliesFrom: number, frames: number) {
  const seen: { readonly presses: readonly number[]; readonly part: number; readonly kind: string | null }[] = [];
  watch({ ...SCENES.machine, anomaliesFrom, anomalySpacing: 400 }, frames, ({ truth, scene }) => {
    const [first, second, part] = scene.play.shapes;
    seen.push({ presses: [first!.y, second!.y], part: part?.x ?? Number.NaN, kind: truth.kind });
  });
  return seen;
}

/** 1 when parts go to the right, -1 when they go to the left. */
function forward(seen: readonly { readonly part: number }[]): number {
  let sum = 0;
  seen.forEach(({ part }, i) => {
    const before = seen[i - 1]?.part ?? Number.NaN;
    if (!Number.isNaN(part) && !Number.isNaN(before)) sum += part - before;
  });
  return Math.sign(sum);
}

void test('both presses come down once for every part, and a part only goes forward', async (t) => {
  const seen = record(Infinity, 3000);
  const rest = Math.min(...seen.map(({ presses }) => presses[0]!));
  const strokes = [0, 1].map(
    (press) =>
      seen.filter(({ presses }, i) => i > 0 && presses[press]! > rest && seen[i - 1]!.presses[press] === rest).length,
  );
  const parts = seen.filter(({ part }, i) => i > 0 && !Number.isNaN(part) && Number.isNaN(seen[i - 1]!.part)).length;
  t.ok(parts > 25);
  t.ok(
    strokes.every((count) => Math.abs(count - parts) <= 1),
    `${strokes.join(' ')} strokes, ${parts} parts`,
  );
  const way = forward(seen);
  t.not(way, 0);
  t.ok(seen.every(({ part }, i) => i === 0 || Number.isNaN(part) || !(way * (part - seen[i - 1]!.part) < -1e-9)));
});

void test('what is labelled is what is seen', async (t) => {
  const seen = record(1000, 8000);
  const rest = Math.min(...seen.map(({ presses }) => presses[0]!));
  const steps = (kind: string) =>
    seen.flatMap((now, i) =>
      i > 0 && now.kind === kind && seen[i - 1]!.kind === kind ? [[seen[i - 1]!, now] as const] : [],
    );
  for (const kind of ['skip', 'backwards', 'freeze', 'wrong_part']) t.ok(steps(kind).length > 10, kind);
  t.ok(steps('skip').every(([before, { part, presses }]) => part === before.part && presses.every((y) => y === rest)));
  const way = forward(seen);
  t.ok(steps('backwards').every(([before, { part }]) => way * (part - before.part) < 0));
  t.ok(steps('freeze').every(([before, now]) => JSON.stringify(before) === JSON.stringify(now)));
  const freezes = labelsOf({ ...SCENES.machine, anomaliesFrom: 1000, anomalySpacing: 400 }, 8000).filter(
    ({ kind, last }) => kind === 'freeze' && last < 7990,
  );
  t.ok(freezes.every(({ frames }) => frames >= 79 && frames <= 150));
});

void test('wrong parts are taller, or as large without a window', async (t) => {
  const usual = new Set<string>();
  const wrong = new Set<string>();
  watch({ ...SCENES.machine, anomaliesFrom: 500, anomalySpacing: 300 }, 16_000, ({ truth, scene }) => {
    const part = scene.play.shapes[2];
    if (part === undefined || part.x + part.width <= 0 || part.x >= 1) return;
    const looks = `${(part.height / part.width).toFixed(1)} ${part.isPlain}`;
    // A wrong part that shows less than half is not told yet.
    if (truth.kind === 'wrong_part') wrong.add(looks);
    else if (part.x > 0 && part.x + part.width < 1) usual.add(looks);
  });
  t.same([...usual], ['1.0 false']);
  t.same([...wrong].toSorted(), ['1.0 true', '1.7 false']);
});
