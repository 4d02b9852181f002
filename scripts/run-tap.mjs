/**
 * run-tap.mjs - runs tap and writes its totals as `passed failed skipped` to the file given first. A run without a test
 * has failed. Further arguments go to tap.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const [totals, ...args] = process.argv.slice(2);
const tap = spawn('node_modules/.bin/tap', args, { stdio: ['ignore', 'pipe', 'inherit'] });
let tail = '';
tap.stdout.on('data', (text) => {
  process.stdout.write(text);
  tail = (tail + text).slice(-8192);
});
tap.on('close', (code) => {
  const pattern = /^# \{ total: (\d+)(?:, pass: (\d+))?(?:, fail: (\d+))?(?:, todo: (\d+))?(?:, skip: (\d+))? \}$/gm;
  const match = [...tail.matchAll(pattern)].at(-1);
  const count = (index) => Number(match?.[index] ?? 0);
  const ran = count(1) > 0;
  const failed = ran ? count(3) : 1;
  writeFileSync(totals, `${count(2)} ${failed} ${count(4) + count(5)}\n`);
  process.exitCode = ran ? (code ?? 1) : code || 1;
});
