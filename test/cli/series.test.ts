/** series.test.ts - `cortexd series`: a line per row, models saved and loaded, and what it says about bad input. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { SeriesLine } from '../../src/records/series.ts';
import { accepts } from '../records/schemas.ts';
import { cortexd } from '../support/program.ts';

/** Five days of half hours with a peak that does not belong there, and two rows without a value. */
function csv(rows = 900): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const at = new Date(Date.UTC(2026, 4, 1) + i * 1_800_000).toISOString().replace('T', ' ').slice(0, 19);
    const level = 40 + (i % 48) * (i % 48 < 24 ? 1 : -1) + (i % 7) / 10;
    const value = i === 700 ? '400' : i === 300 || i === 301 ? '' : level.toFixed(1);
    return `${at},${value}`;
  });
  return `timestamp,value\n${lines.join('\n')}\n`;
}
const linesOf = (text: string): SeriesLine[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SeriesLine);

test('a line for every row, valid, and an alarm where the value is out of all bounds', async (t) => {
  const folder = t.testdir({ 'a.csv': csv() });
  const { code, stdout, stderr } = await cortexd('series', join(folder, 'a.csv'));
  t.equal(code, 0, stderr);
  const lines = linesOf(stdout);
  t.equal(lines.length, 900);
  for (const line of [lines[0], lines[300], lines[700], lines[899]]) t.same(accepts(SeriesLine, line), []);
  t.match(lines[300], { value: null, score: 0, alarm: false });
  t.match(lines[700], { timestamp: '2026-05-15 14:00:00', value: 400, alarm: true, cause: 'value' });
  t.ok(lines.every(({ alarm, score }) => alarm === score >= 0.5));
  t.match(lines[899]!.learning, { state: 'ready', progress: 1 });
  t.equal((await cortexd('series', join(folder, 'a.csv'))).stdout, stdout, 'the same file gives the same lines');
  t.not((await cortexd('series', join(folder, 'a.csv'), '--seed', '2')).stdout, stdout);
});

test('half a file, the saved model and the other half are the whole file', async (t) => {
  const [heading = '', ...rows] = csv().trim().split('\n');
  const folder = t.testdir({
    'all.csv': csv(),
    'first.csv': [heading, ...rows.slice(0, 450), ''].join('\n'),
    'second.csv': [heading, ...rows.slice(450), ''].join('\n'),
  });
  const whole = await cortexd('series', join(folder, 'all.csv'));
  const model = join(folder, 'm.cortex');
  const first = await cortexd('series', join(folder, 'first.csv'), '--save', model);
  t.match(first, { code: 0, stderr: /Wrote the model \(448 values\)/ });
  const second = await cortexd('series', join(folder, 'second.csv'), '--load', model);
  t.equal(first.stdout + second.stdout, whole.stdout);
  const camera = join(folder, 'camera.cortex');
  await cortexd('replay', 'scene:lanes', '--frames', '10', '--save', camera);
  t.match(await cortexd('series', join(folder, 'all.csv'), '--load', camera), {
    code: 78,
    stdout: '',
    stderr: /another shape.*Hint: The file holds a camera model/s,
  });
});

test('the standard input is read as it comes', async (t) => {
  const main = new URL('../../src/cli/main.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, 'series', '-'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  child.stdin.write('timestamp,value\n2026-05-01,3\n');
  while (!text.includes('\n')) await new Promise((resolve) => setTimeout(resolve, 20));
  t.match(linesOf(text)[0], { value: 3 });
  child.stdin.end('2026-05-02,4\n');
  await new Promise((resolve) => child.on('close', resolve));
  t.equal(linesOf(text).length, 2);
});

test('a bad file is named with its line, and nothing is saved', async (t) => {
  const folder = t.testdir({ 'bad.csv': 'timestamp,value\n2026-05-02,x\n' });
  const file = join(folder, 'bad.csv');
  const { code, stderr } = await cortexd('series', file, '--save', join(folder, 'm.cortex'));
  t.equal(code, 66);
  t.match(stderr, /a number on line 2 of .*bad\.csv but received "x"\nHint:/);
  t.match(await cortexd('series', join(folder, 'm.cortex')), { code: 66 });
  t.match(await cortexd('series', file, '--column', 'nope'), { code: 66, stderr: /column nope/ });
  t.match(await cortexd('series', join(folder, 'none.csv')), { code: 66, stderr: /ENOENT/ });
  writeFileSync(file, '');
  t.match(await cortexd('series', file), { code: 66, stderr: /it is empty/ });
});

test('a bad row among good ones is said at the end, and a file that cannot be saved to before the first row', async (t) => {
  const folder = t.testdir({ 'a.csv': 'timestamp,value\n2026-05-01,1\n2026-05-02,x\n2026-05-03,3\n' });
  const file = join(folder, 'a.csv');
  const { code, stdout, stderr } = await cortexd('series', file);
  t.equal(code, 0);
  t.equal(linesOf(stdout).length, 2);
  t.match(stderr, /a number on line 3 of .*a\.csv but received "x"/);
  t.match(await cortexd('series', file, '--save', join(folder, 'none', 'm.cortex')), { code: 66, stdout: '' });
});
