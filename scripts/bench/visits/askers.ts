/**
 * askers.ts - who is asked whether a visit is in order: the table of companions that the model has, count tables of the last one,
 * two and up to eight visits, and a temporal memory with eight cells a column and with one.
 */
import type { TemporalMemoryParams } from '../../../src/htm/temporal-memory.ts';
import {
  initTemporalMemory,
  openTemporalMemory,
  resetTemporalMemory,
  stepTemporalMemory,
  temporalMemoryFields,
} from '../../../src/htm/temporal-memory.ts';
import { layOut, viewsOf } from '../../../src/memory/layout.ts';
import {
  OUT_OF_ORDER,
  companyFields,
  forgetCompany,
  resetCompany,
  sampleCompany,
  takeVisit,
} from '../../../src/visits/company.ts';
import { VISIT_KINDS } from '../../../src/visits/kinds.ts';

export type Asker = {
  readonly name: string;
  readonly bytes: number;
  /** Time goes by. */
  readonly wait: (timeMs: number) => void;
  /** A visit of `kind`; `isFresh`: the kind is a new one. Returns bits of evidence that it is out of order. */
  readonly take: (kind: number, isFresh: boolean, timeMs: number) => number;
};

export const createAskers = (): Asker[] => [companions(), counts(1), counts(2), counts(8), memory(8), memory(1)];

function companions(): Asker {
  const table = companyFields();
  const bytes = layOut(table).totalBytes;
  const company = viewsOf(table, new ArrayBuffer(bytes));
  resetCompany(company);
  const word = { bits: 0, companion: -1, missing: 0, mattering: false };
  return {
    name: 'companions (the model)',
    bytes,
    wait: (timeMs) => sampleCompany(company, timeMs, true),
    take(kind, isFresh, timeMs) {
      if (isFresh) forgetCompany(company, kind);
      takeVisit(company, kind, timeMs, true, word);
      return word.bits;
    },
  };
}

/** Contexts a count table may hold; with the counts of their followers about as large as the model's table. */
const MOST_CONTEXTS = 4096;

/** P(kind | the last visits) by counts, each length the prior of the next longer one; evidence: bits of what is no likelier. */
function counts(depth: number): Asker {
  const table = new Map<string, Map<number, number>>();
  const history: number[] = [];
  const known = new Set<number>();
  const contextOf = (length: number): string => history.slice(history.length - length).join(',');
  const chances = (): Map<number, number> => {
    let before = new Map([...known].map((kind) => [kind, 1 / (known.size + 1)]));
    for (let length = 0; length <= Math.min(depth, history.length); length++) {
      const followers = table.get(contextOf(length));
      if (followers === undefined) break;
      const all = [...followers.values()].reduce((sum, count) => sum + count, 0);
      before = new Map([...before].map(([kind, chance]) => [kind, ((followers.get(kind) ?? 0) + chance) / (all + 1)]));
    }
    return before;
  };
  return {
    name: `counts after the last ${depth === 1 ? 'one' : depth === 2 ? 'two' : 'one to eight'}`,
    bytes: MOST_CONTEXTS * 32,
    wait: () => undefined,
    take(kind) {
      const all = chances();
      const own = all.get(kind);
      const noLikelier = [...all.values()].reduce(
        (sum, chance) => (chance <= (own ?? 0) + 1e-12 ? sum + chance : sum),
        0,
      );
      const bits = own === undefined ? 0 : -Math.log2(Math.min(1, noLikelier));
      known.add(kind);
      for (let length = 0; length <= Math.min(depth, history.length); length++) {
        const context = contextOf(length);
        const followers = table.get(context) ?? new Map<number, number>();
        if (!table.has(context) && table.size >= MOST_CONTEXTS) continue;
        table.set(context, followers.set(kind, (followers.get(kind) ?? 0) + 1));
      }
      history.push(kind);
      if (history.length > depth) history.shift();
      return bits;
    },
  };
}

const COLUMNS_PER_KIND = 6;
const DEPTH = 6;
const PARAMS: TemporalMemoryParams = {
  activationThreshold: 4,
  minThreshold: 4,
  maxNewSynapseCount: COLUMNS_PER_KIND,
  permanenceIncrement: 25,
  permanenceDecrement: 8,
  initialPermanence: 100,
  connectedPermanence: 128,
  predictedSegmentDecrement: 4,
};
/** Share of odd visits above which they are learned as well. */
const MOST_ODD = 0.2;

/**
 * A temporal memory over kinds that is shown the last DEPTH visits at each tick; in a context never seen a shorter one is asked.
 * Evidence of a visit that is not predicted: bits of how often its kind is not.
 */
function memory(cellsPerColumn: number): Asker {
  const shape = { columns: VISIT_KINDS * COLUMNS_PER_KIND, cellsPerColumn, segments: 1024, synapsesPerSegment: 12 };
  const table = temporalMemoryFields(shape);
  const bytes = layOut(table).totalBytes;
  const tm = openTemporalMemory(shape, PARAMS, viewsOf(table, new ArrayBuffer(bytes)));
  initTemporalMemory(tm, 7);
  const columns = new Uint16Array(COLUMNS_PER_KIND);
  const history: { readonly kind: number; readonly isOdd: boolean }[] = [];
  const asked = new Float64Array(VISIT_KINDS);
  const missed = new Float64Array(VISIT_KINDS);
  let odd = 0;
  const step = (kind: number, learn: boolean): void => {
    for (let i = 0; i < COLUMNS_PER_KIND; i++) columns[i] = kind * COLUMNS_PER_KIND + i;
    stepTemporalMemory(tm, columns, COLUMNS_PER_KIND, learn);
  };
  const recall = (from: number, learn: boolean): void => {
    resetTemporalMemory(tm);
    for (const { kind, isOdd } of history.slice(from)) step(kind, learn && !isOdd);
  };
  const isPredicted = (kind: number): boolean => {
    let predicted = 0;
    for (let i = 0; i < COLUMNS_PER_KIND; i++) predicted += tm.views.predictedColumn[kind * COLUMNS_PER_KIND + i]!;
    return 2 * predicted > COLUMNS_PER_KIND;
  };
  return {
    name: `temporal memory, ${cellsPerColumn} cell${cellsPerColumn === 1 ? '' : 's'} a column`,
    bytes,
    wait: () => undefined,
    take(kind, isFresh) {
      if (isFresh) asked[kind] = missed[kind] = 0;
      let [knows, fits] = [false, false];
      for (let from = 0; from < history.length && !knows; from++) {
        recall(from, false);
        for (let other = 0; other < VISIT_KINDS && !knows; other++) knows = isPredicted(other);
        fits = knows && isPredicted(kind);
      }
      const rarity = (missed[kind]! + 0.5) / (asked[kind]! + 1);
      const bits = knows && !fits && asked[kind]! >= 5 ? -Math.log2(rarity) : 0;
      odd += 0.05 * ((bits >= OUT_OF_ORDER ? 1 : 0) - odd);
      const isOdd = bits >= OUT_OF_ORDER && odd < MOST_ODD;
      if (!isOdd) {
        recall(0, true);
        step(kind, true);
      }
      if (knows) {
        asked[kind]! += 1;
        if (!fits) missed[kind]! += 1;
        if (asked[kind]! > 64) {
          asked[kind]! /= 2;
          missed[kind]! /= 2;
        }
      }
      history.push({ kind, isOdd });
      if (history.length > DEPTH) history.shift();
      return bits;
    },
  };
}
