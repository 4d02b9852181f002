/**
 * memory.ts - kernels of one step of a temporal memory; see kernels.ts.
 *
 * `tm` is the byte offset of the memory's `memoryArgs`, `pool` that of its pool's `poolArgs` (memory-kernels.ts).
 */
import {
  adaptSegment,
  allocateSegment,
  cellOf,
  creditSegment,
  growSynapses,
  segmentsOfCell,
  synapsesOf,
} from './pool';

const NO_SEGMENT: u32 = 0xffffffff;

// Places in `memoryArgs`; the same as MEMORY_ARG of memory-kernels.ts.
// @ts-ignore: only AssemblyScript decorates functions
@inline
function arg(tm: usize, place: usize): u32 {
  return load<u32>(tm + (place << 2));
}
// Places in `counts`; the same as TM_COUNT of temporal-memory.ts.
const ACTIVE: usize = 0;
const WINNERS: usize = 4;
const ACTIVE_COLUMNS: usize = 8;
const PREDICTED_ACTIVE: usize = 12;
const BURSTING: usize = 16;
const PREDICTED_COLUMNS: usize = 20;
const EXTERNAL: usize = 24;

// @ts-ignore: only AssemblyScript decorates functions
@inline
function item(at: usize, i: u32, wide: bool): u32 {
  return wide ? load<u32>(at + (i << 2)) : <u32>load<u16>(at + (i << 1));
}
// @ts-ignore: only AssemblyScript decorates functions
@inline
function setItem(at: usize, i: u32, value: u32, wide: bool): void {
  if (wide) store<u32>(at + (i << 2), value);
  else store<u16>(at + (i << 1), <u16>value);
}

/** Twin: `activateCells` of temporal-memory.ts, for memories without feedback. `count` columns are in `columnInput`. */
export function activateCells(tm: usize, pool: usize, count: u32, learn: u32): void {
  const wide = arg(tm, 31) != 0;
  const counts = <usize>arg(tm, 3);
  const candidates = rememberPrevious(tm, counts, wide);
  const columnActive = <usize>arg(tm, 10);
  const bursting = <usize>arg(tm, 11);
  const columns = <usize>arg(tm, 23);
  memory.fill(columnActive, 0, arg(tm, 21));
  let burst: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const column = load<u32>(columns + (i << 2));
    store<u8>(columnActive + column, 1);
    if (load<u8>(arg(tm, 8) + column) != 0) continue;
    // Ascending, as the columns mostly come.
    let place = bursting + (burst << 2);
    while (place > bursting && load<u32>(place - 4) > column) {
      store<u32>(place, load<u32>(place - 4));
      place -= 4;
    }
    store<u32>(place, column);
    burst++;
  }
  store<u32>(counts, count, ACTIVE_COLUMNS);
  store<u32>(counts, burst, BURSTING);
  store<u32>(counts, count - burst, PREDICTED_ACTIVE);
  activatePredicted(tm, pool, counts, candidates, learn, wide);
  if (learn && arg(tm, 30) != 0) punish(tm, pool, columnActive);
  const cells = arg(tm, 22);
  const active = <usize>arg(tm, 1);
  for (let i: u32 = 0; i < burst; i++) {
    const column = load<u32>(bursting + (i << 2));
    const first = column * cells;
    const from = load<u32>(counts, ACTIVE);
    memory.fill(<usize>arg(tm, 0) + first, 1, cells);
    for (let cell: u32 = 0; cell < cells; cell++) setItem(active, from + cell, first + cell, wide);
    store<u32>(counts, from + cells, ACTIVE);
    learnBursting(tm, pool, counts, column, candidates, learn, wide);
  }
}

/** Twin: `rememberPrevious`. */
function rememberPrevious(tm: usize, counts: usize, wide: bool): u32 {
  const activeCell = <usize>arg(tm, 0);
  const activeCells = <usize>arg(tm, 1);
  const winnerCells = <usize>arg(tm, 2);
  const previous = <usize>arg(tm, 4);
  const previousCells = <usize>arg(tm, 5);
  const candidates = <usize>arg(tm, 7);
  const active = load<u32>(counts, ACTIVE);
  const external = load<u32>(counts, EXTERNAL);
  const winners = load<u32>(counts, WINNERS);
  const shift: usize = wide ? 2 : 1;
  memory.copy(candidates, winnerCells, <usize>winners << shift);
  memory.copy(candidates + (<usize>winners << shift), activeCells + (<usize>active << shift), <usize>external << shift);
  const before = load<u32>(arg(tm, 6));
  for (let i: u32 = 0; i < before; i++) store<u8>(previous + item(previousCells, i, wide), 0);
  for (let i: u32 = 0; i < active + external; i++) {
    const source = item(activeCells, i, wide);
    setItem(previousCells, i, source, wide);
    store<u8>(previous + source, 1);
    store<u8>(activeCell + source, 0);
  }
  store<u32>(arg(tm, 6), active + external);
  store<u32>(counts, 0, ACTIVE);
  store<u32>(counts, 0, WINNERS);
  store<u32>(counts, 0, EXTERNAL);
  return winners + external;
}

