/**
 * explain-thing.ts - why a thing is told, in one plain sentence made of the very numbers that raised the alarm.
 */
import { exp } from '../../memory/exact-math.ts';
import { type Estimate, estimate } from '../../usual/amounts.ts';
import { wayChances } from '../../usual/directions.ts';
import { ATTRIBUTES, type Attribute, STAY_FLOOR_MS } from '../../usual/usual.ts';
import type { Box } from '../../vision/box.ts';
import type { Cortex } from '../cortex.ts';
import type { Account } from '../detector.ts';
import { foremostOf, isMarked } from '../judge/things.ts';
import { TOWARDS, seconds, times } from './words.ts';

/** Spreads up to which nine of ten stays last. */
const NINE_OF_TEN = 1.28;
/** Fewer visits than this are none: old ones fade. */
const NO_VISIT = 0.5;

const usual: Estimate = { mean: 0, variance: 0, samples: 0 };

/** The account of the event of a thing: of what says most of it by now. */
export function explainThing({ judge, geometry, lifeMs }: Cortex, slot: number, box: Box): Account {
  const attribute = foremostOf(judge, slot);
  const at = slot * ATTRIBUTES.length + ATTRIBUTES.indexOf(attribute);
  const { columns, rows } = geometry.local;
  const position = {
    row: Math.min(rows - 1, Math.floor((box[1] + box[3] / 2) * rows)),
    column: Math.min(columns - 1, Math.floor((box[0] + box[2] / 2) * columns)),
  };
  const explanation = isMarked(judge, slot)
    ? 'what was said to matter is there again'
    : SENTENCES[attribute]({
        judge,
        slot,
        cell: judge.views.peakCell[at]!,
        amount: judge.views.peakAmount[at]!,
        timeMs: lifeMs[0]!,
      });
  return { position, box, explanation, expected: [] };
}

type Peak = {
  readonly judge: Cortex['judge'];
  readonly slot: number;
  readonly cell: number;
  /** Logarithm, or direction. */
  readonly amount: number;
  readonly timeMs: number;
};

const SENTENCES: { readonly [name in Attribute]: (peak: Peak) => string } = {
  place: ({ judge, cell }) =>
    judge.usual.visits.visits[cell]! < NO_VISIT
      ? 'is where nothing was seen before'
      : 'is where things hardly ever come',
  birth: ({ judge, cell }) =>
    judge.usual.births.visits[cell]! < NO_VISIT
      ? 'appears where nothing appears'
      : 'appears where things hardly ever do',
  direction: ({ judge, cell, amount }) => {
    const goes = TOWARDS[amount >> 1]!;
    const chances = wayChances(judge.usual.directions, judge.usual.places, cell);
    if (chances === null) return `goes ${goes} where nothing went before`;
    let most = 0;
    for (let way = 1; way < chances.length; way++) if (chances[way]! > chances[most]!) most = way;
    const usually = TOWARDS[most >> 1]!;
    return usually === goes ? `goes ${goes} where that is rare` : `goes ${goes} where things go ${usually}`;
  },
  speed: (peak) => {
    const way = peak.judge.views.peakAmount[peak.slot * ATTRIBUTES.length + ATTRIBUTES.indexOf('direction')]!;
    const factor = factorOf(peak, 'speeds', way >> 1);
    if (factor === null) return 'moves at a speed that is rare here';
    return factor > 1
      ? `moves ${times(factor)} as fast as things do here`
      : `moves at ${percent(factor)} of the speed of things here`;
  },
  size: (peak) => {
    const factor = factorOf(peak, 'heights', 0);
    if (factor === null) return 'has a height that is rare here';
    return factor > 1
      ? `is ${times(factor)} as high as things are here`
      : `is ${percent(factor)} as high as things are here`;
  },
  shape: (peak) => {
    const factor = factorOf(peak, 'shapes', 0);
    if (factor === null) return 'has a shape that is rare here';
    return factor > 1
      ? `is ${times(factor)} as wide for its height as things are here`
      : `is ${times(1 / factor)} as high for its width as things are here`;
  },
  stay: ({ judge, slot, cell, amount, timeMs }) => {
    const { things, usual: known } = judge;
    const stayMs = Math.max(exp(amount) - STAY_FLOOR_MS, timeMs - things.anchorMs[slot]!);
    estimate(known.stays, known.places, 0, cell, usual);
    const mostMs = exp(usual.mean + NINE_OF_TEN * Math.sqrt(usual.variance)) - STAY_FLOOR_MS;
    if (usual.samples === 0 || mostMs >= stayMs) return `stands for ${seconds(stayMs)}, longer than things do here`;
    return `stands for ${seconds(stayMs)} where things move on within ${seconds(Math.max(100, mostMs))}`;
  },
};

/** How many times the usual an amount is; null where that is near one, and no sentence. */
function factorOf(
  { judge, cell, amount }: Peak,
  table: 'speeds' | 'heights' | 'shapes',
  context: number,
): number | null {
  estimate(judge.usual[table], judge.usual.places, context, cell, usual);
  if (usual.samples === 0) return null;
  const factor = exp(amount - usual.mean);
  return factor > 0.87 && factor < 1.15 ? null : factor;
}

function percent(factor: number): string {
  return `${Math.round(factor * 100)} %`;
}
