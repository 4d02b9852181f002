/**
 * build-htm-package.mjs - the library alone as a package: `cortexd-htm`, the same files as `cortexd/htm`, without a single
 * dependency, for programs and browsers that want no daemon (and none of its native modules).
 *
 *     npm run build:htm [-- FOLDER]        build/cortexd-htm, ready for `npm publish` or `npm pack`
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const root = join(import.meta.dirname, '..');
const source = join(root, 'dist', 'src');
const target = process.argv[2] ?? join(root, 'build', 'cortexd-htm');

/** Every file that is reached from `first` by imports; refuses anything that is not one of our own. */
function reach(first, asFile) {
  const found = new Set();
  const visit = (file) => {
    if (found.has(file)) return;
    found.add(file);
    const text = readFileSync(join(source, file), 'utf8');
    for (const [, from] of text.matchAll(/^(?:import|export)\b[^'"]*?\bfrom\s+['"]([^'"]+)['"]/gms)) {
      if (!from.startsWith('.')) throw new Error(`Expected ${file} to stand alone but it imports ${from}`);
      visit(asFile(normalize(join(dirname(file), from))));
    }
  };
  visit(first);
  return [...found];
}

rmSync(target, { recursive: true, force: true });
const code = reach('library.js', (file) => file);
const types = reach('library.d.ts', (file) => file.replace(/\.ts$/, '.d.ts'));
for (const file of code) {
  mkdirSync(dirname(join(target, 'lib', file)), { recursive: true });
  cpSync(join(source, file), join(target, 'lib', file));
}
for (const file of types) {
  mkdirSync(dirname(join(target, 'lib', file)), { recursive: true });
  const text = readFileSync(join(source, file), 'utf8');
  writeFileSync(join(target, 'lib', file), text.replaceAll(/(from\s+['"]\.[^'"]+)\.ts(['"])/g, '$1.js$2'));
}
const { version, license, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const manifest = {
  name: 'cortexd-htm',
  version,
  description:
    'Hierarchical temporal memory in TypeScript and WebAssembly: spatial pooler, temporal memory, classifier, encoders.',
  license,
  type: 'module',
  engines,
  sideEffects: false,
  exports: { '.': { types: './lib/library.d.ts', default: './lib/library.js' }, './package.json': './package.json' },
  files: ['lib'],
};
writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
writeFileSync(
  join(target, 'README.md'),
  readFileSync(join(root, 'docs', 'htm.md'), 'utf8')
    .replaceAll('cortexd/htm', 'cortexd-htm')
    .replace('npm install cortexd\n', 'npm install cortexd-htm\n'),
);
console.log(`${code.length} files of code and ${types.length} of types in ${target}`);
