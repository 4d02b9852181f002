/**
 * global-region.ts - L2: one region over the whole scene, ticking only when the debounced scene state changes.
 *
 * The state is which zones of a coarse grid are occupied (nothing = idle, which is a state too). A high-order temporal
 * memory learns the order of states, which no local and no per-frame memory can see: two lanes used in turn look locally
 * right whichever comes next.
 *
 *     surprise = share of columns that burst * -ln P(burst | state) / 3
 *
 * so a state that bursts often, because it is ambiguous, says little when it does. Becoming idle says nothing: who goes,
 * and when, is told elsewhere. And where most that happens is not predicted, as with several things at once, the region
 * does not know the order and keeps silent.
 *
 * Known states are numbered by a small table; how often and how soon one follows another after a third is kept in an
 * interval memory. Together with what the temporal memory predicts they give the next states with their probabilities.
 */
import {
  type IntervalMemory,
  intervalKey,
  intervalMemoryFields,
  learnInterval,
  usualInterval,
  visitsOf,
} from '../anomaly/interval-memory.ts';
import {
  type TemporalMemory,
  type TemporalMemoryParams,
  type TemporalMemoryShape,
  rawAnomaly,
  resetTemporalMemory,
  stepTemporalMemory,
} from '../htm/temporal-memory.ts';
import { ln } from '../memory/exact-math.ts';
import { type Views, field } from '../memory/layout.ts';
import { type ZoneGrid, zoneBox } from '../vision/geometry.ts';
import { fade } from './fade.ts';
import { EVENT_TM_PARAMS, FLICKER_MS } from './event-memory.ts';
import type { ExpectedState, ModelPrediction } from './observation.ts';
import { type CortexSettings, effectiveCells } from './settings.ts';

const COLUMNS_PER_BIT = 6;
/**
 * Stronger forgetting than in the local regions: one broken order is learned like any other, and at 1 a break that comes
 * once in twenty rounds would stay expected for ever; at 4 once in six must recur to stay.
 */
export const GLOBAL_TM_PARAMS: TemporalMemoryParams = { ...EVENT_TM_PARAMS, predictedSegmentDecrement: 4 };
const FADE = 0.9;
/** A state that lasted one frame, as a thing leaves the picture, is no ground to expect anything on. */
const BRIEF_MS = 150;
/** Share of unpredicted columns above which the region keeps silent, and the rate of that share. */
const MOST_MISSED = 0.03;
const MISSED_RATE = 0.01;
/** Bursts are counted by the share of columns that burst, in units of 1 / BURST_UNIT. */
const BURST_UNIT = 256;
/** Counts are halved here: surprise must not grow with the age of the model, and old habits must fade. */
const MOST_VISITS = 128;
/** Known scene states; the number must fit the 9 bits of an interval key. */
export const STATES = 512;
/**
 * The last number is never given to a state. Without learning it stands for an unknown state; in the transition memory
 * it stands for "whatever comes next", which tells how long a state usually lasts.
 */
export const ANY_STATE = STATES - 1;
/** A pause in which something was missed should not make the next one ordinary. */
const ANY_MOST_DEVIATIONS = 3;
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
    stateZones: field('u8', STATES * zones, 'learned'), // [STATES, zones] 0|1, the table of known states
    stateVisits: field('u32', STATES, 'learned'), // [STATES] 0 = free; state 0 is idle
    stateBursts: field('u32', STATES, 'learned'), // [STATES] summed share of bursting columns, see BURST_UNIT
    current: field('u16', 2, 'state'), // numbers of the state now and of the one before
    enteredMs: field('f64', 1, 'state'),
    missed: field('f32', 1, 'learned'), // running share of bursting columns, all states; + - * / only
    surprise: field('f32', 1, 'state'), // fading
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

/** `wasIdle`: the state before this frame was idle. */
export type GlobalStep = {
  ticked: boolean;
  surprise: number;
  wasIdle: boolean;
  expectedBefore: readonly ExpectedState[];
};

/** One frame: tick when the scene state changed, else fade. `expected` is what was predicted before. */
export function stepGlobalRegion(
  region: GlobalRegion,
  occupied: Uint8Array,
  changed: number,
  timeMs: number,
  learn: boolean,
  out: GlobalStep,
): void {
  const { views } = region;
  fade(views.surprise, FADE);
  out.ticked = changed > 0;
  out.wasIdle = views.current[0] === IDLE;
  if (out.ticked) {
    out.expectedBefore = expectedStates(region);
    tick(region, occupied, timeMs, learn);
  }
  out.surprise = views.surprise[0]!;
}

/** A new clip begins: forget where the scene was, keep what was learned. */
export function resetGlobalRegion({ views, memory, grid }: GlobalRegion, timeMs: number): void {
  views.current.fill(IDLE);
  views.enteredMs.fill(timeMs);
  views.surprise.fill(0);
  resetTemporalMemory(memory);
  // Idle bursts: whatever may follow idle is expected.
  const nothing = new Uint8Array(grid.columns * grid.rows);
  stepTemporalMemory(memory, views.columns, stateColumns(views.columns, nothing), false);
}

