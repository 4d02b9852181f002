/**
 * score.ts - what a model said about a world, held against the truth: which breaks were found, where, how soon, and which
 * alerts were false. Pure functions of labels and alerts.
 *
 * A break is a labelled stretch; stretches at most `JOIN` apart are one. It is found when an alert starts from `BEFORE` before
 * it to `AFTER` after it, or an open alert is updated within it. Every other alert is false; those within `REFRACTORY` of the
 * last false one count once.
 */
import type { Box } from '../../../src/vision/box.ts';

/** The truth of a world: one entry per frame, judged from frame `train` on. */
export type Labels = {
  readonly train: number;
  readonly fps: number;
  readonly kinds: readonly (string | null)[];
  /** Where the break is seen, relative to the picture; null when nothing shows it. */
  readonly boxes: readonly (Box | null)[];
};

/** An alert that begins or goes on. */
export type Said = {
  readonly frame: number;
  readonly change: 'start' | 'update';
  readonly box: Box | null;
  readonly cause: string;
  readonly what: string;
};

export type Break = {
  readonly kind: string;
  /** First and last frame, both labelled. */
  readonly from: number;
  to: number;
  /** The first alert about it. */
  alert: Said | null;
  /** Whether the box of that alert overlaps the true one. */
  isPlaced: boolean;
};

export type Score = {
  readonly breaks: readonly Break[];
  readonly wrong: readonly Said[];
  /** Judged frames. */
  readonly frames: number;
  readonly fps: number;
};

/** Seconds, as whole frames at 10 per second: 3, 2, 40, 50; and how long ago a true box may have been seen last: 30. */
const JOIN_S = 0.3;
const BEFORE_S = 0.2;
const AFTER_S = 4;
const REFRACTORY_S = 5;
const BOX_AGE_S = 3;

export function breaksOf({ train, fps, kinds }: Labels): Break[] {
  const breaks: Break[] = [];
  for (let frame = train; frame < kinds.length; frame++) {
    const kind = kinds[frame];
    if (kind === null || kind === undefined) continue;
    const last = breaks.at(-1);
    if (last !== undefined && frame - last.to <= Math.round(JOIN_S * fps)) last.to = frame;
    else breaks.push({ kind, from: frame, to: frame, alert: null, isPlaced: false });
  }
  return breaks;
}

/**
 * Alerts, and notices that belong to breaks of these kinds: a notice is the right answer to what happens to the camera, and no
 * false alarm anywhere.
 */
export function withNotices(
  labels: Labels,
  said: readonly Said[],
  notices: readonly Said[],
  kinds: readonly string[],
): Said[] {
  const after = Math.round(AFTER_S * labels.fps);
  const spans = breaksOf(labels).filter(({ kind }) => kinds.includes(kind));
  const answers = notices.filter(({ frame }) => spans.some(({ from, to }) => frame >= from && frame <= to + after));
  return [...said, ...answers].toSorted((a, b) => a.frame - b.frame);
}

/** How many of the first breaks of a kind are told soon: within `soonS` of when they are wholly in the picture. */
export function toldSoon(
  { boxes, fps }: Labels,
  { breaks }: Score,
  kind: string,
  first: number,
  soonS: number,
): { readonly told: number; readonly of: number } {
  const asked = breaks.filter((one) => one.kind === kind).slice(0, first);
  const told = asked.filter(({ alert, from, to }) => {
    let whole = from;
    while (whole < to && !isWhole(boxes[whole] ?? null)) whole++;
    return alert !== null && alert.frame <= whole + Math.round(soonS * fps);
  });
  return { told: told.length, of: asked.length };
}

/** Closer to the border than this (share of the picture) something may be cut off. */
const RIM = 0.004;

function isWhole(box: Box | null): boolean {
  if (box === null) return false;
  const [x, y, width, height] = box;
  return x > RIM && y > RIM && x + width < 1 - RIM && y + height < 1 - RIM;
}

/** `said` ascends by frame. */
export function scoreWorld(labels: Labels, said: readonly Said[]): Score {
  const { train, fps, kinds } = labels;
  const breaks = breaksOf(labels);
  const before = Math.round(BEFORE_S * fps);
  const after = Math.round(AFTER_S * fps);
  const wrong: Said[] = [];
  let lastWrong = -Infinity;
  for (const one of said) {
    const { frame, change } = one;
    if (frame < train) continue;
    const hit = breaks.find(({ from, to }) =>
      change === 'start' ? frame >= from - before && frame <= to + after : frame >= from && frame <= to,
    );
    if (hit !== undefined) {
      if (hit.alert !== null) continue;
      hit.alert = one;
      hit.isPlaced = isPlaced(one, labels);
    } else if (change === 'start') {
      if (frame - lastWrong > Math.round(REFRACTORY_S * fps)) wrong.push(one);
      lastWrong = frame;
    }
  }
  return { breaks, wrong, frames: kinds.length - train, fps };
}

/** Against the box of that frame, or the last one seen shortly before. */
function isPlaced({ frame, box }: Said, { boxes, fps }: Labels): boolean {
  if (box === null) return false;
  const age = Math.round(BOX_AGE_S * fps);
  const now = boxes[Math.min(frame, boxes.length - 1)] ?? null;
  const shown = now ?? boxes.slice(Math.max(0, frame - age), frame).findLast((one) => one !== null) ?? null;
  return shown !== null && doOverlap(box, shown);
}

export function doOverlap([ax, ay, aw, ah]: Box, [bx, by, bw, bh]: Box): boolean {
  return ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah;
}

/** The scores of several worlds as one line of a table. */
export type Total = {
  readonly found: number;
  readonly of: number;
  readonly placed: number;
  readonly wrong: number;
  readonly frames: number;
  readonly falsePer5000: number;
  /** Middle of the worlds' own rates, the upper of two. */
  readonly medianFalsePer5000: number;
  readonly falsePerHour: number;
  /** Middle over all found breaks (s); NaN when none was found. */
  readonly delayS: number;
  readonly byKind: { readonly [kind: string]: { readonly found: number; readonly of: number } };
};

export function totalOf(scores: readonly Score[]): Total {
  const breaks = scores.flatMap((score) => score.breaks.map((one) => ({ ...one, fps: score.fps })));
  const found = breaks.filter(({ alert }) => alert !== null);
  const sum = (pick: (score: Score) => number): number => scores.reduce((all, score) => all + pick(score), 0);
  const wrong = sum((score) => score.wrong.length);
  const frames = sum((score) => score.frames);
  const byKind: { [kind: string]: { found: number; of: number } } = {};
  for (const { kind, alert } of breaks) {
    const one = (byKind[kind] ??= { found: 0, of: 0 });
    one.of++;
    if (alert !== null) one.found++;
  }
  return {
    found: found.length,
    of: breaks.length,
    placed: found.filter((one) => one.isPlaced).length,
    wrong,
    frames,
    falsePer5000: (wrong * 5000) / frames,
    medianFalsePer5000: middle(scores.map((score) => (score.wrong.length * 5000) / score.frames)),
    falsePerHour: (wrong * 3600) / sum((score) => score.frames / score.fps),
    delayS: middle(found.map(({ alert, from, fps }) => (alert!.frame - from) / fps)),
    byKind,
  };
}

function middle(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
