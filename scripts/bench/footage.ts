/**
 * footage.ts - breaks on real footage: each clip of a folder is cut in two; the model learns the first part, looped, and is
 * tested on the second one, between ordinary stretches that it never saw.
 *
 *     npm run bench:footage -- --data FOLDER [--clips NAME,...] [--learn-minutes 15] [--rounds 1] [--width 320] [--fps 10]
 *                              [--seconds 120] [--preset pi4] [--seed 1] [--alarms-per-day N] [--at-once 2] [--program MAIN.js]
 *                              [--cache FOLDER] [--list-false] [--json]
 *
 *     breaks         played backwards, a figure where nothing goes, a figure that stands 15 s where much goes on; a covered,
 *                    defocused, knocked camera and one that gives the same picture again and again
 *     disturbances   noise, coarse compression, shake, dimming, an insect: whatever is alerted there is false
 *     found          an alert from .2 s before to 4 s after a break; for those of the camera an event of any kind
 *     wrong words    sentences that cannot be true in what they claim (footage/words.ts)
 *
 * `--seconds` is how much of a long clip is used. Nothing of the footage is kept but videos in the cache.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatTable } from '../../src/cli/output.ts';
import { type Composed, type ComposeOptions, composeClip } from './footage/compose.ts';
import { BREAKS, CAMERA_BREAKS, type FootageBreak, type Segment } from './footage/timeline.ts';
import { wrongClaims } from './footage/words.ts';
import { inTurns } from './worlds/jobs.ts';
import { wholeNumber } from '../whole-number.ts';
import { OWN_PROGRAM, knownOptions, replayVideo } from './worlds/replayed.ts';
import { type Said, type Score, scoreWorld, totalOf, withNotices } from './worlds/score.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';
import { CortexdError } from '../../src/errors.ts';

tellErrorsPlainly();

const { values: args } = parseArgs({
  options: {
    data: { type: 'string' },
    clips: { type: 'string' },
    'learn-minutes': { type: 'string', default: '15' },
    rounds: { type: 'string', default: '1' },
    width: { type: 'string', default: '320' },
    fps: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '120' },
    preset: { type: 'string', default: 'pi4' },
    seed: { type: 'string', default: '1' },
    'alarms-per-day': { type: 'string' },
    'at-once': { type: 'string', default: '2' },
    program: { type: 'string', default: OWN_PROGRAM },
    cache: { type: 'string', default: join(tmpdir(), 'cortexd-bench-footage') },
    'list-false': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const VIDEOS = ['.mp4', '.avi', '.mkv', '.mov', '.webm'];

type Wrong = {
  readonly frame: number;
  readonly what: Segment['what'];
  readonly claims: readonly string[];
  readonly sentence: string;
};
type Result = {
  readonly clip: string;
  readonly score: Score;
  readonly words: readonly Wrong[];
  readonly segments: readonly Segment[];
};

function clipsIn(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => VIDEOS.includes(extname(name))) : [];
  const wanted = args.clips?.split(',');
  const missing = wanted?.find((name) => !names.includes(name));
  if (names.length === 0 || missing !== undefined)
    throw new CortexdError(
      'usage',
      `Expected ${missing ?? `videos (${VIDEOS.join(', ')})`} in ${folder} but found ${names.join(', ') || 'none'}`,
    );
  return (wanted ?? names).toSorted();
}

/** The composed clip, made once for each state of its source and each set of options. */
async function ensureComposed(source: string, options: ComposeOptions): Promise<Composed & { readonly video: string }> {
  const { size, mtimeMs } = statSync(source);
  const key = createHash('sha256')
    .update(JSON.stringify([COMPOSED, source, size, mtimeMs, options]))
    .digest('hex')
    .slice(0, 16);
  const video = join(args.cache, `${key}.mp4`);
  const truth = join(args.cache, `${key}.json`);
  if (existsSync(video) && existsSync(truth))
    return { ...(JSON.parse(readFileSync(truth, 'utf8')) as Composed), video };
  mkdirSync(args.cache, { recursive: true });
  const composed = await composeClip(source, video, options);
  writeFileSync(`${truth}.part`, JSON.stringify(composed));
  renameSync(`${truth}.part`, truth);
  return { ...composed, video };
}
/** Counts the ways in which clips have been composed: another number, another video. */
const COMPOSED = 1;

function wordsOf({ labels, segments }: Composed, events: readonly Said[]): Wrong[] {
  const slack = 4 * labels.fps;
  return events
    .filter(({ frame, change }) => change === 'start' && frame >= labels.train)
    .flatMap(({ frame, box, what: sentence }) => {
      const at = segments.findIndex(({ first, end }) => frame >= first && frame < end);
      // Shortly after something it may still be spoken of.
      const before = segments[at - 1];
      const possible = [segments[at]!, ...(before !== undefined && frame < before.end + slack ? [before] : [])];
      const claims = possible.map(({ what }) => wrongClaims(what, sentence, box, labels.boxes[frame] ?? null));
      const wrong = claims[0]!.filter((claim) => claims.every((other) => other.includes(claim)));
      return wrong.length === 0 ? [] : [{ frame, what: segments[at]!.what, claims: wrong, sentence }];
    });
}

