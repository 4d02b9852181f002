/**
 * visits.ts - what tells best that a visit is out of order: the same visits of the same rendered scenes, asked of the model's
 * table, of count tables, and of a temporal memory (bench/visits/askers.ts).
 *
 *     npm run bench:visits -- [--suite order,routines,...] [--seeds 1,2,3,4,5] [--truth]
 *
 * found   broken ones with evidence above the threshold that lets .4 false ones per 5,000 frames through, set for each asker
 *         with knowledge of the labels: what it can know at best; and how many false ones that threshold really lets through
 * --truth asks about visits of the scene's own things, followed without fault: what is lost by following is the difference
 */
import { parseArgs } from 'node:util';
import { formatTable } from '../../src/cli/output.ts';
import { createCortex } from '../../src/cortex/cortex.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import { lookAt, nothingSeen, watchPicture } from '../../src/cortex/sight.ts';
import { paintThing } from '../../src/scene/paint/figures.ts';
import { type Scene, createScene, renderNext } from '../../src/scene/scene.ts';
import { isThere } from '../../src/scene/thing.ts';
import { LIVE, type Things, TRAIL } from '../../src/things/pool.ts';
import type { SeenThing, Truth } from '../../src/scene/play.ts';
import { beginFrame, endVisitor, followVisitors, forgetVisitors } from '../../src/visits/follow.ts';
import { type Label, judgeAlerts } from './detection/measures.ts';
import { SUITES, SUITE_NAMES, type SuiteName, sceneOptions } from './detection/suites.ts';
import { type Asker, createAskers } from './visits/askers.ts';
import { numbersOf, oneOf } from './worlds/options.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const { values: args } = parseArgs({
  options: {
    suite: { type: 'string', default: 'order,routines,routines4,routines5,routines_two,routines_traffic' },
    seeds: { type: 'string', default: '1,2,3,4,5' },
    truth: { type: 'boolean', default: false },
  },
});

const settings = PRESETS.pi4;
const { width, height, fps } = settings;
const FALSE_PER_5000 = 0.4;
const LEAST_BITS = 1;
/** Sides of a box that can be seen (shares of the picture), and the share of a thing that must be in it to be judged. */
const LEAST_SEEN = 0.02;
const ENOUGH_SEEN = 0.4;

type Word = { readonly frame: number; readonly bits: number };
type Watched = { readonly labels: readonly Label[]; readonly words: ReadonlyMap<string, readonly Word[]> };

const suites = args.suite.split(',').map((name) => oneOf('suite', SUITE_NAMES, name));
const seeds = numbersOf('seeds', args.seeds);
for (const suite of suites) {
  const watched = seeds.map((seed) => watch(suite, seed));
  const { warmup, frames } = SUITES[suite];
  const allowed = Math.floor((FALSE_PER_5000 * (frames - warmup) * seeds.length) / 5000);
  const rows = createAskers().map(({ name, bytes }) => {
    const judged = watched.map(({ labels, words }) => ({ labels, words: words.get(name)! }));
    const threshold = thresholdFor(judged, warmup, allowed);
    const { found, of, wrong } = count(judged, warmup, threshold);
    const rate = (wrong * 5000) / ((frames - warmup) * seeds.length);
    return [name, `${found}/${of}`, rate.toFixed(2), threshold.toFixed(1), `${Math.round(bytes / 1024)} KB`];
  });
  console.log(
    `\n${suite}, seeds ${args.seeds}: ${SUITES[suite].about}${args.truth ? ' (followed without fault)' : ''}`,
  );
  console.log(formatTable([['asked', 'found', 'false per 5,000', 'bits', 'memory'], ...rows]));
}

type Judged = { readonly labels: readonly Label[]; readonly words: readonly Word[] };

function count(judged: readonly Judged[], warmup: number, threshold: number) {
  let [found, of, wrong] = [0, 0, 0];
  for (const { labels, words } of judged) {
    const alerts = words.filter(({ bits }) => bits > threshold).map(({ frame }) => ({ frame, cause: '', what: '' }));
    const outcome = judgeAlerts(labels, alerts, warmup);
    found += outcome.found.size;
    of += labels.length;
    wrong += outcome.wrong.length;
  }
  return { found, of, wrong };
}

/** The lowest threshold with so few false ones. */
function thresholdFor(judged: readonly Judged[], warmup: number, allowed: number): number {
  const values = [...new Set(judged.flatMap(({ words }) => words.map(({ bits }) => bits)))].toSorted((a, b) => a - b);
  for (const threshold of [LEAST_BITS, ...values.filter((bits) => bits > LEAST_BITS)])
    if (count(judged, warmup, threshold).wrong <= allowed) return threshold;
  return Infinity;
}

