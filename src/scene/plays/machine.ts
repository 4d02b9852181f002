/**
 * machine.ts - a belt with two presses: a part comes in, is pressed, goes on, is pressed again and leaves; then the next.
 *
 *     come in -> press 1 -> go on -> press 2 -> leave -> pause -> ...          about 10 s, each step +-5 %
 *
 * Broken cycles, one at a time and never two in a row:
 *     skip        a press stays up, and the part waits below it: labelled as long as the stroke would have lasted
 *     backwards   from the second press the part goes back to the first: labelled while it moves back; then on as usual
 *     freeze      all stands still for 8 to 15 s in the middle of a step
 *     wrong_part  a part of another height, or of the same size without its window
 *
 * Where the belt and the presses are, how large they are and which way the belt runs is dealt. The machine moves in steps of
 * a thirtieth of a second, whatever the frame rate.
 */
import { randomBelow } from '../../memory/random.ts';
import type { Box } from '../../vision/box.ts';
import { between } from '../dice.ts';
import { MACHINE_KINDS, type MachineKind } from '../kinds.ts';
import { type BreakOptions, type Happening, type Play, type Shape, claimBreak, createSchedule } from '../play.ts';

/** Steps of a cycle and their usual time (s). */
const STEPS = [
  ['in', 2],
  ['press1', 1.4],
  ['on', 2],
  ['press2', 1.4],
  ['out', 2],
  ['pause', 1.2],
] as const;
type Step = (typeof STEPS)[number][0] | 'back';
const BACK_S = 2;
const FREEZE_S = [8, 15] as const;
/** Relative to the usual time of a step, each way. */
const JITTER = 0.05;

/** Ticks a second. */
const RATE = 30;
const PRESS = { width: 0.1, height: 0.24, shade: 25 } as const;
/** How far a press comes down, relative to the picture. */
const STROKE = 0.14;
const PART = { width: 0.12, height: 0.12, shade: 215 } as const;
const TALL = 1.7;

/** What is dealt: how things lie in the picture. */
type Layout = {
  readonly belt: number;
  readonly stations: readonly [number, number];
  readonly size: number;
  readonly isMirrored: boolean;
};

type Machine = {
  step: Step;
  /** Ticks that the step takes, and those of it that have passed. */
  length: number;
  passed: number;
  /** What goes wrong in this cycle. */
  kind: MachineKind | null;
  id: number;
  /** Ticks that all still stands. */
  standing: number;
  /** Step in which a freeze begins, or which is skipped. */
  at: Step;
  wasBack: boolean;
  part: Omit<Shape, 'x'>;
};

export function playMachine(options: BreakOptions, random: Uint32Array): Play {
  const cycle = STEPS.reduce((sum, [, seconds]) => sum + seconds, 0);
  const from = options.kinds.length === 0 ? Infinity : options.breaksFrom;
  const schedule = createSchedule(from, options.breakSpacing, 3 * cycle, random);
  const layout: Layout = {
    belt: between(random, 0.62, 0.84),
    stations: [between(random, 0.26, 0.4), between(random, 0.6, 0.75)],
    size: between(random, 0.85, 1.15),
    isMirrored: randomBelow(random, 2) === 0,
  };
  let parts = 2;
  // The kinds take turns, so that each comes up equally often.
  const firstKind = randomBelow(random, MACHINE_KINDS.length);
  const shapes: Shape[] = [];
  let ticks = 0;
  const machine: Machine = {
    step: 'pause',
    length: RATE,
    passed: 0,
    kind: null,
    id: 0,
    standing: 0,
    at: 'in',
    wasBack: false,
    part: partOf(null, layout, parts, random),
  };
  const begin = (step: Step): void => {
    const seconds = STEPS.find(([name]) => name === step)?.[1] ?? BACK_S;
    machine.step = step;
    machine.passed = 0;
    machine.length = Math.round(seconds * RATE * between(random, 1 - JITTER, 1 + JITTER));
    const freezes = machine.kind === 'freeze' && machine.at === step;
    machine.standing = freezes ? Math.round(RATE * between(random, ...FREEZE_S)) : 0;
  };
  const beginCycle = (time: number): void => {
    machine.id = claimBreak(schedule, time);
    machine.kind = machine.id === 0 ? null : MACHINE_KINDS[(firstKind + machine.id) % MACHINE_KINDS.length]!;
    const places: readonly Step[] = machine.kind === 'skip' ? ['press1', 'press2'] : ['press1', 'on', 'press2'];
    machine.at = places[randomBelow(random, places.length)]!;
    machine.wasBack = false;
    machine.part = partOf(machine.kind, layout, ++parts, random);
    begin('in');
  };
  const tick = (): void => {
    const half = machine.length >> 1;
    if (machine.standing > 0 && machine.passed >= half) machine.standing--;
    else if (++machine.passed >= machine.length) {
      const next = followerOf(machine);
      if (next === 'in') beginCycle(ticks / RATE);
      else begin(next);
    }
  };
  return {
    things: [],
    shapes,
    advance(time) {
      for (const now = Math.floor(time * RATE + 1e-6); ticks < now; ticks++) {
        if (machine.step !== 'pause' || ticks / RATE < options.silentFrom) tick();
      }
      show(machine, layout, shapes);
      return happeningOf(machine, shapes);
    },
  };
}