// @ts-ignore: only AssemblyScript decorates functions
@inline
function win(tm: usize, counts: usize, cell: u32, wide: bool): void {
  const winners = load<u32>(counts, WINNERS);
  setItem(arg(tm, 2), winners, cell, wide);
  store<u32>(counts, winners + 1, WINNERS);
}
// @ts-ignore: only AssemblyScript decorates functions
@inline
function potentialOf(tm: usize, segment: u32): u32 {
  return <u32>load<u8>(<usize>arg(tm, 12) + segment);
}

/** Twin: `activatePredictedColumns`. */
function activatePredicted(tm: usize, pool: usize, counts: usize, candidates: u32, learn: u32, wide: bool): void {
  const segments = <usize>arg(tm, 13);
  const length = load<u32>(arg(tm, 15));
  const activeCell = <usize>arg(tm, 0);
  for (let i: u32 = 0; i < length; i++) {
    const segment = load<u32>(segments + (i << 2));
    const cell = cellOf(pool, segment);
    if (load<u8>(<usize>arg(tm, 10) + cell / arg(tm, 22)) == 0) continue;
    if (load<u8>(activeCell + cell) == 0) {
      store<u8>(activeCell + cell, 1);
      const active = load<u32>(counts, ACTIVE);
      setItem(arg(tm, 1), active, cell, wide);
      store<u32>(counts, active + 1, ACTIVE);
      win(tm, counts, cell, wide);
    }
    if (!learn) continue;
    creditSegment(pool, segment);
    reinforce(tm, pool, segment, candidates);
  }
}

/** Twin: `punishPredictedColumns`. */
function punish(tm: usize, pool: usize, columnActive: usize): void {
  const segments = <usize>arg(tm, 14);
  const length = load<u32>(arg(tm, 15), 4);
  for (let i: u32 = 0; i < length; i++) {
    const segment = load<u32>(segments + (i << 2));
    if (load<u8>(columnActive + cellOf(pool, segment) / arg(tm, 22)) != 0) continue;
    adaptSegment(pool, segment, arg(tm, 4), -(<i32>arg(tm, 30)), 0);
  }
}

/** Twin: `reinforce`. */
function reinforce(tm: usize, pool: usize, segment: u32, candidates: u32): void {
  const missing = <i32>arg(tm, 26) - <i32>potentialOf(tm, segment);
  if (!adaptSegment(pool, segment, arg(tm, 4), <i32>arg(tm, 27), <i32>arg(tm, 28))) return;
  if (missing > 0) growTo(tm, pool, segment, <u32>missing, candidates);
}

function growTo(tm: usize, pool: usize, segment: u32, wanted: u32, candidates: u32): void {
  growSynapses(pool, segment, min<u32>(wanted, candidates), arg(tm, 7), candidates, arg(tm, 4), arg(tm, 29));
}

/** Twin: `learnInBurstingColumn`. */
function learnBursting(
  tm: usize,
  pool: usize,
  counts: usize,
  column: u32,
  candidates: u32,
  learn: u32,
  wide: bool,
): void {
  const cells = arg(tm, 22);
  const segment = load<u32>(<usize>arg(tm, 9) + (column << 2));
  if (
    segment != NO_SEGMENT &&
    synapsesOf(pool, segment) != 0 &&
    cellOf(pool, segment) / cells == column &&
    potentialOf(tm, segment) >= arg(tm, 25)
  ) {
    win(tm, counts, cellOf(pool, segment), wide);
    if (learn) reinforce(tm, pool, segment, candidates);
    return;
  }
  let cell = column * cells;
  let fewest = segmentsOfCell(pool, cell);
  for (let other = cell + 1, end = cell + cells; other < end; other++) {
    const has = segmentsOfCell(pool, other);
    if (has >= fewest) continue;
    fewest = has;
    cell = other;
  }
  win(tm, counts, cell, wide);
  if (!learn || candidates == 0) return;
  const grown = allocateSegment(pool, cell, arg(tm, 24));
  store<u8>(<usize>arg(tm, 12) + grown, 0);
  growTo(tm, pool, grown, arg(tm, 26), candidates);
}

/** Twin: what `activateDendrites` makes of the listed segments. */
export function predictColumns(tm: usize, pool: usize): void {
  const columns = arg(tm, 21);
  const cells = arg(tm, 22);
  const best = <usize>arg(tm, 9);
  const predicted = <usize>arg(tm, 8);
  memory.fill(best, 255, <usize>columns << 2);
  memory.fill(predicted, 0, columns);
  const matching = load<u32>(arg(tm, 15), 4);
  for (let i: u32 = 0; i < matching; i++) {
    const segment = load<u32>(<usize>arg(tm, 14) + (i << 2));
    const place = best + ((cellOf(pool, segment) / cells) << 2);
    const rival = load<u32>(place);
    if (rival == NO_SEGMENT || potentialOf(tm, segment) > potentialOf(tm, rival)) store<u32>(place, segment);
  }
  const active = load<u32>(arg(tm, 15));
  let found: u32 = 0;
  for (let i: u32 = 0; i < active; i++) {
    const place = predicted + cellOf(pool, load<u32>(<usize>arg(tm, 13) + (i << 2))) / cells;
    found += <u32>(load<u8>(place) == 0);
    store<u8>(place, 1);
  }
  store<u32>(arg(tm, 3), found, PREDICTED_COLUMNS);
}
