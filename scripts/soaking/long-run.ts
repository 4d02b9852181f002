/** long-run.ts - the command behind scripts/long-run. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '../../test/support/free-port.ts';
import { House } from './house.ts';
import { wholeNumber } from '../whole-number.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const { values } = parseArgs({
  options: { frames: { type: 'string', default: '1000000' }, preset: { type: 'string', default: 'pi4' } },
});
const FRAMES = wholeNumber('frames', values.frames, 1);
const PARTS = 20;
const SAMPLE_MS = 1000;
/** What the medians of the last half may differ by, and the most one of them may be (MiB). */
const FLAT_MIB = 5;
const MOST_MIB = 160;

const folder = mkdtempSync(join(tmpdir(), 'cortexd-long-run-'));
const picture = 'testsrc2=size=320x240:rate=10:duration=120,noise=alls=8:allf=t';
const coding = '-pix_fmt yuv420p -c:v libx264 -preset veryfast'.split(' ');
execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', picture, ...coding, join(folder, 'endless.mp4')]);
const house = new House(folder, await freePort(), false);
writeFileSync(
  join(folder, 'config.yaml'),
  `node: long-run
state_directory: ${house.state}
mqtt: { url: "${house.brokerUrl}" }
web: { enabled: false }
cameras:
  endless: { source: { type: file, path: endless.mp4, pace: fast }, preset: ${values.preset} }
`,
  { mode: 0o600 },
);
house.startBroker();
await sleep(500);
const running = house.keepRunning();
const beganMs = performance.now();

/** Medians of the parts, in MiB: what is collected now and then comes and goes by some MiB all the time. */
const parts: number[] = [];
let samples: number[] = [];
console.log('frames       resident, median (least - most) of the part');
while (parts.length < PARTS && house.lives.length === 1) {
  await sleep(SAMPLE_MS);
  const status = await house.status();
  const { daemonKb } = house.memory();
  if (status === null || daemonKb === 0) continue;
  samples.push(daemonKb / 1024);
  const frames = status.cameras[0]!.frames;
  if (frames < ((parts.length + 1) * FRAMES) / PARTS) continue;
  const sorted = samples.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1]!;
  parts.push(median);
  samples = [];
  console.log(
    `${String(frames).padStart(9)}    ${median.toFixed(1)} MiB (${sorted[0]!.toFixed(1)} - ${sorted.at(-1)!.toFixed(1)})`,
  );
}
const seconds = (performance.now() - beganMs) / 1000;
await house.close();
await running;
const lastHalf = parts.slice(-PARTS / 2);
const spread = Math.max(...lastHalf) - Math.min(...lastHalf);
const most = Math.max(...parts);
console.log(
  `${(FRAMES / seconds).toFixed(0)} frames a second; last half within ${spread.toFixed(1)} MiB, highest ${most.toFixed(1)} MiB`,
);
const problems = [
  ...(parts.length < PARTS ? ['the daemon ended'] : []),
  ...(spread > FLAT_MIB ? [`expected the last half within ${FLAT_MIB} MiB`] : []),
  ...(most > MOST_MIB ? [`expected at most ${MOST_MIB} MiB`] : []),
];
for (const problem of problems) console.log(`BROKEN: ${problem}`);
if (problems.length > 0) console.log(readFileSync(join(folder, 'daemon.log'), 'utf8').split('\n').slice(-5).join('\n'));
house.unmount();
rmSync(folder, { recursive: true, force: true });
process.exitCode = problems.length > 0 ? 1 : 0;
