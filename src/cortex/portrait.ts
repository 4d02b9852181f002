/**
 * portrait.ts - what a model has learned, read from its buffer for people to look at. Nothing here changes a byte.
 */
import { evictionsOf, segmentsInUse } from '../htm/segment-pool.ts';
import { globalLanes } from '../htm/sp-global.ts';
import { exp } from '../memory/exact-math.ts';
import { intervalKey, usualInterval } from '../anomaly/interval-memory.ts';
import { type Estimate, estimate } from '../usual/amounts.ts';
import { DIRECTIONS } from '../usual/directions.ts';
import { LEVELS } from '../usual/places.ts';
import type { Box } from '../vision/box.ts';
import { zoneBox } from '../vision/geometry.ts';
import type { Cortex } from './cortex.ts';
import { ANY_STATE } from './global-region.ts';
import { STAY_FLOOR_MS } from '../usual/usual.ts';
import { keepsCompany } from '../visits/company.ts';
import { VISIT_KINDS } from '../visits/kinds.ts';

/** Where things go: one entry per cell, row-major. */
export type PlacesPortrait = {
  readonly columns: number;
  readonly rows: number;
  /** Things seen, ever (old ones fade). */
  readonly things: number;
  /** Share of things that came by. */
  readonly visits: readonly number[];
  /** Share of things that began there. */
  readonly births: readonly number[];
  /** Mean movement: x and y parts of a unit vector, shorter where ways differ; 0 0 where nothing is known. */
  readonly wayX: readonly number[];
  readonly wayY: readonly number[];
  /** Usual speed (heights of the picture per second) and stay (s); 0 where nothing is known. */
  readonly speed: readonly number[];
  readonly stay: readonly number[];
};

export type StatePortrait = {
  readonly state: number;
  readonly visits: number;
  readonly boxes: readonly Box[];
};

/** How often one state followed another, and after how long (ms). */
export type FollowPortrait = {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly probability: number;
  readonly afterMs: number;
};

export type MemoryPortrait = {
  readonly name: string;
  readonly columns: number;
  readonly cellsPerColumn: number;
  readonly segments: number;
  readonly capacity: number;
  readonly evictions: number;
  /** Cells active since the last tick, and columns predicted for the next. */
  readonly active: number;
  readonly predicted: number;
};

/** [side, side] of 0..1 each: how firmly a column is connected to "brighter" and "darker" at each place of a thing. */
export type FieldPortrait = {
  readonly column: number;
  readonly use: number;
  readonly brighter: readonly number[];
  readonly darker: readonly number[];
};

export type Portrait = {
  readonly step: number;
  readonly watchedMs: number;
  readonly places: PlacesPortrait;
  readonly stateNow: number;
  readonly states: readonly StatePortrait[];
  readonly follows: readonly FollowPortrait[];
  /** Places and ways that are known, and pairs of them of which one always comes before the other. */
  readonly visitKinds: number;
  readonly companions: number;
  readonly memories: readonly MemoryPortrait[];
  readonly poolerColumns: number;
  readonly fieldSide: number;
  readonly fields: readonly FieldPortrait[];
  /** Things now, and zones of the scene that are occupied now. */
  readonly things: number;
  readonly occupied: number;
  readonly zones: number;
};

const MOST_STATES = 24;
const MOST_FOLLOWS = 80;
const MOST_FIELDS = 24;

export function portraitOf(cortex: Cortex): Portrait {
  const { clock, calibration, zones, judge } = cortex;
  const states = statesOf(cortex);
  let things = 0;
  for (const status of judge.things.status) if (status !== 0) things++;
  let occupied = 0;
  for (const held of zones.global.occupied) occupied += held;
  return {
    step: clock.step[0]!,
    watchedMs: calibration.views.watchedMs[0]!,
    places: placesOf(cortex),
    stateNow: cortex.global.views.current[0]!,
    states,
    follows: followsOf(cortex, states),
    visitKinds: count(cortex.visits.visitors.kinds.sort, VISIT_KINDS),
    companions: companionsOf(cortex),
    memories: memoriesOf(cortex),
    poolerColumns: cortex.settings.kindColumns,
    ...fieldsOf(cortex),
    things,
    occupied,
    zones: zones.global.occupied.length,
  };
}

function placesOf({ judge }: Cortex): PlacesPortrait {
  const { usual } = judge;
  const { places } = usual;
  const { columns, rows } = places;
  const all = (value: (cell: number) => number): number[] =>
    Array.from({ length: columns * rows }, (_, cell) => digits(value(cell)));
  const things = Math.max(1, usual.visits.things[0]!);
  const born = Math.max(1, usual.births.things[0]!);
  const { ways, wayTotal } = usual.directions;
  // The mean of unit vectors: opposite directions take each other away.
  const way = (cell: number, parts: readonly number[]): number => {
    const at = places.chain[cell * LEVELS]!;
    if (wayTotal[at]! < 1) return 0;
    let sum = 0;
    for (let d = 0; d < DIRECTIONS; d++) sum += ways[at * DIRECTIONS + d]! * parts[d]!;
    return sum / wayTotal[at]!;
  };
  const usually: Estimate = { mean: 0, variance: 0, samples: 0 };
  const speed = (cell: number): number => {
    let [sum, weight] = [0, 0];
    for (let context = 0; context < DIRECTIONS >> 1; context++) {
      const own = usual.speeds.samples[context * places.count + cell]!;
      if (own < 1) continue;
      estimate(usual.speeds, places, context, cell, usually);
      if (usually.samples === 0) continue;
      sum += own * exp(usually.mean);
      weight += own;
    }
    return weight === 0 ? 0 : sum / weight;
  };
  const stay = (cell: number): number => {
    if (usual.stays.samples[cell]! < 1) return 0;
    estimate(usual.stays, places, 0, cell, usually);
    return usually.samples === 0 ? 0 : Math.max(0, exp(usually.mean) - STAY_FLOOR_MS) / 1000;
  };
  return {
    columns,
    rows,
    things: Math.round(usual.visits.things[0]!),
    visits: all((cell) => usual.visits.visits[cell]! / things),
    births: all((cell) => usual.births.visits[cell]! / born),
    wayX: all((cell) => way(cell, UNIT_X)),
    wayY: all((cell) => way(cell, UNIT_Y)),
    speed: all(speed),
    stay: all(stay),
  };
}

