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
 */
import { randomBelow } from '../memory/random.ts';
import { MACHINE_KINDS, type MachineKind } from './kinds.ts';
import { NOTHING, type Play, type Shape, type Truth, between, claimBreak, createSchedule, visibleBox } from './play.ts';

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

const BELT_Y = 0.72;
const STATIONS = [0.34, 0.68] as const;
const PRESS = { y: 0.2, width: 0.1, height: 0.24, shade: 25 } as const;
/** How far a press comes down, relative to the picture. */
const STROKE = 0.14;
const PART = { width: 0.12, height: 0.12, shade: 215 } as const;
const TALL = 1.7;

export type MachineOptions = {
  readonly anomaliesFrom: number;
  readonly anomalySpacing: number;
  readonly fps: number;
};

type Machine = {
  step: Step;
  /** Frames that the step takes, and those of it that have passed. */
  length: number;
  passed: number;
  /** What goes wrong in this cycle. */
  kind: MachineKind | null;
  id: number;
  /** Frames that all still stands. */
  standing: number;
  /** Step in which a freeze begins, or which is skipped. */
  at: Step;
  wasBack: boolean;
  part: Omit<Shape, 'x'>;
};

export function playMachine(options: MachineOptions, random: Uint32Array): Play {
  const { fps } = options;
  const cycle = STEPS.reduce((sum, [, seconds]) => sum + seconds, 0) * fps;
  const schedule = createSchedule(options.anomaliesFrom, options.anomalySpacing, Math.round(3 * cycle), random);
  // The kinds take turns, so that each comes up equally often.
  const firstKind = randomBelow(random, MACHINE_KINDS.length);
  const things: Shape[] = [];
  const machine: Machine = {
    step: 'pause',
    length: fps,
    passed: 0,
    kind: null,
    id: 0,
    standing: 0,
    at: 'in',
    wasBack: false,
    part: partOf(null, random),
  };
  const begin = (step: Step): void => {
    const seconds = STEPS.find(([name]) => name === step)?.[1] ?? BACK_S;
    machine.step = step;
    machine.passed = 0;
    machine.length = Math.round(seconds * fps * between(random, 1 - JITTER, 1 + JITTER));
    const freezes = machine.kind === 'freeze' && machine.at === step;
    machine.standing = freezes ? Math.round(between(random, FREEZE_S[0] * fps, FREEZE_S[1] * fps)) : 0;
  };
  const beginCycle = (frame: number): void => {
    machine.id = claimBreak(schedule, frame);
    machine.kind = machine.id === 0 ? null : MACHINE_KINDS[(firstKind + machine.id) % MACHINE_KINDS.length]!;
    const places: readonly Step[] = machine.kind === 'skip' ? ['press1', 'press2'] : ['press1', 'on', 'press2'];
    machine.at = places[randomBelow(random, places.length)]!;
    machine.wasBack = false;
    machine.part = partOf(machine.kind, random);
    begin('in');
  };
  return {
    things,
    advance(frame) {
      const half = machine.length >> 1;
      if (machine.standing > 0 && machine.passed >= half) machine.standing--;
      else if (++machine.passed >= machine.length) {
        const next = followerOf(machine);
        if (next === 'in') beginCycle(frame);
        else begin(next);
      }
      paint(machine, things);
      return truthOf(machine, things);
    },
  };
}

function partOf(kind: MachineKind | null, random: Uint32Array): Machine['part'] {
  const isTall = kind === 'wrong_part' && randomBelow(random, 2) === 0;
  const height = isTall ? PART.height * TALL : PART.height;
  return { ...PART, height, y: BELT_Y - height, isPlain: kind === 'wrong_part' && !isTall };
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

/** The presses first, the part last in the list. */
function paint(machine: Machine, things: Shape[]): void {
  things.length = 0;
  const done = machine.passed / machine.length;
  STATIONS.forEach((x, station) => {
    const isAt = machine.step === (station === 0 ? 'press1' : 'press2');
    const isDown = isAt && !(machine.kind === 'skip' && machine.at === machine.step);
    const down = isDown ? STROKE * (done < 0.5 ? 2 * done : 2 - 2 * done) : 0;
    things.push({ ...PRESS, x: x - PRESS.width / 2, y: PRESS.y + down });
  });
  if (machine.step === 'pause') return;
  const [first, second] = STATIONS;
  const travel: { readonly [step in Exclude<Step, 'pause'>]: readonly [number, number] } = {
    in: [-PART.width / 2, first],
    press1: [first, first],
    on: [first, second],
    press2: [second, second],
    out: [second, 1 + PART.width / 2],
    back: [second, first],
  };
  const [from, to] = travel[machine.step];
  things.push({ ...machine.part, x: from + (to - from) * done - PART.width / 2 });
}

function truthOf(machine: Machine, things: readonly Shape[]): Truth {
  const { kind, id, step, at, standing, passed, length } = machine;
  if (kind === null || step === 'pause') return NOTHING;
  const [press1, press2, part] = things;
  const label = (shape: Shape | undefined): Truth => ({
    kind,
    id,
    box: shape === undefined ? null : visibleBox(shape),
  });
  switch (kind) {
    case 'skip':
      if (step !== at) return NOTHING;
      return label({ ...(at === 'press1' ? press1! : press2!), height: PRESS.height + STROKE });
    case 'backwards':
      return step === 'back' ? label(part) : NOTHING;
    case 'freeze':
      return step === at && standing > 0 && passed >= length >> 1 ? label(part) : NOTHING;
    case 'wrong_part': {
      const shown = part === undefined ? null : visibleBox(part);
      return shown === null ? NOTHING : { kind, id, box: shown };
    }
  }
}
