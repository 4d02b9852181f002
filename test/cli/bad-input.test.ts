import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { NEWEST } from '../../src/store/migrations.ts';
import { Store } from '../../src/store/store.ts';
import { shortFolder } from '../support/folder.ts';
import { cortexd } from '../support/program.ts';

/** One paragraph: "cortexd: what" and "Hint: what to do"; no stack. */
const PARAGRAPH = /^cortexd: Expected .+\nHint: .+\n$/s;

test('what cannot be read is told in one paragraph, with exit code 66', async (t) => {
  const folder = t.testdir({ 'a.mp4': 'no film', empty: { 'readme.txt': '' } });
  for (const path of [join(folder, 'none.mp4'), join(folder, 'a.mp4'), join(folder, 'empty')]) {
    const { code, stdout, stderr } = await cortexd('replay', path);
    t.equal(code, 66, path);
    t.equal(stdout, '');
    t.match(stderr, PARAGRAPH);
    t.notMatch(stderr, /\n {4}at /, 'no stack');
  }
  t.match(await cortexd('replay', 'scene:moon'), { code: 66, stderr: /lanes/ });
  t.match(await cortexd('events', '--state-directory', join(folder, 'nowhere')), { code: 66 });
  t.match(await cortexd('snapshot', 'import', join(folder, 'none.cortex'), '--state-directory', folder), { code: 66 });
});

test('a wrong configuration names every problem with its line, with exit code 78', async (t) => {
  const folder = t.testdir();
  const check = async (text: string): Promise<{ code: number; stderr: string }> => {
    const file = join(folder, 'c.yaml');
    writeFileSync(file, text);
    return cortexd('config', 'check', file);
  };
  const camera = 'cameras: { a: { source: { type: synthetic } } }\n';
  t.match(await check(`${camera}log: [\n`), { code: 78, stderr: /c\.yaml:\d+:\d+ YAML/ });
  t.match(await check(`${camera}lgo: { level: info }\n`), {
    code: 78,
    stderr: /c\.yaml:2:1 lgo: Unknown setting \(did you mean "log"\?\)/,
  });
  t.match(await check(`${camera}web: { port: lots }\n`), {
    code: 78,
    stderr: /web\.port: Expected a whole number.*received "lots"/,
  });
  t.match(await check('log: { level: info }\n'), { code: 78, stderr: /cameras/ });
  const two = await check(`${camera}web: { port: 99999 }\nlog: { level: loud }\n`);
  t.match(two, { code: 78, stderr: /2 problems.*web\.port.*log\.level/s });
  t.match(await cortexd('run', '--config', join(folder, 'missing.yaml')), { code: 78, stderr: PARAGRAPH });
  t.match(await check(camera), { code: 0, stderr: '' });
});

test('a wrong command line is told with what was expected, with exit code 64', async (t) => {
  t.match(await cortexd('dance'), { code: 64, stderr: /unknown command/ });
  t.match(await cortexd('replay'), { code: 64, stderr: /missing required argument/ });
  t.match(await cortexd('replay', 'x', '--seed', 'one'), { code: 64, stderr: /whole number/ });
  t.match(await cortexd('replay', 'x', '--preset', 'pi9'), { code: 64, stderr: /pi-zero2, pi4, pi5/ });
  t.match(await cortexd('demo', '--for', 'a while'), { code: 64, stderr: /60s, 5m or 1h/ });
  t.match(await cortexd('events', '--since', 'yesterday'), { code: 64, stderr: /2026-11-23/ });
});

test('every command has a help text that says what it does', async (t) => {
  for (const command of [
    [],
    ['run'],
    ['demo'],
    ['replay'],
    ['plan'],
    ['status'],
    ['events'],
    ['snapshot'],
    ['config'],
    ['snapshot', 'restore'],
  ]) {
    const { code, stdout } = await cortexd(...command, '--help');
    t.equal(code, 0);
    t.match(stdout, /^Usage: cortexd/);
  }
  t.match(await cortexd('--version'), { code: 0, stdout: /^\d+\.\d+\.\d+\n$/ });
});

test('no daemon, a newer database, and a saved model that no longer fits: each says so', async (t) => {
  const folder = shortFolder(t);
  t.match(await cortexd('status', '--state-directory', folder), { code: 69, stderr: PARAGRAPH });
  const config = join(folder, 'c.yaml');
  const write = (width: number): void =>
    writeFileSync(
      config,
      `state_directory: ${folder}\nmqtt: { enabled: false }\nweb: { enabled: false }\ncameras: { a: { source: { type: synthetic, frames: 5, fast_frames: 5 }, preset: pi-zero2, width: ${width} } }\n`,
    );
  const store = new Store({ directory: folder, outboxLimit: 10, program: '0', lock: true });
  store.checkpoint({
    camera: 'a',
    step: 3,
    signature: 'other',
    bytes: new Uint8Array(1000),
    savedAt: '2026-11-23T10:00:00.000Z',
  });
  store.close();
  write(64);
  t.match(await cortexd('run', '--config', config), {
    code: 78,
    stderr: /that fits the configuration but it has a shape that this version does not know\s.*Hint: .*forget/s,
  });
  t.match(await cortexd('snapshot', 'forget', 'a', '--config', config), { code: 0 });
  t.match(await cortexd('snapshot', 'list', '--config', config), { code: 0, stdout: /replaced/ });
  const db = new Sqlite(join(folder, 'cortexd.db'));
  db.pragma(`user_version = ${NEWEST + 1}`);
  db.close();
  t.match(await cortexd('run', '--config', config), {
    code: 78,
    stderr: /received version \d+.*Hint: It was written by a newer cortexd/s,
  });
});

test('the plan adds up and shows what is saved', async (t) => {
  const { stdout } = await cortexd('plan', '--json', '--preset', 'pi-zero2');
  const [plan] = JSON.parse(stdout) as [
    { total_bytes: number; saved_bytes: number; fields: { bytes: number; keep: string }[] },
  ];
  const sum = plan.fields.reduce((total, { bytes }) => total + bytes, 0);
  t.ok(sum <= plan.total_bytes && sum > plan.total_bytes * 0.98, 'all but the alignment is accounted for');
  t.ok(plan.total_bytes <= 4 * 1024 * 1024, 'pi-zero2 keeps its budget');
  t.ok(plan.saved_bytes < plan.total_bytes);
  for (const [preset, mebibytes] of [
    ['pi4', 16],
    ['pi5', 40],
  ] as const) {
    const [other] = JSON.parse((await cortexd('plan', '--json', '--preset', preset)).stdout) as [
      { total_bytes: number },
    ];
    t.ok(other.total_bytes <= mebibytes * 1024 * 1024, `${preset}: ${other.total_bytes}`);
  }
  t.match(await cortexd('plan'), { stdout: /region +field +type +keep +bytes[\s\S]*total \d+ bytes/ });
});

test('a label that is none is refused before the daemon is asked, in words', async (t) => {
  for (const name of ['x/y', ' ', 'x'.repeat(25)])
    t.match(await cortexd('label', name, '--state-directory', '/nowhere'), {
      code: 64,
      stderr: /Expected up to 24 letters \(of any script\), digits, spaces, _ and -/,
    });
  t.match(await cortexd('label', 'Müllauto', '--state-directory', '/nowhere'), { code: 69 });
});
