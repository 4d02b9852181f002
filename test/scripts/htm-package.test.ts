/** htm-package.test.ts - the library as a package of its own: no dependency, installed and used by a program and by types. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { packageFile } from '../../src/package-root.ts';

const run = promisify(execFile);

test(
  'cortexd-htm installs without any other package, runs the first example of its page, and has types',
  { timeout: 120_000 },
  async (t) => {
    const folder = t.testdir({
      consumer: { 'package.json': '{ "name": "consumer", "type": "module", "private": true }' },
    });
    const built = join(folder, 'cortexd-htm');
    await run(process.execPath, [packageFile('scripts/build-htm-package.mjs'), built]);
    const manifest = JSON.parse(readFileSync(join(built, 'package.json'), 'utf8')) as { [key: string]: unknown };
    t.notOk(manifest['dependencies'] ?? manifest['optionalDependencies'] ?? manifest['peerDependencies']);

    const { stdout: packed } = await run('npm', ['pack', '--json', built], { cwd: folder });
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    const consumer = join(folder, 'consumer');
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, filename)], { cwd: consumer });
    t.same(
      readdirSync(join(consumer, 'node_modules')).filter((name) => !name.startsWith('.')),
      ['cortexd-htm'],
    );

    const page = readFileSync(join(built, 'README.md'), 'utf8');
    const [, code = '', output] = /```js\n([\s\S]*?)```\n\n```output\n([\s\S]*?)```/.exec(page)!;
    t.match(code, 'cortexd-htm');
    writeFileSync(join(consumer, 'example.mjs'), code);
    t.equal((await run(process.execPath, ['example.mjs'], { cwd: consumer })).stdout, output);

    writeFileSync(
      join(consumer, 'typed.ts'),
      `import { createTemporalMemory, summaryOf, type StepSummary } from 'cortexd-htm';
const tm = createTemporalMemory({ columns: 8, cellsPerColumn: 2, segments: 8, synapsesPerSegment: 4 }, { activationThreshold: 2, minThreshold: 1 });
export const summary: StepSummary = summaryOf(tm);
// @ts-expect-error no such parameter
createTemporalMemory(tm.shape, { activationTreshold: 2 });
`,
    );
    const tsc = packageFile('node_modules/typescript/bin/tsc');
    t.ok(existsSync(tsc));
    const flags = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--skipLibCheck',
      'false',
    ];
    const { stdout: complaints } = await run(process.execPath, [tsc, ...flags, 'typed.ts'], { cwd: consumer }).catch(
      (error: { stdout: string }) => error,
    );
    t.equal(complaints, '');
  },
);
