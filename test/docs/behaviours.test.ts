/** behaviours.test.ts - every behaviour that docs/behaviours.md lists is the title of a test. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { packageFile } from '../../src/package-root.ts';

test('every behaviour on the page is tested under that title', async (t) => {
  const page = readFileSync(packageFile('docs/behaviours.md'), 'utf8');
  const listed = [...page.matchAll(/^\d+\. (.+)$/gm)].map(([, title]) => title!);
  t.ok(listed.length >= 130, `${listed.length} behaviours`);
  t.equal(new Set(listed).size, listed.length, 'each once');
  const titles = ['htm', 'anomaly']
    .map((folder) => packageFile(join('test', folder)))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true })
        .map(String)
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => readFileSync(join(folder, name), 'utf8')),
    )
    .flatMap((text) => [...text.matchAll(/\btest\(\s*(['`])(.*?)\1,/gs)].map(([, , title]) => title!))
    // A title with a blank in it is one test for each value.
    .map((title) => title.replaceAll('\\', ''));
  const isTested = (title: string): boolean =>
    titles.some(
      (one) =>
        one === title ||
        one.startsWith(`${title}, learning \${`) ||
        one.replace('${name}', 'all').replace('${share}', '1') === title,
    );
  for (const title of listed) t.ok(isTested(title), title);
});
