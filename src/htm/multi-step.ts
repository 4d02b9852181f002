/**
 * multi-step.ts - what comes after what comes next: predictions run forward as if they had come true.
 *
 *     predicted cells -> taken as active -> their segments -> predicted cells of the step after -> ...
 *
 * Nothing bursts and nothing learns. Where several futures are possible their cells form a union that may grow from step
 * to step; it is pruned to the cells whose segments see most of it (the best supported futures), all or none of equals.
 * The memory's own state and predictions are as they were afterwards.
 */
import { SEGMENT_COUNT, connectedOf, recognize } from './dendrites.ts';
import { TM_COUNT, type TemporalMemory, activateDendrites } from './temporal-memory.ts';

export type ForwardRun = {
  readonly tm: TemporalMemory;
  /** Steps to look ahead; the first is the memory's own prediction. */
  readonly steps: number;
  /** Cells that are kept of each step's union. */
  readonly maxCells: number;
  /** [steps, columns] 0|1: expected so many steps from now. */
  readonly expected: Uint8Array;
  /** [steps] columns expected; 0 where the future is not known. */
  readonly counts: Uint32Array;
  readonly scratch: { readonly cells: Uint32Array; readonly support: Uint8Array };
};

/** Synapses of a segment are counted in one byte. */
const MOST_SUPPORT = 255;

/** Room for runs of `steps` steps. Throws RangeError unless both limits are whole numbers from 1 on. */
export function openForwardRun(tm: TemporalMemory, steps: number, maxCells: number): ForwardRun {
  for (const [name, value] of Object.entries({ steps, maxCells }))
    if (!(Number.isInteger(value) && value >= 1))
      throw new RangeError(`Expected ${name} to be a whole number from 1 on but received ${value}`);
  const cells = tm.shape.columns * tm.shape.cellsPerColumn;
  return {
    tm,
    steps,
    maxCells,
    expected: new Uint8Array(steps * tm.shape.columns),
    counts: new Uint32Array(steps),
    scratch: {
      cells: new Uint32Array(cells),
      support: new Uint8Array(cells),
    },
  };
}

/** Fill `expected` and `counts` from the present state. */
export function runForward(run: ForwardRun): void {
  const { tm, steps, expected, counts, scratch } = run;
  const { cells } = scratch;
  const { activeCell, activeCells, counts: lengths } = tm.views;
  expected.fill(0);
  counts.fill(0);
  for (let step = 0; step < steps; step++) {
    const predicted = predictedCells(run);
    if (predicted === 0) break;
    const first = step * tm.shape.columns;
    for (let i = 0; i < predicted; i++) {
      const place = first + ((cells[i]! / tm.shape.cellsPerColumn) | 0);
      counts[step]! += 1 - expected[place]!;
      expected[place] = 1;
    }
    if (step + 1 === steps) break;
    activeCell.fill(0);
    for (let i = 0; i < predicted; i++) activeCell[cells[i]!] = 1;
    recognize(tm.dendrites, activeCell, cells, predicted);
  }
  // The list of what is active has not been touched; the map is made anew from it.
  activeCell.fill(0);
  for (let i = lengths[TM_COUNT.active]! + lengths[TM_COUNT.external]!; i > 0; i--) activeCell[activeCells[i - 1]!] = 1;
  activateDendrites(tm);
}

/** The best supported predicted cells, ascending by segment, to `scratch.cells`; returns how many. */
function predictedCells({ tm, maxCells, scratch }: ForwardRun): number {
  const { activeCell, activeSegments, segmentCell, segmentCounts } = tm.views;
  const { cells, support } = scratch;
  const histogram = new Uint32Array(MOST_SUPPORT + 1);
  let found = 0;
  for (let i = 0; i < segmentCounts[SEGMENT_COUNT.active]!; i++) {
    const cell = segmentCell[activeSegments[i]!]!;
    const seen = connectedOf(tm.dendrites, activeCell, activeSegments[i]!);
    if (support[cell] === 0) cells[found++] = cell;
    if (seen > support[cell]!) support[cell] = seen;
  }
  for (let i = 0; i < found; i++) histogram[support[cells[i]!]!]!++;
  let least = MOST_SUPPORT + 1;
  for (let kept = 0; least > 1 && kept + histogram[least - 1]! <= maxCells; least--) kept += histogram[least - 1]!;
  let kept = 0;
  for (let i = 0; i < found; i++) {
    const cell = cells[i]!;
    if (support[cell]! >= least) cells[kept++] = cell;
    support[cell] = 0;
  }
  return kept;
}
