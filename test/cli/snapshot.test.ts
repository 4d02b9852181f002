import { existsSync, readFileSync, rmSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { createCortex } from '../../src/cortex/cortex.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import { persistentImage } from '../../src/memory/model-memory.ts';
import { DATABASE_FILE } from '../../src/store/database.ts';
import { readCortexFile } from '../../src/store/cortex-file.ts';
import { Store } from '../../src/store/store.ts';
import { Running, cortexd } from '../support/program.ts';
import { shortFolder } from '../support/folder.ts';
import { noiseOf } from '../store/support.ts';

const plan = planCortex(PRESETS['pi-zero2']);
const newborn = (seed: number) => persistentImage(createCortex(plan, seed).memory);
const imageOf = (seed: number, step: number) => {
  const { signature } = plan.memory;
  return { camera: 'porch', step, signature, bytes: newborn(seed), savedAt: '2026-11-23T10:00:00.000Z' };
};
const fill = (directory: string, work: (store: Store) => void | Promise<void>): Promise<void> => {
  const store = new Store({ directory, outboxLimit: 9, program: '0', lock: true });
  return Promise.resolve(work(store)).finally(() => store.close());
};

test('snapshots are shown, verified, compared, restored and taken back with the daemon stopped', async (t) => {
  const directory = shortFolder(t);
  await fill(directory, (store) => void store.checkpoint(imageOf(1, 10)));
  const run = (...args: string[]) => cortexd('snapshot', ...args, '--state-directory', directory);
  t.match(await run('create', 'one'), { code: 0 });
  await fill(directory, (store) => void store.checkpoint(imageOf(2, 20)));
  t.match(await run('show', 'one'), { code: 0, stdout: /step +10[\s\S]*shape +6256 pixels, 48 places/ });
  t.match(await run('verify'), { code: 0, stdout: /Sound: one/ });
  t.match(await run('diff', 'one'), {
    code: 0,
    stdout: /one \(step 10\) -> last checkpoint \(step 20\)[\s\S]*Difference/,
  });
  const diff = JSON.parse((await run('diff', 'one', '--json')).stdout) as { changed_share: number; regions: unknown[] };
  t.ok(diff.changed_share > 0 && diff.regions.length > 5);
  t.match(JSON.parse((await run('diff', 'one', 'one', '--json')).stdout), { difference: 0, changed_share: 0 });
  const restored = JSON.parse((await run('restore', 'one', '--json')).stdout) as { replaced: string };
  t.match(restored.replaced, /^before-/);
  t.match(await run('restore', '--undo'), { code: 0, stdout: new RegExp(`Restored ${restored.replaced}`) });
  await fill(directory, async (store) => {
    t.match(await store.loadModel('porch'), { image: { step: 20 } }, 'as before the restore');
  });
  t.match(await run('restore'), { code: 64, stderr: /either the name of a snapshot or --undo/ });
  t.match(await run('verify', 'two'), { code: 64, stderr: /none named "two"/ });
  t.match(await run('delete', 'one'), { code: 0 });
  t.notMatch(await run('list'), { stdout: /^one /m });
});

test('an export that is interrupted at any moment leaves a whole file or none', async (t) => {
  const directory = shortFolder(t);
  await fill(directory, async (store) => {
    store.checkpoint(noiseOf(3, 200));
    await store.createSnapshot('big', 'porch', '2026-11-23T10:00:00.000Z');
  });
  const file = join(directory, 'out.cortex');
  let whole = 0;
  for (const ms of [250, 400, 550, 700, 850, 1000, 1300]) {
    const running = new Running(['snapshot', 'export', 'big', file, '--state-directory', directory]);
    await sleep(ms);
    await running.end('SIGKILL');
    if (!existsSync(file)) continue;
    t.equal((await readCortexFile(file)).step, 3);
    rmSync(file);
    whole++;
  }
  t.comment(`${whole} whole`);
  t.match(await cortexd('snapshot', 'export', 'big', file, '--state-directory', directory), { code: 0 });
  t.equal((await readCortexFile(file)).step, 3, 'and the next one is not hindered by what is left');
  t.match(await cortexd('snapshot', 'import', file, 'back', '--state-directory', directory), { code: 0 });
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, bytes.length >> 1));
  t.match(await cortexd('snapshot', 'import', file, 'half', '--state-directory', directory), {
    code: 1,
    stderr: /damaged or cut short[\s\S]*Nothing was changed/,
  });
});