function partOf(kind: MachineKind | null, { belt, size }: Layout, id: number, random: Uint32Array): Machine['part'] {
  const isTall = kind === 'wrong_part' && randomBelow(random, 2) === 0;
  const height = PART.height * size * (isTall ? TALL : 1);
  return { ...PART, id, width: PART.width * size, height, y: belt - height, isPlain: kind === 'wrong_part' && !isTall };
}

function followerOf(machine: Machine): Step {
  if (machine.step === 'back') return 'press1';
  if (machine.kind === 'backwards' && machine.step === 'press2' && !machine.wasBack) {
    machine.wasBack = true;
    return 'back';
  }
  const index = STEPS.findIndex(([name]) => name === machine.step);
  return STEPS[(index + 1) % STEPS.length]![0];
}

/** The presses first, numbers 1 and 2; the part last in the list. */
function show(machine: Machine, { belt, stations, size, isMirrored }: Layout, shapes: Shape[]): void {
  shapes.length = 0;
  const done = machine.passed / machine.length;
  const turned = (x: number, width: number): number => (isMirrored ? 1 - x - width : x);
  stations.forEach((x, station) => {
    const isAt = machine.step === (station === 0 ? 'press1' : 'press2');
    const isDown = isAt && !(machine.kind === 'skip' && machine.at === machine.step);
    const down = isDown ? STROKE * size * (done < 0.5 ? 2 * done : 2 - 2 * done) : 0;
    const width = PRESS.width * size;
    const height = PRESS.height * size;
    // It reaches the top of a usual part when it is down.
    const y = belt - (PART.height + STROKE) * size - height + down;
    shapes.push({
      id: station + 1,
      x: turned(x - width / 2, width),
      y,
      width,
      height,
      shade: PRESS.shade,
      isPlain: false,
    });
  });
  if (machine.step === 'pause') return;
  const [first, second] = stations;
  const { width } = machine.part;
  const travel: { readonly [step in Exclude<Step, 'pause'>]: readonly [number, number] } = {
    in: [-width / 2, first],
    press1: [first, first],
    on: [first, second],
    press2: [second, second],
    out: [second, 1 + width / 2],
    back: [second, first],
  };
  const [from, to] = travel[machine.step];
  shapes.push({ ...machine.part, x: turned(from + (to - from) * done - width / 2, width) });
}

function happeningOf(machine: Machine, shapes: readonly Shape[]): Happening | null {
  const { kind, id, step, at, standing, passed, length } = machine;
  if (kind === null || step === 'pause') return null;
  const [press1, press2, part] = shapes;
  const told = (shape: Shape | undefined): Happening => ({
    kind,
    id,
    thing: shape?.id ?? null,
    onlyInSight: kind === 'wrong_part',
  });
  switch (kind) {
    case 'skip': {
      if (step !== at) return null;
      // As far down as it would have come.
      const press = at === 'press1' ? press1! : press2!;
      const { x, y, width, height } = press;
      const box: Box = [x, y, width, (height * (PRESS.height + STROKE)) / PRESS.height];
      return { ...told(press), box };
    }
    case 'backwards':
      return step === 'back' ? told(part) : null;
    case 'freeze':
      return step === at && standing > 0 && passed >= length >> 1 ? told(part) : null;
    case 'wrong_part':
      return part === undefined ? null : told(part);
  }
}