/** All visits of a scene, asked of everybody. */
function watch(suite: SuiteName, seed: number): Watched {
  const { warmup, frames } = SUITES[suite];
  const scene = createScene({ ...sceneOptions(suite, warmup, fps), seed, width, height, fps });
  const cortex = createCortex(planCortex(settings), seed);
  const { sight } = cortex;
  const { visitors } = cortex.visits;
  const askers = createAskers();
  const words = new Map(askers.map(({ name }) => [name, [] as Word[]]));
  const labels = new Map<string, Label>();
  const luma = new Uint8Array(width * height);
  for (let frame = 0; frame < frames; frame++) {
    const truth = args.truth ? truthOf(scene, frame) : renderNext(scene, luma);
    note(labels, truth, frame);
    const timeMs = ((frame + 1) * 1000) / fps;
    const ended = (slot: number): void => endVisitor(visitors, sight.things, slot, timeMs, true);
    if (args.truth) showTruth(sight.things, truth, timeMs, ended);
    else {
      const seen = nothingSeen();
      lookAt(sight, watchPicture(sight, luma, timeMs, 1000 / fps, true), timeMs, 1000 / fps, ended, seen);
      if (seen.isBroken) forgetVisitors(visitors);
    }
    followVisitors(visitors, sight.things, timeMs, true);
    for (const asker of askers) ask(asker, words.get(asker.name)!, frame, timeMs);
    beginFrame(visitors);
  }
  const whole = [...labels.values()].filter(({ last }) => last + 4 * fps < frames);
  return { labels: whole, words };

  function ask(asker: Asker, into: Word[], frame: number, timeMs: number): void {
    const { told, toldKind, toldFresh } = visitors.follow;
    asker.wait(timeMs);
    for (let i = 0; i < told[0]!; i++) into.push({ frame, bits: asker.take(toldKind[i]!, toldFresh[i] === 1, timeMs) });
  }
}

function note(labels: Map<string, Label>, { kind, id }: Truth, frame: number): void {
  if (kind === null) return;
  const label = labels.get(`${kind} ${id}`) ?? { id: `${kind} ${id}`, kind, first: frame, last: frame };
  label.last = frame;
  labels.set(label.id, label);
}

/** What a frame would show, without its picture: nothing is painted but the things, for their boxes. */
function truthOf({ play, canvas, staged, sun }: Scene, frame: number): Truth {
  const time = frame / fps;
  const happening = play.advance(time);
  const things: SeenThing[] = [];
  let isInSight = false;
  for (const thing of play.things) {
    const whole = isThere(thing, time) ? paintThing(canvas, staged.camera, sun, thing, time) : null;
    if (whole === null) continue;
    const [left, top] = [Math.max(0, whole[0]), Math.max(0, whole[1])];
    const [wide, high] = [Math.min(1, whole[0] + whole[2]) - left, Math.min(1, whole[1] + whole[3]) - top];
    if (wide < LEAST_SEEN || high < LEAST_SEEN) continue;
    things.push({ id: thing.id, kind: thing.kind, box: [left, top, wide, high] });
    if (thing.id === happening?.thing) isInSight = wide * high > ENOUGH_SEEN * whole[2] * whole[3];
  }
  const isShown = happening !== null && (!happening.onlyInSight || isInSight);
  return { kind: isShown ? happening.kind : null, id: isShown ? happening.id : 0, box: null, things };
}

/** Put the scene's own things into the pool, one slot each. */
function showTruth(things: Things, truth: Truth, timeMs: number, ended: (slot: number) => void): void {
  const aspect = width / height;
  for (let slot = 0; slot < things.status.length; slot++) {
    if (things.status[slot] !== LIVE || truth.things.some(({ id }) => id === things.id[slot])) continue;
    ended(slot);
    things.status[slot] = 0;
  }
  for (const { id, box } of truth.things) {
    const [x, y] = [(box[0] + box[2] / 2) * aspect, box[1] + box[3] / 2];
    let slot = things.id.findIndex((held, at) => held === id && things.status[at] === LIVE);
    if (slot < 0) {
      slot = things.status.indexOf(0);
      if (slot < 0) continue;
      things.status[slot] = LIVE;
      things.id[slot] = id;
      things.bornMs[slot] = timeMs;
      things.birthX[slot] = x;
      things.birthY[slot] = y;
      things.trailLength[slot] = 0;
    }
    [things.x[slot], things.y[slot], things.blob[slot]] = [x, y, 0];
    [things.width[slot], things.height[slot]] = [box[2] * aspect, box[3]];
    const at = (things.trailAt[slot]! + 1) % TRAIL;
    things.trailAt[slot] = at;
    things.trailLength[slot] = Math.min(TRAIL, things.trailLength[slot]! + 1);
    [things.trailX[slot * TRAIL + at], things.trailY[slot * TRAIL + at]] = [x, y];
    things.trailMs[slot * TRAIL + at] = timeMs;
  }
}
