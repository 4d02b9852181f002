import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { test } from 'tap';
import { EventLine, FrameLine, PredictionLine, SummaryLine } from '../../src/records/replay.ts';
import { cortexd } from '../support/program.ts';

const ajv = new Ajv({ strict: false });
formats.default(ajv);
const compile = (schema: object): ValidateFunction =>
  ajv.compile(JSON.parse(JSON.stringify({ ...schema, $id: undefined })) as object);
const VALIDATE: { readonly [type: string]: ValidateFunction } = {
  frame: compile(FrameLine),
  event: compile(EventLine),
  prediction: compile(PredictionLine),
  summary: compile(SummaryLine),
};

type Line = { type: string; clip: string; frame: number; score: number; [key: string]: unknown };
const linesOf = (ndjson: string): Line[] =>
  ndjson
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
const summaryOf = (
  ndjson: string,
): {
  frames: number;
  model_sha256: string;
  step: number;
  skipped: number;
  model_bytes: number;
  rss_mb: number;
  cpu_ms_per_frame: number;
} => linesOf(ndjson).at(-1) as never;

test('one valid line per frame, events and predictions between them, a summary at the end', async (t) => {
  const { code, stdout } = await cortexd(
    'replay',
    'scene:lanes',
    '--frames',
    '8000',
    '--grid',
    '--things',
    '--alarms-per-day',
    '2000',
  );
  t.equal(code, 0);
  const lines = linesOf(stdout);
  const wrong = lines.filter((line) => !VALIDATE[line.type]?.(line));
  t.same(wrong.slice(0, 1), [], ajv.errorsText(VALIDATE[wrong[0]?.type ?? 'frame']?.errors));
  const frames = lines.filter(({ type }) => type === 'frame');
  t.same(
    frames.map(({ frame }) => frame),
    Array.from({ length: 8000 }, (_, i) => i),
  );
  t.ok(lines.some(({ type }) => type === 'prediction'));
  const starts = lines.filter(({ type, change }) => type === 'event' && change === 'start');
  const ends = lines.filter(({ type, change }) => type === 'event' && change === 'end');
  t.ok(starts.length > 0, `${starts.length} events`);
  t.ok(frames.some(({ things }) => (things as unknown[]).length > 0));
  t.same(
    new Set(ends.map(({ id }) => id)),
    new Set(starts.map(({ id }) => id)),
    'every event ends, at the latest with its clip',
  );
  t.match(lines.at(-1), { type: 'summary', frames: 8000, skipped: 0, events: starts.length });
  t.ok(summaryOf(stdout).model_bytes < 16 * 1024 * 1024);
  // What is unusual scores higher than what is not.
  const mean = (anomalous: boolean): number => {
    const scores = frames
      .slice(5000)
      .filter(({ truth }) => ((truth as { kind: string | null }).kind !== null) === anomalous);
    return scores.reduce((sum, { score }) => sum + score, 0) / scores.length;
  };
  t.ok(
    mean(true) > 2 * mean(false),
    `${mean(true).toFixed(2)} when something is wrong, ${mean(false).toFixed(2)} else`,
  );
});

test('equal seeds give equal models and scores, another seed another model', async (t) => {
  const run = async (seed: string): Promise<string> =>
    (await cortexd('replay', 'scene:street', '--frames', '1500', '--seed', seed)).stdout;
  const [first, again, other] = [await run('3'), await run('3'), await run('4')];
  t.equal(summaryOf(first).model_sha256, summaryOf(again).model_sha256);
  const withoutSummary = (ndjson: string): Line[] => linesOf(ndjson).slice(0, -1);
  t.same(withoutSummary(first), withoutSummary(again), 'ids of events included');
  t.not(summaryOf(first).model_sha256, summaryOf(other).model_sha256);
});

test('a saved model goes on where it was, without learning it stays as it is, and temporal context does not cross clips', async (t) => {
  const folder = t.testdir();
  const model = join(folder, 'm.cortex');
  const saved = await cortexd('replay', 'scene:lanes', '--frames', '600', '--save', model);
  t.match(saved, { code: 0, stderr: /step 600/ });
  const loaded = await cortexd('replay', 'scene:lanes', '--frames', '200', '--load', model);
  t.equal(summaryOf(loaded.stdout).step, 800);
  const frozen = await cortexd('replay', 'scene:lanes', '--frames', '200', '--load', model, '--no-learn');
  t.ok(linesOf(frozen.stdout).every(({ type, learning }) => type !== 'frame' || learning === false));
  t.match(await cortexd('replay', 'scene:lanes', '--load', model, '--preset', 'pi5'), {
    code: 78,
    stderr: /that fits the settings but it has .* instead of .*Hint: Use the preset/s,
  });
  const flipped = readFileSync(model);
  flipped[flipped.length >> 1]! ^= 1;
  writeFileSync(model, flipped);
  t.match(await cortexd('replay', 'scene:lanes', '--load', model), {
    code: 1,
    stdout: '',
    stderr: /\.cortex file .* fails its hash.*Hint:/s,
  });
});

