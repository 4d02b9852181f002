import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'tap';
import { packageFile } from '../../src/package-root.ts';

/** Every link of the form [`name`](../src/path.ts). */
function references(page: string): { readonly name: string; readonly path: string }[] {
  const text = readFileSync(packageFile(page), 'utf8');
  return [...text.matchAll(/\[`([A-Za-z]+)`\]\(((?:\.\.\/)+[^)#]+\.ts)\)/g)].map(([, name, path]) => ({
    name: name!,
    path: join(packageFile(dirname(page)), path!),
  }));
}

for (const { page, least } of [
  { page: 'docs/cnn-and-htm.md', least: 30 },
  { page: 'docs/model.md', least: 10 },
]) {
  void test(`every name that ${page} points to stands in the file it points to`, async (t) => {
    const found = references(page);
    t.ok(found.length >= least, `${found.length} references`);
    for (const { name, path } of found) {
      const defines = new RegExp(`(?:function|const|type) ${name}\\b`);
      t.match(readFileSync(path, 'utf8'), defines, `${name} in ${path}`);
    }
  });
}