test('the database is checked, backed up and compacted by command', async (t) => {
  const directory = shortFolder(t);
  await fill(directory, async (store) => {
    for (let step = 1; step <= 5; step++) store.checkpoint(noiseOf(step, 20));
    await store.createSnapshot('one', 'porch', '2026-11-23T10:00:00.000Z');
    await store.createSnapshot('two', 'porch', '2026-11-23T10:00:00.000Z');
    store.deleteSnapshot('one');
  });
  const run = (...args: string[]) => cortexd('db', ...args, '--state-directory', directory);
  t.match(await run('check'), {
    code: 0,
    stdout: /: sound[\s\S]*model porch: step 5[\s\S]*snapshot two: sound[\s\S]*Everything is sound/,
  });
  const backup = join(directory, 'copy.db');
  t.match(await run('backup', backup), { code: 0 });
  t.match(await run('backup', backup), { code: 64, stderr: /new file/ });
  const sizes = JSON.parse((await run('compact', '--json')).stdout) as { before: number; after: number };
  t.ok(sizes.after < sizes.before, `${sizes.before} -> ${sizes.after}`);

  const open = new Store({ directory, outboxLimit: 9, program: '0', lock: true });
  t.match(await run('check'), { code: 0 }, 'while a daemon has it');
  t.match(await run('compact'), { code: 69, stderr: /only daemon/ });
  open.close();

  const db = new Sqlite(join(directory, DATABASE_FILE));
  db.prepare('UPDATE model_page SET crc32 = 1 WHERE page = 3').run();
  db.prepare('UPDATE snapshot SET compressed = zeroblob(100)').run();
  db.close();
  t.match(await run('check'), {
    code: 1,
    stdout: /no sound checkpoint[\s\S]*page 3 fails its checksum[\s\S]*snapshot two: [^\n]*(cut short|impossible size)/,
  });
  t.match(await cortexd('snapshot', 'verify', '--state-directory', directory), { code: 1, stderr: /"two"/ });

  const elsewhere = join(directory, 'elsewhere');
  await fill(elsewhere, () => undefined);
  writeFileSync(join(elsewhere, DATABASE_FILE), readFileSync(backup));
  await fill(elsewhere, async (store) => {
    t.match(
      await store.loadModel('porch'),
      { kind: 'loaded', lost: null, image: { step: 5 } },
      'the backup is a database',
    );
  });
  t.same(
    readdirSync(directory).filter((name) => name.endsWith('.part')),
    [],
  );
});

test('what is printed as JSON has its keys in snake_case, like everything that leaves the program', async (t) => {
  const directory = shortFolder(t);
  await fill(directory, async (store) => {
    store.checkpoint(imageOf(1, 10));
    await store.createSnapshot('one', 'porch', '2026-11-23T10:00:00.000Z');
  });
  const file = join(directory, 'one.cortex');
  const where = ['--state-directory', directory, '--json'];
  for (const command of [
    ['snapshot', 'list'],
    ['snapshot', 'show', 'one'],
    ['snapshot', 'diff', 'one'],
    ['snapshot', 'export', 'one', file],
    ['snapshot', 'import', file, 'two'],
    ['snapshot', 'restore', 'two'],
    ['snapshot', 'verify'],
    ['db', 'check'],
    ['db', 'compact'],
  ]) {
    const { code, stdout } = await cortexd(...command, ...where);
    t.equal(code, 0, command.join(' '));
    t.same(
      [...stdout.matchAll(/"([^"]*)":/g)].map(([, key]) => key).filter((key) => /[A-Z]/.test(key!)),
      [],
    );
  }
});

test('with the daemon stopped a restore knows the shape that the source gave the model', async (t) => {
  const directory = shortFolder(t);
  const settings = { ...PRESETS['pi-zero2'], width: 104, height: 60 };
  const wide = planCortex(settings);
  const image = (step: number) => {
    const bytes = persistentImage(createCortex(wide, 1).memory);
    const { signature } = wide.memory;
    return { camera: 'porch', step, signature, bytes, savedAt: '2026-11-23T10:00:00.000Z' };
  };
  const config = join(directory, 'c.yaml');
  writeFileSync(
    config,
    `state_directory: ${directory}\ncameras:\n  porch: {source: {type: synthetic}, preset: pi-zero2}\n`,
  );
  await fill(directory, async (store) => {
    const note = { asked: JSON.stringify(['pi-zero2', null]), size: { width: 104, height: 60 } };
    store.saveSetting('camera/porch/model_size', JSON.stringify(note), '2026-11-23T10:00:00.000Z');
    store.checkpoint(image(10));
    await store.createSnapshot('one', 'porch', '2026-11-23T10:00:00.000Z');
    store.checkpoint(image(20));
  });
  t.match(await cortexd('snapshot', 'restore', 'one', '--config', config), { code: 0, stdout: /Restored one/ });
  await fill(directory, async (store) => {
    store.checkpoint(imageOf(1, 30));
    await store.createSnapshot('other', 'porch', '2026-11-23T11:00:00.000Z');
    store.checkpoint(image(40));
  });
  t.match(await cortexd('snapshot', 'restore', 'other', '--config', config), {
    code: 78,
    stderr: /that fits the configuration but it has 6256 pixels instead of 6240 pixels/,
  });
});
