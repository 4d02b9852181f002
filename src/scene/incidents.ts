/**
 * incidents.ts - what happens to the camera, or to the light as a whole. One at a time; the kinds take turns.
 *
 *     lamp       the light jumps by half; 20 to 40 s later it jumps back. Each jump is labelled for 2 s
 *     ir_cut     the same with the camera's infrared filter: contrast, shading and grain change
 *     knocked    the picture jumps by some pixels and stays there; labelled for 2 s
 *     covered    something dark lies over the lens for 10 to 30 s, labelled throughout
 *     defocused  all is blurred for 10 to 30 s, labelled throughout
 *     frozen     the very same frame again and again for 10 to 30 s, labelled throughout
 */
import { randomBelow } from '../memory/random.ts';
import type { IncidentKind } from './kinds.ts';
import type { Exposure } from './nuisance/nuisance.ts';
import { INFRARED_GRAIN, paintInfrared } from './nuisance/infrared.ts';
import { between } from './dice.ts';
import { type Happening, type Schedule, claimBreak, createSchedule } from './play.ts';

const LASTS_S = [10, 30] as const;
const SWITCHED_S = [20, 40] as const;
const SWITCH_LABEL_S = 2;
/** From one incident to the next at least (s), switching back included. */
const LEAST_S = 60;
const LAMP_FACTOR = 1.5;
/** A knock moves the picture by so much of its height, each way. */
const KNOCK = [0.04, 0.1] as const;
const BLUR_RADIUS = 0.02;

export type Incidents = {
  readonly schedule: Schedule;
  /** Those that may happen, in turn. */
  readonly kinds: readonly IncidentKind[];
  readonly firstKind: number;
  /** The last incident, and the times (s) up to which it lasts and is labelled. */
  kind: IncidentKind | null;
  id: number;
  until: number;
  labelledUntil: number;
  isBack: boolean;
  /** Share of the picture's height by which it was knocked aside. */
  shift: readonly [number, number];
  readonly scratch: Uint8Array;
  /** The frame before, as the camera gave it. */
  readonly last: Uint8Array;
};

/** `from`, `spacing`: seconds. */
export function createIncidents(
  kinds: readonly IncidentKind[],
  from: number,
  spacing: number,
  pixels: number,
  random: Uint32Array,
): Incidents {
  return {
    schedule: createSchedule(from, spacing, LEAST_S, random),
    kinds,
    firstKind: randomBelow(random, kinds.length),
    kind: null,
    id: 0,
    until: 0,
    labelledUntil: 0,
    isBack: true,
    shift: [0, 0],
    scratch: new Uint8Array(pixels),
    last: new Uint8Array(pixels),
  };
}

/** Go on to a time; returns what happens to the camera then. */
export function advanceIncidents(incidents: Incidents, time: number): Happening | null {
  const { schedule } = incidents;
  const isSwitch = incidents.kind === 'lamp' || incidents.kind === 'ir_cut';
  if (isSwitch && !incidents.isBack && time >= incidents.until) {
    incidents.isBack = true;
    incidents.labelledUntil = time + SWITCH_LABEL_S;
    incidents.id = ++schedule.count;
  }
  if (claimBreak(schedule, time) !== 0) begin(incidents, time);
  if (time >= incidents.labelledUntil || incidents.kind === null) return null;
  return { kind: incidents.kind, id: incidents.id, thing: null, onlyInSight: false };
}

function begin(incidents: Incidents, time: number): void {
  const { schedule } = incidents;
  const { random } = schedule;
  const { kinds } = incidents;
  const previous = incidents.kind === null ? incidents.firstKind : kinds.indexOf(incidents.kind);
  const kind = kinds[(previous + 1) % kinds.length]!;
  const isSwitch = kind === 'lamp' || kind === 'ir_cut';
  incidents.kind = kind;
  incidents.id = schedule.count;
  const [low, high] = isSwitch ? SWITCHED_S : LASTS_S;
  incidents.until = kind === 'knocked' ? time : time + between(random, low, high);
  incidents.labelledUntil = isSwitch || kind === 'knocked' ? time + SWITCH_LABEL_S : incidents.until;
  incidents.isBack = !isSwitch;
  if (kind === 'knocked') incidents.shift = knock(incidents.shift, random);
}

/** Somewhere else, and not farther from the beginning than one knock. */
function knock(from: readonly [number, number], random: Uint32Array): [number, number] {
  const one = (now: number): number => {
    const size = between(random, ...KNOCK);
    return now > 0 || (now === 0 && randomBelow(random, 2) === 0) ? -size : size;
  };
  return [one(from[0]), one(from[1])];
}

/** px to the right and down by which the picture was knocked aside: what is painted at (x, y) was at (x + shift, y + shift). */
export function shiftOf({ shift: [x, y] }: Incidents, height: number): readonly [number, number] {
  return [Math.round(x * height), Math.round(y * height)];
}

/** What is seen of it in the painted scene [height, width]; in place. */
export function paintIncidents(incidents: Incidents, time: number, plane: Uint8Array, width: number): void {
  const { kind, scratch, until } = incidents;
  const height = plane.length / width;
  const shift = shiftOf(incidents, height);
  if (shift[0] !== 0 || shift[1] !== 0) {
    scratch.set(plane);
    for (let y = 0, i = 0; y < height; y++) {
      const row = Math.min(height - 1, Math.max(0, y + shift[1])) * width;
      for (let x = 0; x < width; x++, i++) plane[i] = scratch[row + Math.min(width - 1, Math.max(0, x + shift[0]))]!;
    }
  }
  if (time >= until) return;
  if (kind === 'ir_cut') paintInfrared(plane, width, height);
  // Not quite black, and lighter on one side: cloth over the lens.
  if (kind === 'covered') for (let i = 0; i < plane.length; i++) plane[i] = 14 + Math.floor((8 * (i % width)) / width);
  if (kind === 'defocused') {
    const radius = Math.max(1, Math.round(BLUR_RADIUS * width));
    for (let pass = 0; pass < 2; pass++) {
      blur(plane, scratch, width, 1, radius);
      blur(scratch, plane, width, width, radius);
    }
  }
}

/** Mean over 2 * radius + 1 pixels along rows (`stride` 1) or columns (`stride` = width); the border counts on outside. */
function blur(from: Uint8Array, to: Uint8Array, width: number, stride: number, radius: number): void {
  const length = stride === 1 ? width : from.length / width;
  const lines = from.length / length;
  for (let line = 0; line < lines; line++) {
    const base = stride === 1 ? line * width : line;
    const at = (index: number): number => from[base + Math.min(length - 1, Math.max(0, index)) * stride]!;
    let sum = 0;
    for (let index = -radius - 1; index < radius; index++) sum += at(index);
    for (let index = 0; index < length; index++) {
      sum += at(index + radius) - at(index - radius - 1);
      to[base + index * stride] = Math.round(sum / (2 * radius + 1));
    }
  }
}

/** What it does to the exposure. */
export function exposeIncidents({ kind, until }: Incidents, time: number, exposure: Exposure): void {
  if (time >= until) return;
  if (kind === 'lamp') exposure.gain *= LAMP_FACTOR;
  if (kind === 'ir_cut') exposure.grain = INFRARED_GRAIN;
}

/** The last word on a frame: a frozen camera gives the one before, bit by bit. */
export function freezeIncidents({ kind, until, last }: Incidents, time: number, luma: Uint8Array): void {
  if (kind === 'frozen' && time < until) luma.set(last);
  else last.set(luma);
}
