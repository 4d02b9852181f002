/**
 * local-regions.ts - L1: one region per zone of the position grid, each over its own 3 x 3 neighbourhood.
 *
 * A region's state is which of the nine zones around it are occupied (nothing = idle, which is a state too). It ticks
 * only when that state changes: between changes nothing happens, so the temporal memory sees event after event however
 * long the pauses are. Idle ends the context: what came before it is the global region's business, and a region that has
 * just seen something new would otherwise be surprised by the next ordinary thing as well. Beside it, a dwell memory
 * knows how long each state usually lasts after the one before.
 *
 *     input   9 occupancy bits + idle, COLUMNS_PER_BIT columns each
 *     output  per zone: sequence surprise (share of columns that burst) and timing surprise, both fading
 */
import {
  type IntervalMemory,
  intervalDeviation,
  intervalKey,
  intervalMemoryFields,
  learnInterval,
} from '../anomaly/interval-memory.ts';
import {
  type TemporalMemory,
  type TemporalMemoryParams,
  type TemporalMemoryShape,
  rawAnomaly,
  resetTemporalMemory,
  stepTemporalMemory,
} from '../htm/temporal-memory.ts';
import { type Views, field } from '../memory/layout.ts';
import type { ZoneGrid } from '../vision/geometry.ts';
import { fade } from './fade.ts';
import { type CortexSettings, effectiveCells } from './settings.ts';

const BITS = 10;
const IDLE_BIT = 9;
const COLUMNS_PER_BIT = 6;
/** Fading per frame: a surprise counts for some ten frames. */
const FADE = 0.9;
/** Standard deviations from the usual dwell time that begin to be unusual. */
const UNUSUAL = 3;
/**
 * A place that is idle again within this time saw no thing but a flicker: a gust in the leaves, a moth, a burst of noise.
 * Whatever it said is withdrawn. A fast thing keeps a neighbourhood of three zones busy for longer.
 */
export const FLICKER_MS = 600;

/** Pace at which the usual surprise follows (share per tick of any region). */
const HABIT_RATE = 0.001;
/** Usual surprise up to which there is a routine; a street has .01 to .09, a crowd .2 to .4. */
const HABITUAL = 0.1;

/** For event-ticked states: few bits, so few synapses per segment and low thresholds. */
export const EVENT_TM_PARAMS: TemporalMemoryParams = {
  activationThreshold: 5,
  minThreshold: 4,
  maxNewSynapseCount: 12,
  permanenceIncrement: 25,
  permanenceDecrement: 8,
  initialPermanence: 100,
  connectedPermanence: 128,
  predictedSegmentDecrement: 1,
};

export function localShape(settings: CortexSettings): TemporalMemoryShape {
  return {
    columns: BITS * COLUMNS_PER_BIT,
    cellsPerColumn: effectiveCells(settings),
    segments: settings.localSegments,
    synapsesPerSegment: 32,
  };
}

export const localFields = (zones: number) => ({
  state: field('u16', zones, 'state'), // [zones] bits 0..8: which of the nine zones around are occupied, row by row
  previousState: field('u16', zones, 'state'), // [zones]
  // f32: running mean, exact arithmetic
  habit: field('f32', 1, 'learned'), // usual surprise of a tick in the whole picture, 0..1
  enteredMs: field('f64', zones, 'state'), // [zones] when the state began
  busySinceMs: field('f64', zones, 'state'), // [zones] when it last left idle
  // f32: evidence, made by exact arithmetic
  sequence: field('f32', zones, 'state'), // [zones] fading surprise
  timing: field('f32', zones, 'state'), // [zones] fading surprise
  late: field('i8', zones, 'state'), // [zones] 1 = stays too long, -1 = left too soon, 0 = neither, for explanations
  columns: field('u16', BITS * COLUMNS_PER_BIT, 'scratch'),
  dirty: field('u8', zones, 'scratch'), // [zones] neighbourhood may have changed
});
export type LocalViews = Views<ReturnType<typeof localFields>>;

export const dwellFields = (settings: CortexSettings) => intervalMemoryFields(settings.dwellEntries);

export type LocalRegions = {
  readonly grid: ZoneGrid;
  readonly views: LocalViews;
  readonly dwell: IntervalMemory;
  readonly memories: readonly TemporalMemory[];
};

/** Sums over all zones, and how many regions ticked. */
export type LocalStep = { sequence: number; timing: number; ticks: number };

/** One frame: tick the regions whose neighbourhood changed, look at those that wait, fade. */
export function stepLocalRegions(
  regions: LocalRegions,
  occupied: Uint8Array,
  changedZones: Uint16Array,
  changed: number,
  timeMs: number,
  learn: boolean,
  out: LocalStep,
): void {
  const { views } = regions;
  fade(views.sequence, FADE);
  fade(views.timing, FADE);
  out.ticks = 0;
  if (changed > 0) {
    markNeighbourhoods(regions, changedZones, changed);
    for (let zone = 0; zone < views.state.length; zone++) {
      if (views.dirty[zone] === 0) continue;
      const state = neighbourhoodState(regions.grid, occupied, zone);
      if (state === views.state[zone]) continue;
      tick(regions, zone, state, timeMs, learn);
      out.ticks++;
    }
  }
  watchWaiting(regions, timeMs);
  sumLocalSurprise(views, out);
}

