/** library.test.ts - every example of docs/htm.md runs as it stands, through the package's own entry, and prints what the page says. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { packageFile } from '../../src/package-root.ts';

const run = promisify(execFile);
const page = readFileSync(packageFile('docs/htm.md'), 'utf8');
const examples = [...page.matchAll(/```js\n([\s\S]*?)```\n\n```output\n([\s\S]*?)```/g)];
const names = (text: string): string[] =>
  [...text.matchAll(/import \{([\s\S]*?)\} from 'cortexd\/htm'/g)].flatMap(([, list = '']) =>
    list.split(',').map((name) => name.trim()),
  );

test('the examples of the page print what it says', async (t) => {
  t.ok(examples.length >= 10);
  t.equal([...page.matchAll(/```js\n/g)].length, examples.length, 'each has its output');
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