// Unit vectors of the sixteen directions, 0 = to the right, 4 = down.
const [A, B] = [0.9238795325, 0.3826834324];
const S = Math.SQRT1_2;
const UNIT_X = [1, A, S, B, 0, -B, -S, -A, -1, -A, -S, -B, 0, B, S, A];
const UNIT_Y = [0, B, S, A, 1, A, S, B, 0, -B, -S, -A, -1, -A, -S, -B];

/** The most visited states. */
function statesOf({ global }: Cortex): StatePortrait[] {
  const { views, grid } = global;
  const zones = grid.columns * grid.rows;
  const numbers: number[] = [];
  for (let state = 0; state < ANY_STATE; state++) if (views.stateVisits[state]! > 0) numbers.push(state);
  numbers.sort((a, b) => views.stateVisits[b]! - views.stateVisits[a]! || a - b);
  return numbers.slice(0, MOST_STATES).map((state) => {
    const boxes: Box[] = [];
    for (let zone = 0; zone < zones; zone++)
      if (views.stateZones[state * zones + zone] === 1) boxes.push(zoneBox(grid, zone));
    return { state, visits: views.stateVisits[state]!, boxes };
  });
}

/** What followed what among those, whatever came before. */
function followsOf({ global }: Cortex, states: readonly StatePortrait[]): FollowPortrait[] {
  const { transitions, views } = global;
  const known: number[] = [];
  for (let state = 0; state < ANY_STATE; state++) if (views.stateVisits[state]! > 0) known.push(state);
  const follows: FollowPortrait[] = [];
  for (const { state: from } of states) {
    const own: { to: number; count: number; ms: number }[] = [];
    let total = 0;
    for (const { state: to } of states) {
      if (to === from) continue;
      let [sum, ms] = [0, 0];
      for (const before of known) {
        const usual = usualInterval(transitions, intervalKey(to, before, from), 0);
        if (usual === null) continue;
        sum += usual.visits;
        ms += usual.visits * usual.meanMs;
      }
      if (sum > 0) own.push({ to, count: sum, ms: ms / sum });
      total += sum;
    }
    // One more than was seen: something new is always possible.
    for (const { to, count: seen, ms } of own)
      follows.push({ from, to, count: seen, probability: digits(seen / (total + 1)), afterMs: Math.round(ms) });
  }
  return follows.toSorted((a, b) => b.count - a.count || a.from - b.from || a.to - b.to).slice(0, MOST_FOLLOWS);
}

function companionsOf({ visits: { company } }: Cortex): number {
  let pairs = 0;
  for (let kind = 0; kind < VISIT_KINDS; kind++)
    for (let other = 0; other < VISIT_KINDS; other++) if (other !== kind && keepsCompany(company, kind, other)) pairs++;
  return pairs;
}

function memoriesOf({ global }: Cortex): MemoryPortrait[] {
  const all = [{ name: 'order of states', memory: global.memory }];
  return all.map(({ name, memory }) => ({
    name,
    columns: memory.shape.columns,
    cellsPerColumn: memory.shape.cellsPerColumn,
    segments: segmentsInUse(memory.pool),
    capacity: memory.shape.segments,
    evictions: evictionsOf(memory.pool),
    active: count(memory.views.activeCell, memory.shape.columns * memory.shape.cellsPerColumn),
    predicted: count(memory.views.predictedColumn, memory.shape.columns),
  }));
}

/** The columns of the shared pooler that are used most, as what they look for in a thing. */
function fieldsOf({ kinds }: Cortex): Pick<Portrait, 'fieldSide' | 'fields'> {
  const { pooler } = kinds;
  const { permanence, activeDutyCycle } = pooler.views;
  const places = pooler.shape.inputWidth >> 1;
  const side = Math.round(Math.sqrt(places));
  const lanes = globalLanes(pooler.shape);
  const used = Array.from(activeDutyCycle, (use, column) => ({ use, column }))
    .toSorted((a, b) => b.use - a.use || a.column - b.column)
    .slice(0, MOST_FIELDS);
  const fields = used.map(({ use, column }) => {
    const read = (which: number): number[] =>
      Array.from({ length: places }, (_, place) => digits(permanence[column * lanes + 2 * place + which]! / 255));
    return { column, use: digits(use), brighter: read(0), darker: read(1) };
  });
  return { fieldSide: side, fields };
}

function count(values: ArrayLike<number>, length: number): number {
  let set = 0;
  for (let i = 0; i < length; i++) if (values[i]! > 0) set++;
  return set;
}

function digits(value: number): number {
  return Math.round(value * 1000) / 1000;
}