test('several clips in one run: a video and a folder, with a damaged picture skipped', async (t) => {
  const folder = t.testdir({ 'notes.txt': 'hello' });
  const video = join(folder, 'v.mp4');
  execFileSync('ffmpeg', [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=160x120:rate=10:duration=1',
    '-pix_fmt',
    'yuv420p',
    video,
  ]);
  const pictures = join(folder, 'pictures');
  execFileSync('mkdir', [pictures]);
  execFileSync('ffmpeg', ['-v', 'error', '-i', video, join(pictures, '%02d.jpg')]);
  const whole = readFileSync(join(pictures, '05.jpg'));
  writeFileSync(join(pictures, '05.jpg'), whole.subarray(0, whole.length >> 1));
  const { code, stdout, stderr } = await cortexd('replay', video, pictures, '--fps', '5', '--preset', 'pi-zero2');
  t.equal(code, 0);
  t.match(stderr, /Skipped .*05\.jpg/);
  const frames = linesOf(stdout).filter(({ type }) => type === 'frame');
  t.equal(frames.filter(({ clip }) => clip === 'v.mp4').length, 5, 'resampled from 10 to 5 a second');
  t.equal(frames.filter(({ clip }) => clip.endsWith('/pictures')).length, 9);
  t.equal(summaryOf(stdout).skipped, 1);
});

test('--baseline puts a simple detector in the place of the model, in the same lines', async (t) => {
  for (const name of ['block-difference', 'pixel-mixture']) {
    const { code, stdout } = await cortexd('replay', '--baseline', name, '--grid', '--frames', '3000', 'scene:lanes');
    t.equal(code, 0, name);
    const lines = linesOf(stdout);
    t.same(
      lines.filter((line) => !VALIDATE[line.type]?.(line)),
      [],
    );
    const frames = lines.filter(({ type }) => type === 'frame') as unknown as {
      score: number;
      streams: { motion: number };
      grid: { columns: number; rows: number; values: number[] };
    }[];
    t.equal(frames.length, 3000);
    const young = frames.slice(0, 800);
    t.ok(
      young.every(({ score }) => score === 0),
      'no threshold yet, no score',
    );
    const scored = frames.filter(({ score }) => score > 0);
    t.ok(scored.length > 100, `${scored.length} frames with a score`);
    t.ok(
      scored.every(({ score, streams: { motion } }) => Math.abs(score - motion / (1 + motion)) < 1e-3),
      'the score says how far the number is above its threshold',
    );
    const { columns, rows, values } = frames.at(-1)!.grid;
    t.equal(values.length, columns * rows);
    t.match(summaryOf(stdout), { frames: 3000, model_bytes: 0, step: 3000 });
    const again = await cortexd('replay', '--baseline', name, '--grid', '--frames', '3000', 'scene:lanes');
    t.same(linesOf(again.stdout).slice(0, -1), lines.slice(0, -1), 'the same footage, the same lines');
  }
  const both = await cortexd('replay', '--baseline', 'block-difference', '--load', 'x.cortex', 'scene:lanes');
  t.equal(both.code, 64);
  t.match(both.stderr, /--baseline.*cannot be used with.*--load/);
  const unknown = await cortexd('replay', '--baseline', 'guess', 'scene:lanes');
  t.equal(unknown.code, 64);
  t.match(unknown.stderr, /frame-difference, block-difference, pixel-gaussian, pixel-mixture/);
});

test('a stream is left out with all that speaks through it', async (t) => {
  const { code, stdout } = await cortexd('replay', '--ablate', 'motion,timing', '--frames', '3000', 'scene:street');
  t.equal(code, 0);
  const frames = linesOf(stdout).filter(({ type }) => type === 'frame') as unknown as { streams: { motion: number } }[];
  t.ok(
    frames.every(({ streams }) => streams.motion === 0),
    'nothing is said by motion',
  );
  t.match(await cortexd('replay', '--ablate', 'luck', 'scene:street'), {
    code: 64,
    stderr: /Expected parts of form, motion, sequence, timing, .*visits.* but received "luck"/,
  });
});
