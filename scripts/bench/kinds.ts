/**
 * kinds.ts - does it help to know what sort of thing comes by a place? Kinds found by poolers on what things look like, and by
 * counts of shape and speed, are put to the same question in the same run: how rare is such a kind here?
 *
 *     npm run bench:kinds -- --worlds FOLDER | [--families ...] [--nuisance ...] [--seeds ...] [--records FOLDER]
 *
 * Then speed and height are judged once more, at each place for all things and for those of its kind: what knowing the kind is
 * worth is the difference.
 *
 * found     breaks found by the seven attributes of the model and, beside them, by the kind, where all have the threshold that
 *           lets so many false alarms per 5,000 frames through; set with knowledge of the labels
 * purity    ordinary things whose true kind is that which most things of their found kind have, where the world names them
 * --records  a folder that keeps what was recorded of each world, for further runs of the same build
 * log loss  bits of the kind at the places a thing came by, of things that did not alarm; of other kinds it is no measure
 */
import { parseArgs } from 'node:util';
import { formatTable } from '../../src/cli/output.ts';
import { kindsAtPlaces } from './kinds/at-places.ts';
import { binnedKinds } from './kinds/binned.ts';
import { pooledKinds } from './kinds/pooled.ts';
import { amountsOfKinds } from './kinds/of-kinds.ts';
import { purityOf } from './kinds/purity.ts';
import type { Sorter } from './kinds/sorter.ts';
import { toldKinds } from './kinds/told.ts';
import { type Found, foundBeside } from './things/beside.ts';
import { type Recorded, recordOf } from './things/record.ts';
import type { GivenWorld } from './worlds/given.ts';
import { WORLD_OPTIONS, worldsOf } from './worlds/options.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const ALLOWED = [0.1, 0.2, 0.5, 1, 2];
/** A kind shows itself over a while (ms). */
const HOLD_MS = 1200;
const AMOUNTS = ['speed', 'height'] as const;
const AMOUNT_HOLD_MS = { speed: 600, height: 2400 };
const SEED = 7;

const { values: args } = parseArgs({
  options: { ...WORLD_OPTIONS, records: { type: 'string' } },
});

type Pair = { readonly world: GivenWorld; readonly recorded: Recorded };
const pairs: Pair[] = [];
for (const get of worldsOf(args)) {
  const world = await get();
  pairs.push({ world, recorded: await recordOf(world, args.records ?? null, 24, 1) });
}
const records = pairs.map(({ recorded }) => recorded);
const isNamed = pairs.every(({ world }) => world.tracks !== null);
const toldOf = ({ world, recorded }: Pair): Sorter => toldKinds(recorded, world.tracks ?? []);
const sorters: { readonly name: string; readonly create: (pair: Pair) => Sorter }[] = [
  { name: 'pooled looks', create: () => pooledKinds(SEED, null) },
  { name: 'pooled looks, shape and speed', create: () => pooledKinds(SEED, binnedKinds()) },
  { name: 'shape and own speed, by counts', create: binnedKinds },
  ...(isNamed ? [{ name: 'as the world names them', create: toldOf }] : []),
];
const nothing = foundBeside(records, () => null, HOLD_MS, ALLOWED);
const kindNames = [...nothing.byKind.keys()].toSorted();
const cellsOf = ({ found, byKind }: Found): string[] => [
  ...found.map(String),
  ...kindNames.map((name) => byKind.get(name)!.join('/')),
];
const rows = sorters.map(({ name, create }) => {
  let [loss, bytes, pure, of] = [0, 0, 0, 0];
  const result = foundBeside(
    records,
    (recorded) => {
      const pair = pairs.find((one) => one.recorded === recorded)!;
      const kinded = kindsAtPlaces(recorded, create(pair));
      loss += kinded.logLoss / records.length;
      bytes = Math.max(bytes, kinded.bytes);
      if (isNamed) {
        const purity = purityOf(recorded, kinded.kinds, toldOf(pair));
        pure += purity.pure;
        of += purity.of;
      }
      return kinded.bits;
    },
    HOLD_MS,
    ALLOWED,
  );
  const purity = of === 0 ? '-' : `${Math.round((100 * pure) / of)} %`;
  return [name, ...cellsOf(result), purity, loss.toFixed(2), `${Math.round(bytes / 1024)} KB`];
});
const at = ALLOWED[3]!;
const heading = [
  'beside the seven',
  ...ALLOWED.map((rate) => `at ${rate}`),
  ...kindNames.map((name) => `${name} at ${at}`),
];
const further = [{ name: 'no kinds', create: null }, ...sorters].flatMap(({ name, create }) =>
  AMOUNTS.map((amount) => {
    const bitsOf = (recorded: Recorded) => {
      const pair = pairs.find((one) => one.recorded === recorded)!;
      return amountsOfKinds(recorded, amount, create === null ? null : create(pair));
    };
    return [
      `${amount}, ${name}`,
      ...cellsOf(foundBeside(records, bitsOf, AMOUNT_HOLD_MS[amount], ALLOWED)),
      '-',
      '-',
      '-',
    ];
  }),
);
console.log(`${records.length} worlds, ${nothing.of} breaks; false alarms per 5,000 frames as allowed`);
console.log(
  formatTable([
    [...heading, 'purity', 'log loss', 'memory'],
    ['nothing', ...cellsOf(nothing), '-', '-', '-'],
    ...rows,
    ...further,
  ]),
);
