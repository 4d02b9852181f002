import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { encodeVideo } from '../../scripts/bench/worlds/encode.ts';

const script = join(import.meta.dirname, '..', '..', 'scripts', 'bench', 'tracking.js');

/** A program that follows perfectly: it says what the truth beside the video says; `newIdAt` = from there on by other names. */
const follower = (newIdAt: number): string => `
const { readFileSync } = require('node:fs');
if (process.argv.includes('--help')) console.log('Usage\\n  --things   each thing\\n  --fps <n>  rate');
else {
  const { tracks, kinds } = JSON.parse(readFileSync(process.argv[3].replace('.mp4', '.json'), 'utf8'));
  for (let frame = 0; frame < kinds.length; frame++) {
    const things = tracks
      .filter(({ first, boxes }) => (boxes[frame - first] ?? null) !== null)
      .map(({ id, first, boxes }) => ({ id: frame < ${newIdAt} ? id : id + 1000, box: boxes[frame - first] }));
    console.log(JSON.stringify({ type: 'frame', frame, things }));
  }
  console.log(JSON.stringify({ type: 'summary', cpu_ms_per_frame: 1 }));
}`;

void test('a perfect follower keeps every thing as one; one that changes names in the middle keeps none', async (t) => {
  const folder = t.testdir({ 'perfect.cjs': follower(Infinity), 'forgetful.cjs': follower(50) });
  const video = encodeVideo(join(folder, 'yard-1-0.mp4'), 32, 24, 10);
  for (let frame = 0; frame < 100; frame++) await video.add(new Uint8Array(32 * 24).fill(frame));
  await video.finish();
  const tracks = [0.2, 0.6].map((y, i) => ({
    id: i + 1,
    kind: 'walker',
    first: 10,
    boxes: Array.from({ length: 80 }, (_, step) => [0.1 + step / 200, y, 0.1, 0.2]),
  }));
  const kinds = Array.from({ length: 100 }, () => null);
  const world = { family: 'yard', nuisance: 0 };
  writeFileSync(join(folder, 'yard-1-0.json'), JSON.stringify({ train: 0, fps: 10, kinds, boxes: [], tracks, world }));
  const run = (program: string): { readonly box_error: number } =>
    JSON.parse(
      execFileSync(process.execPath, [script, '--worlds', folder, '--program', join(folder, program), '--json'], {
        encoding: 'utf8',
        stdio: 'pipe',
      }).split('\n')[0]!,
    );
  t.match(run('perfect.cjs'), { group: 'all', things: 2, as_one: 2, switches: 0, covered: 1 });
  t.ok(run('perfect.cjs').box_error < 1e-9);
  t.match(run('forgetful.cjs'), { things: 2, as_one: 0, switches: 2, covered: 1 });
});