/** The evidence of all regions: sums over the zones. */
export function sumLocalSurprise({ sequence, timing }: LocalViews, out: LocalStep): void {
  out.sequence = 0;
  out.timing = 0;
  for (let zone = 0; zone < sequence.length; zone++) {
    out.sequence += sequence[zone]!;
    out.timing += timing[zone]!;
  }
}

/** A new clip begins: forget where everything was, keep what was learned. */
export function resetLocalRegions({ views, memories }: LocalRegions, timeMs: number): void {
  const idleColumns = stateColumns(views.columns, 0);
  views.state.fill(0);
  views.previousState.fill(0);
  views.enteredMs.fill(timeMs);
  views.sequence.fill(0);
  views.timing.fill(0);
  for (const memory of memories) {
    resetTemporalMemory(memory);
    // Idle bursts: whatever may follow idle is expected.
    stepTemporalMemory(memory, views.columns, idleColumns, false);
  }
}

function markNeighbourhoods({ grid, views }: LocalRegions, changedZones: Uint16Array, changed: number): void {
  views.dirty.fill(0);
  for (let i = 0; i < changed; i++) {
    const zone = changedZones[i]!;
    const column = zone % grid.columns;
    const row = (zone - column) / grid.columns;
    for (let y = Math.max(0, row - 1); y <= Math.min(grid.rows - 1, row + 1); y++) {
      for (let x = Math.max(0, column - 1); x <= Math.min(grid.columns - 1, column + 1); x++) {
        views.dirty[y * grid.columns + x] = 1;
      }
    }
  }
}

function neighbourhoodState(grid: ZoneGrid, occupied: Uint8Array, zone: number): number {
  const column = zone % grid.columns;
  const row = (zone - column) / grid.columns;
  let state = 0;
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const x = column + dx;
      const y = row + dy;
      if (x < 0 || y < 0 || x >= grid.columns || y >= grid.rows) continue;
      if (occupied[y * grid.columns + x] === 1) state |= 1 << ((dy + 1) * 3 + dx + 1);
    }
  }
  return state;
}

function tick(regions: LocalRegions, zone: number, state: number, timeMs: number, learn: boolean): void {
  const { views, dwell } = regions;
  const memory = regions.memories[zone]!;
  const key = intervalKey(zone, views.previousState[zone]!, views.state[zone]!);
  const stayedMs = timeMs - views.enteredMs[zone]!;
  const deviation = intervalDeviation(dwell, key, stayedMs);
  if (deviation < -UNUSUAL) noteTiming(views, zone, -deviation, -1);
  if (learn) learnInterval(dwell, key, stayedMs);

  if (state === 0) resetTemporalMemory(memory);
  stepTemporalMemory(memory, views.columns, stateColumns(views.columns, state), learn);
  const surprise = state === 0 ? 0 : rawAnomaly(memory);
  if (learn && state !== 0) views.habit[0]! += HABIT_RATE * (surprise - views.habit[0]!);
  if (surprise > views.sequence[zone]!) views.sequence[zone] = surprise;

  if (views.state[zone] === 0) views.busySinceMs[zone] = timeMs;
  else if (state === 0 && timeMs - views.busySinceMs[zone]! < FLICKER_MS) {
    views.sequence[zone] = 0;
    views.timing[zone] = 0;
  }

  views.previousState[zone] = views.state[zone]!;
  views.state[zone] = state;
  views.enteredMs[zone] = timeMs;
}

/**
 * How far places and orders can be trusted to tell something, 0..1: fully where there is a routine, little where surprise
 * is the rule, as in a crowd.
 */
export function routineOf({ views }: LocalRegions): number {
  const share = HABITUAL / Math.max(HABITUAL, views.habit[0]!);
  return share * share;
}

function stateColumns(columns: Uint16Array, state: number): number {
  const bits = state === 0 ? 1 << IDLE_BIT : state;
  let count = 0;
  for (let bit = 0; bit < BITS; bit++) {
    if ((bits & (1 << bit)) === 0) continue;
    for (let i = 0; i < COLUMNS_PER_BIT; i++) columns[count++] = bit * COLUMNS_PER_BIT + i;
  }
  return count;
}

/** Something that stays where it usually does not stay so long. Idle may last for ever. */
function watchWaiting({ views, dwell }: LocalRegions, timeMs: number): void {
  for (let zone = 0; zone < views.state.length; zone++) {
    const state = views.state[zone]!;
    if (state === 0) continue;
    const key = intervalKey(zone, views.previousState[zone]!, state);
    const deviation = intervalDeviation(dwell, key, timeMs - views.enteredMs[zone]!);
    if (deviation > UNUSUAL) noteTiming(views, zone, deviation, 1);
  }
}

function noteTiming(views: LocalViews, zone: number, deviations: number, late: number): void {
  const surprise = Math.min(1, (deviations - UNUSUAL) / 3 + 0.3);
  if (surprise <= views.timing[zone]!) return;
  views.timing[zone] = surprise;
  views.late[zone] = late;
}
