/**
 * global-region.ts - L2: one region over the whole scene, ticking only when the debounced scene state changes.
 *
 * The state is which zones of a coarse grid are occupied (nothing = idle, which is a state too). A high-order temporal
 * memory learns the order of states. It serves prediction alone: what is out of order is judged by visits (visits/company.ts),
 * which tell near places apart and are not disturbed by what else goes on.
 *
 * Known states are numbered by a small table; how often and how soon one follows another after a third is kept in an
 * interval memory. Together with what the temporal memory predicts they give the next states with their probabilities.
 */
import {
  type IntervalMemory,
  intervalAt,
  intervalKey,
  intervalMemoryFields,
  learnInterval,
  timeAt,
  visitsOf,
} from '../anomaly/interval-memory.ts';
import { type Ranked, newRanked, rank } from '../anomaly/ranked.ts';
import {
  type TemporalMemory,
  type TemporalMemoryParams,
  type TemporalMemoryShape,
  resetTemporalMemory,
  stepTemporalMemory,
} from '../htm/temporal-memory.ts';
import { type Views, FLAG, below, field } from '../memory/layout.ts';
import type { Box } from '../vision/box.ts';
import type { ZoneGrid } from '../vision/geometry.ts';
import { EVENT_TM_PARAMS } from './event-memory.ts';
import type { ExpectedState, ModelPrediction } from './observation.ts';
import { type CortexSettings, effectiveCells } from './settings.ts';

const COLUMNS_PER_BIT = 6;
/**
 * Stronger forgetting than in the local regions: one broken order is learned like any other, and at 1 a break that comes
 * once in twenty rounds would stay expected for ever; at 4 once in six must recur to stay.
 */
export const GLOBAL_TM_PARAMS: TemporalMemoryParams = { ...EVENT_TM_PARAMS, predictedSegmentDecrement: 4 };
/** Counts are halved here: old habits must fade. */
const MOST_VISITS = 128;
/** Known scene states; the number must fit the 9 bits of an interval key. */
export const STATES = 512;
/** The last number is never given to a state: without learning it stands for an unknown one. */
export const ANY_STATE = STATES - 1;
const TRANSITIONS = 8192;
/** Share of a state's columns that must be predicted for the temporal memory to be said to expect it. */
const EXPECTED_SHARE = 0.75;
/** What a state counts that the temporal memory does not expect, although it has followed before. */
const UNEXPECTED_FACTOR = 0.2;
const MAX_EXPECTED = 3;
const MIN_PROBABILITY = 0.05;
/** Successors seen before a prediction is worth saying. */
const MIN_SUCCESSORS = 3;
/** Standard deviations to the 10 and 90 % points of a normal distribution. */
const SPREAD_10_90 = 1.28;

export const IDLE = 0;

export function globalShape(settings: CortexSettings): TemporalMemoryShape {
  return {
    columns: (settings.globalColumns * settings.globalRows + 1) * COLUMNS_PER_BIT,
    cellsPerColumn: effectiveCells(settings),
    segments: settings.globalSegments,
    synapsesPerSegment: 32,
  };
}

export const globalFields = (grid: ZoneGrid) => {
  const zones = grid.columns * grid.rows;
  return {
    stateZones: field('u8', STATES * zones, 'learned', FLAG), // [STATES, zones] 0|1, the table of known states
    stateVisits: field('u32', STATES, 'learned'), // [STATES] 0 = free; state 0 is idle
    current: field('u16', 2, 'state', below(STATES)), // numbers of the state now and of the one before
    enteredMs: field('f64', 1, 'state'),
    columns: field('u16', (zones + 1) * COLUMNS_PER_BIT, 'scratch'),
  };
};
export type GlobalViews = Views<ReturnType<typeof globalFields>>;
export const transitionFields = () => intervalMemoryFields(TRANSITIONS);

export type GlobalRegion = {
  readonly grid: ZoneGrid;
  readonly views: GlobalViews;
  readonly transitions: IntervalMemory;
  readonly memory: TemporalMemory;
};

export type GlobalStep = { ticked: boolean };

/** One frame: tick when the scene state changed. */
export function stepGlobalRegion(
  region: GlobalRegion,
  occupied: Uint8Array,
  changed: number,
  timeMs: number,
  learn: boolean,
  out: GlobalStep,
): void {
  out.ticked = changed > 0;
  if (out.ticked) tick(region, occupied, timeMs, learn);
}

/** A new clip begins: forget where the scene was, keep what was learned. */
export function resetGlobalRegion({ views, memory, grid }: GlobalRegion, timeMs: number): void {
  views.current.fill(IDLE);
  views.enteredMs.fill(timeMs);
  resetTemporalMemory(memory);
  // Idle bursts: whatever may follow idle is expected.
  const nothing = new Uint8Array(grid.columns * grid.rows);
  stepTemporalMemory(memory, views.columns, stateColumns(views.columns, nothing, 0, nothing.length), false);
}

function tick(region: GlobalRegion, occupied: Uint8Array, timeMs: number, learn: boolean): void {
  const { views, memory, transitions } = region;
  const [state, previous] = [views.current[0]!, views.current[1]!];
  const next = stateNumber(region, occupied, learn);
  const stayedMs = timeMs - views.enteredMs[0]!;
  if (learn) learnInterval(transitions, intervalKey(next, previous, state), stayedMs);
  stepTemporalMemory(memory, views.columns, stateColumns(views.columns, occupied, 0, occupied.length), learn);
  if (learn) {
    const visits = views.stateVisits[next]! + 1;
    views.stateVisits[next] = visits >= MOST_VISITS ? visits >> 1 : visits;
  }
  views.current[1] = state;
  views.current[0] = next;
  views.enteredMs[0] = timeMs;
}

