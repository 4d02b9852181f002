/** library.test.ts - every example of docs/htm.md and docs/from-htm-core.md runs as it stands, through the package's own entry, and prints what the page says. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { packageFile } from '../../src/package-root.ts';

const run = promisify(execFile);
const page = readFileSync(packageFile('docs/htm.md'), 'utf8');
const comparison = readFileSync(packageFile('docs/from-htm-core.md'), 'utf8');
const examples = [...`${page}\n${comparison}`.matchAll(/```js\n([\s\S]*?)```\n\n```output\n([\s\S]*?)```/g)];
const names = (text: string): string[] =>
  [...text.matchAll(/import \{([\s\S]*?)\} from 'cortexd\/htm'/g)].flatMap(([, list = '']) =>
    list.split(',').map((name) => name.trim()),
  );

test('the examples of the page print what it says', async (t) => {
  t.ok(examples.length >= 10);
  t.equal([...`${page}${comparison}`.matchAll(/```js\n/g)].length, examples.length, 'each has its output');
  // Below the package, so that it finds itself by name.
  const folder = packageFile(`build/examples-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  t.teardown(() => rmSync(folder, { recursive: true }));
  await Promise.all(
    examples.map(async ([, code = '', output], i) => {
      const file = join(folder, `${i}.mjs`);
      writeFileSync(file, code);
      const { stdout } = await run(process.execPath, [file]);
      t.equal(stdout, output, `example ${i + 1}: ${names(code)[0]}`);
    }),
  );
});

test('every function of the entry is told of on the page', async (t) => {
  const library = (await import('../../src/library.ts')) as { readonly [name: string]: unknown };
  for (const name of Object.keys(library)) t.ok(page.includes(name), name);
});

test('the comparison names parameters and functions that exist, with their defaults', async (t) => {
  const library = (await import('../../src/library.ts')) as { readonly [name: string]: unknown };
  const defaults = {
    ...(library['SPATIAL_POOLER_DEFAULTS'] as object),
    ...(library['TEMPORAL_MEMORY_DEFAULTS'] as object),
  };
  for (const name of Object.keys(defaults)) t.ok(comparison.includes(`\`${name}\``), name);
  const told = library['TEMPORAL_MEMORY_DEFAULTS'] as { readonly [name: string]: number };
  const rows = [...comparison.matchAll(/^\| `(\w+)`[^|]*\| [^|]*\| the same[^|]*\| (\d+)/gm)];
  const common = rows.filter(([, name = '']) => name in told);
  t.ok(common.length >= 6, `${common.length} rows`);
  for (const [, name = '', value] of common) t.equal(told[name], Number(value), name);
  const functions = [...comparison.matchAll(/`([a-z]+[A-Z]\w*)\(/g)].map(([, name]) => name!);
  t.ok(functions.length >= 10);
  for (const name of functions) t.type(library[name], 'function', name);
});