function tick(region: GlobalRegion, occupied: Uint8Array, timeMs: number, learn: boolean): void {
  const { views, memory, transitions } = region;
  const [state, previous] = [views.current[0]!, views.current[1]!];
  const next = stateNumber(region, occupied, learn);
  const stayedMs = timeMs - views.enteredMs[0]!;
  if (learn) {
    learnInterval(transitions, intervalKey(next, previous, state), stayedMs);
    learnInterval(transitions, intervalKey(ANY_STATE, previous, state), stayedMs, ANY_MOST_DEVIATIONS);
  }

  stepTemporalMemory(memory, views.columns, stateColumns(views.columns, occupied), learn);
  const share = rawAnomaly(memory);
  const visits = views.stateVisits[next]!;
  const burstProbability = (views.stateBursts[next]! / BURST_UNIT + 1) / (visits + 2);
  const hasContext = state !== IDLE || previous !== IDLE;
  const knows = hasContext && next !== IDLE && stayedMs >= BRIEF_MS && views.missed[0]! <= MOST_MISSED;
  const surprise = knows ? (share * -ln(burstProbability)) / 3 : 0;
  if (surprise > views.surprise[0]!) views.surprise[0] = surprise;
  // Back where it was: a flicker, and what it said is withdrawn.
  if (next === previous && stayedMs < FLICKER_MS) views.surprise[0] = 0;
  if (learn) {
    views.missed[0]! += MISSED_RATE * (share - views.missed[0]!);
    const halve = visits + 1 >= MOST_VISITS ? 1 : 0;
    views.stateVisits[next] = (visits + 1) >> halve;
    views.stateBursts[next] = (views.stateBursts[next]! + Math.round(share * BURST_UNIT)) >> halve;
  }
  views.current[1] = state;
  views.current[0] = next;
  views.enteredMs[0] = timeMs;
}

function stateColumns(columns: Uint16Array, occupied: Uint8Array): number {
  let count = 0;
  for (let zone = 0; zone < occupied.length; zone++) {
    if (occupied[zone] === 0) continue;
    for (let i = 0; i < COLUMNS_PER_BIT; i++) columns[count++] = zone * COLUMNS_PER_BIT + i;
  }
  if (count > 0) return count;
  for (let i = 0; i < COLUMNS_PER_BIT; i++) columns[count++] = occupied.length * COLUMNS_PER_BIT + i;
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
  views.stateBursts[taken] = 0;
  return taken;
}

function sameZones(table: Uint8Array, start: number, occupied: Uint8Array): boolean {
  for (let zone = 0; zone < occupied.length; zone++) if (table[start + zone] !== occupied[zone]) return false;
  return true;
}

type Candidate = { readonly state: number; readonly weight: number };

/** States that followed the present one before, most likely first, with their probability. */
function candidates(region: GlobalRegion): { list: Candidate[]; total: number } {
  const { views, transitions } = region;
  const [state, previous] = [views.current[0]!, views.current[1]!];
  const list: Candidate[] = [];
  let total = 0;
  let seen = 0;
  for (let next = 0; next < ANY_STATE; next++) {
    if (views.stateVisits[next] === 0) continue;
    const count = visitsOf(transitions, intervalKey(next, previous, state));
    if (count === 0) continue;
    seen += count;
    const weight = count * (isPredicted(region, next) ? 1 : UNEXPECTED_FACTOR);
    total += weight;
    list.push({ state: next, weight });
  }
  if (seen < MIN_SUCCESSORS) return { list: [], total: 0 };
  list.sort((a, b) => b.weight - a.weight || a.state - b.state);
  // One more than was seen: something new is always possible.
  return { list, total: total + 1 };
}

/** Whether the temporal memory predicts most columns of a known state. */
function isPredicted({ views, memory, grid }: GlobalRegion, state: number): boolean {
  const zones = grid.columns * grid.rows;
  const count = stateColumns(views.columns, views.stateZones.subarray(state * zones, (state + 1) * zones));
  let predicted = 0;
  for (let i = 0; i < count; i++) predicted += memory.views.predictedColumn[views.columns[i]!]!;
  return predicted >= EXPECTED_SHARE * count;
}

/** All states that may come next with their probability; what is left to 1 is something else. */
export function nextStates(region: GlobalRegion): { readonly state: number; readonly probability: number }[] {
  const { list, total } = candidates(region);
  return list.map(({ state, weight }) => ({ state, probability: weight / total }));
}

/** The states expected next, for explanations. */
export function expectedStates(region: GlobalRegion): ExpectedState[] {
  const { list, total } = candidates(region);
  return list
    .slice(0, MAX_EXPECTED)
    .map(({ state, weight }) => describeState(region, state, weight / total))
    .filter((expected) => expected.probability >= MIN_PROBABILITY);
}

/** The next states with the time in which they usually come. */
export function predictNext(region: GlobalRegion): Pick<ModelPrediction, 'next' | 'confidence'> {
  const { views, transitions } = region;
  const [state, previous] = [views.current[0]!, views.current[1]!];
  const { list, total } = candidates(region);
  const next = list
    .slice(0, MAX_EXPECTED)
    .filter(({ weight }) => weight / total >= MIN_PROBABILITY)
    .map((candidate) => {
      const usual = usualInterval(transitions, intervalKey(candidate.state, previous, state), SPREAD_10_90);
      const inMs: [number, number] = usual === null ? [0, 0] : [usual.lowMs, usual.highMs];
      return { ...describeState(region, candidate.state, candidate.weight / total), inMs };
    });
  return { next, confidence: next[0]?.probability ?? 0 };
}

function describeState({ views, grid }: GlobalRegion, state: number, probability: number): ExpectedState {
  const zones = grid.columns * grid.rows;
  const positions = [];
  const names = [];
  for (let zone = 0; zone < zones; zone++) {
    if (views.stateZones[state * zones + zone] === 0) continue;
    positions.push(zoneBox(grid, zone));
    names.push(`r${Math.floor(zone / grid.columns)}c${zone % grid.columns}`);
  }
  return { state: names.length === 0 ? 'idle' : names.join('+'), positions, probability };
}