/** The columns of a state to `columns`; returns how many. `table` [states, zones] 0|1. */
function stateColumns(columns: Uint16Array, table: Uint8Array, state: number, zones: number): number {
  let count = 0;
  for (let zone = 0; zone < zones; zone++) {
    if (table[state * zones + zone] === 0) continue;
    for (let i = 0; i < COLUMNS_PER_BIT; i++) columns[count++] = zone * COLUMNS_PER_BIT + i;
  }
  if (count > 0) return count;
  for (let i = 0; i < COLUMNS_PER_BIT; i++) columns[count++] = zones * COLUMNS_PER_BIT + i;
  return count;
}

/**
 * Number of the state `occupied`. A new one gets a free number, or that of the least visited state once all are taken;
 * without learning an unknown state counts as ANY_STATE.
 */
function stateNumber({ views, grid }: GlobalRegion, occupied: Uint8Array, learn: boolean): number {
  const zones = grid.columns * grid.rows;
  let free = -1;
  let least = -1;
  for (let state = 0; state < ANY_STATE; state++) {
    const visits = views.stateVisits[state]!;
    if (state !== IDLE && visits === 0) {
      if (free < 0) free = state;
      continue;
    }
    if (sameZones(views.stateZones, state * zones, occupied)) return state;
    if (state !== IDLE && (least < 0 || visits < views.stateVisits[least]!)) least = state;
  }
  if (!learn) return ANY_STATE;
  const taken = free >= 0 ? free : least;
  views.stateZones.set(occupied, taken * zones);
  views.stateVisits[taken] = 0;
  return taken;
}

function sameZones(table: Uint8Array, start: number, occupied: Uint8Array): boolean {
  for (let zone = 0; zone < occupied.length; zone++) if (table[start + zone] !== occupied[zone]) return false;
  return true;
}

/** States that followed the present one before, with their probability, to `out`; what is left to 1 is something else. */
export function rankNextStates(region: GlobalRegion, out: Ranked): void {
  const { views, transitions } = region;
  const state = views.current[0]!;
  const previous = views.current[1]!;
  let total = 0;
  let seen = 0;
  out.count = 0;
  for (let next = 0; next < ANY_STATE; next++) {
    if (views.stateVisits[next] === 0) continue;
    const count = visitsOf(transitions, intervalKey(next, previous, state));
    if (count === 0) continue;
    seen += count;
    const weight = count * (isPredicted(region, next) ? 1 : UNEXPECTED_FACTOR);
    total += weight;
    rank(out, next, weight);
  }
  if (seen < MIN_SUCCESSORS) out.count = 0;
  // One more than was seen: something new is always possible.
  for (let i = 0; i < out.count; i++) out.weights[i]! /= total + 1;
}

/** Whether the temporal memory predicts most columns of a known state. */
function isPredicted({ views, memory, grid }: GlobalRegion, state: number): boolean {
  const count = stateColumns(views.columns, views.stateZones, state, grid.columns * grid.rows);
  let predicted = 0;
  for (let i = 0; i < count; i++) predicted += memory.views.predictedColumn[views.columns[i]!]!;
  return predicted >= EXPECTED_SHARE * count;
}

const likely = newRanked(STATES);

/** The most likely next state, or null where nothing is predicted. */
export function likeliestNext(region: GlobalRegion): { readonly state: number; readonly probability: number } | null {
  rankNextStates(region, likely);
  return likely.count === 0 ? null : { state: likely.things[0]!, probability: likely.weights[0]! };
}

/** The next states with the time in which they usually come. */
export function predictNext(region: GlobalRegion): Pick<ModelPrediction, 'next' | 'confidence'> {
  rankNextStates(region, likely);
  const next: ModelPrediction['next'][number][] = [];
  for (let i = 0; i < Math.min(MAX_EXPECTED, likely.count); i++)
    if (likely.weights[i]! >= MIN_PROBABILITY) next.push(expectState(region, likely.things[i]!, likely.weights[i]!));
  return { next, confidence: next[0]?.probability ?? 0 };
}

function expectState(region: GlobalRegion, next: number, probability: number): ModelPrediction['next'][number] {
  const { views, transitions } = region;
  const { state, positions } = describeState(region, next);
  const entry = intervalAt(transitions, intervalKey(next, views.current[1]!, views.current[0]!));
  const inMs: [number, number] =
    entry < 0 ? [0, 0] : [timeAt(transitions, entry, -SPREAD_10_90), timeAt(transitions, entry, SPREAD_10_90)];
  return { state, positions, probability, inMs };
}

function describeState({ views, grid }: GlobalRegion, state: number): Pick<ExpectedState, 'state' | 'positions'> {
  const zones = grid.columns * grid.rows;
  const positions: Box[] = [];
  let name = '';
  for (let zone = 0; zone < zones; zone++) {
    if (views.stateZones[state * zones + zone] === 0) continue;
    positions.push(grid.boxes[zone]!);
    name += name === '' ? grid.names[zone]! : `+${grid.names[zone]!}`;
  }
  return { state: name === '' ? 'idle' : name, positions };
}