const { program, preset } = args;
if (args.data === undefined) throw new CortexdError('usage', 'Expected --data FOLDER with videos but received none');
const folder = args.data;
const known = knownOptions(program);
const alarmsPerDay =
  args['alarms-per-day'] === undefined ? null : wholeNumber('alarms-per-day', args['alarms-per-day'], 1);
if (alarmsPerDay !== null && !known.has('--alarms-per-day'))
  console.error('This build has no --alarms-per-day: its default.');
const options: ComposeOptions = {
  fps: wholeNumber('fps', args.fps, 1),
  width: wholeNumber('width', args.width, 32),
  learnS: 60 * wholeNumber('learn-minutes', args['learn-minutes'], 1),
  rounds: wholeNumber('rounds', args.rounds, 1),
  seed: wholeNumber('seed', args.seed, 0),
  mostS: wholeNumber('seconds', args.seconds, 8),
};
const jobs = clipsIn(folder).map((clip) => async (): Promise<Result> => {
  // Each clip has an order of its own.
  const own = [...Buffer.from(clip)].reduce((sum, byte) => (31 * sum + byte) % 1_000_003, options.seed);
  const composed = await ensureComposed(join(folder, clip), { ...options, seed: own });
  const asked = {
    program,
    fps: options.fps,
    preset,
    seed: options.seed,
    alarmsPerDay: known.has('--alarms-per-day') ? alarmsPerDay : null,
    ablate: [],
    withThings: false,
  };
  const { said, notices } = await replayVideo(composed.video, asked);
  console.error(`${clip} is through`);
  const words = wordsOf(composed, [...said, ...notices]);
  return {
    clip,
    score: scoreWorld(composed.labels, withNotices(composed.labels, said, notices, CAMERA_BREAKS)),
    words,
    segments: composed.segments,
  };
});
const results = await inTurns(jobs, wholeNumber('at-once', args['at-once'], 1));
if (args.json) for (const { clip, score, words } of results) console.log(JSON.stringify(jsonOf(clip, score, words)));
else report();

function cellsOf(scores: readonly Score[], words: number): string[] {
  const total = totalOf(scores);
  const ofKind = (kind: FootageBreak): string => {
    const one = total.byKind[kind];
    return one === undefined ? '-' : `${one.found}/${one.of}`;
  };
  return [
    `${total.found}/${total.of}`,
    ...BREAKS.map(ofKind),
    `${total.wrong}`,
    total.falsePer5000.toFixed(2),
    total.falsePerHour.toFixed(1),
    `${words}`,
  ];
}

function report(): void {
  const rows = results.map(({ clip, score, words }) => [clip, ...cellsOf([score], words.length)]);
  const words = results.reduce((sum, one) => sum + one.words.length, 0);
  const all = [
    'all',
    ...cellsOf(
      results.map(({ score }) => score),
      words,
    ),
  ];
  console.log(formatTable([['', 'found', ...BREAKS, 'false', 'per 5,000', 'per hour', 'wrong words'], ...rows, all]));
  const counts = new Map<string, number>();
  for (const { score, segments } of results)
    for (const { frame } of score.wrong) {
      const during = segments.find(({ first, end }) => frame >= first && frame < end)!.what;
      counts.set(during, (counts.get(during) ?? 0) + 1);
    }
  console.log(`\nfalse alarms in: ${[...counts].map(([what, count]) => `${count} ${what}`).join(', ') || 'none'}`);
  for (const { clip, words: told } of results)
    for (const { frame, what, claims, sentence } of told)
      console.log(`${clip}: cannot be true at ${frame} (${what}): ${claims.join(', ')}: ${sentence}`);
  if (!args['list-false']) return;
  for (const { clip, score } of results) {
    for (const { frame, cause, what } of score.wrong) console.log(`${clip}: false at ${frame}: ${cause}: ${what}`);
    for (const { kind, from, to, alert } of score.breaks) {
      const told = alert === null ? 'missed' : `after ${alert.frame - from} frames: ${alert.cause}: ${alert.what}`;
      console.log(`${clip}: ${kind} at ${from}-${to} ${told}`);
    }
  }
}

/** As it is printed: snake_case. */
function jsonOf(clip: string, score: Score, words: readonly Wrong[]): unknown {
  const { found, of, wrong, falsePer5000, falsePerHour, byKind } = totalOf([score]);
  return {
    bench: 'footage',
    clip,
    found,
    of,
    by_kind: byKind,
    false_alarms: wrong,
    false_per_5000: falsePer5000,
    false_per_hour: falsePerHour,
    wrong_words: words.map(({ frame, what, claims, sentence }) => ({ frame, in: what, claims, sentence })),
  };
}
