/**
 * package-root.ts - where the package's own files lie, from the sources as well as from the build.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('Expected package.json above the program but found none');
    folder = parent;
  }
  return folder;
}

const root = findRoot();

/** Absolute path of a file of the package, given relative to its root. */
export function packageFile(path: string): string {
  return join(root, path);
}

/** The version in package.json. */
export const VERSION: string = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string })
  .version;
