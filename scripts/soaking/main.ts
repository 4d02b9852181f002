/** main.ts - the command behind scripts/soak. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageFile } from '../../src/package-root.ts';
import { nextRandom, seedWord } from '../../src/memory/random.ts';
import { freePort } from '../../test/support/free-port.ts';
import { SoakCamera } from './camera.ts';
import { torment } from './faults.ts';
import { House } from './house.ts';
import { Observer } from './observer.ts';
import { wholeNumber } from '../whole-number.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
});
/** Rest at the end in which everything must come right (s). */
const REST_S = 60;
const minutes = wholeNumber('minutes', values.minutes, 1);

const random = Uint32Array.of(seedWord(wholeNumber('seed', values.seed, 0), 1));
const chance = (): number => (nextRandom(random) >>> 0) / 2 ** 32;
const folder = mkdtempSync(join(tmpdir(), 'cortexd-soak-'));
const picture = 'testsrc2=size=320x240:rate=10:duration=120,noise=alls=8:allf=t';
const coding = '-pix_fmt yuv420p -c:v libx264 -preset veryfast'.split(' ');
execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', picture, ...coding, join(folder, 'endless.mp4')]);
const house = new House(folder, await freePort());
const camera = await SoakCamera.start();
writeFileSync(
  join(folder, 'config.yaml'),
  `node: soak
state_directory: ${house.state}
mqtt: { url: "${house.brokerUrl}", score_interval_s: 5 }
web: { enabled: false }
checkpoint: { interval_s: 5, write_budget_mb_per_day: 100000 }
retention: { events_mb: 10, pictures_mb: 15 }
cameras:
  fast: { source: { type: file, path: endless.mp4, pace: fast }, preset: pi-zero2, alarms_per_day: 500 }
  porch: { source: { type: http, url: "${camera.url}" }, preset: pi-zero2, lost_after_s: 3, frozen_after_s: 5 }
`,
  { mode: 0o600 },
);
house.startBroker();
await house.listen();
const running = house.keepRunning();
const observer = new Observer(house);
const untilMs = performance.now() + minutes * 60_000;
const watching = observer.watch(untilMs + REST_S * 1000);
const done = await torment(house, camera, untilMs, chance);
await watching;
const problems = await observer.judge();
await house.close();
await running;
await camera.close();
const check = packageFile('dist/src/cli/main.js');
try {
  execFileSync(process.execPath, [check, 'db', 'check', '--state-directory', house.state], { stdio: 'pipe' });
} catch (error) {
  problems.push(`the database is not sound: ${String((error as { stdout?: Buffer }).stdout)}`);
}
problems.push(...observer.judgeJournal());
console.log(observer.inWords());
console.log(
  [...done]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, times]) => `${name} ${times}`)
    .join(', '),
);
for (const problem of problems) console.log(`BROKEN: ${problem}`);
if (problems.length === 0) {
  house.unmount();
  rmSync(folder, { recursive: true, force: true });
} else {
  console.log(readFileSync(join(folder, 'daemon.log'), 'utf8').split('\n').slice(-15).join('\n'));
  console.log(`what was found lies in ${folder}`);
  process.exitCode = 1;
}
process.exit();
