/**
 * playground.mjs - serves the HTM playground: docs/playground with the built library beside it.
 *
 *     npm run playground [-- --port 8080]         http://127.0.0.1:8080/
 *     npm run playground -- --out FOLDER          writes it as a folder that any web server can serve
 */
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '..');
const page = join(root, 'docs', 'playground');
const library = join(root, 'dist', 'src');
const PARTS = ['library.js', 'htm', 'memory', 'anomaly'];
const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript' };

const { values: args } = parseArgs({ options: { port: { type: 'string', default: '8080' }, out: { type: 'string' } } });
if (!/^\d+$/.test(args.port) || Number(args.port) > 65_535) {
  console.error(`Expected a port of 0 to 65535 for --port but received ${args.port}`);
  process.exit(64);
}
if (!existsSync(join(library, 'library.js'))) {
  console.error('Expected the built library but dist/src/library.js is missing; run: npm run build');
  process.exit(1);
}

/** The file of a path, or null. */
function fileOf(path) {
  const clean = normalize(path === '/' ? '/index.html' : path);
  const inLibrary = clean.startsWith('/htm/');
  const inside = inLibrary ? clean.slice('/htm/'.length) : clean.slice(1);
  if (inLibrary && !PARTS.includes(inside.split('/')[0])) return null;
  const file = join(inLibrary ? library : page, inside);
  return extname(file) in TYPES && existsSync(file) && statSync(file).isFile() ? file : null;
}

if (args.out !== undefined) {
  cpSync(page, args.out, { recursive: true });
  for (const part of PARTS) {
    const from = join(library, part);
    const names = statSync(from).isFile() ? [''] : readdirSync(from, { recursive: true }).map(String);
    for (const name of names.filter((one) => one === '' || one.endsWith('.js'))) {
      const to = join(args.out, 'htm', part, name);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(from, name), to);
    }
  }
  console.log(`The playground is in ${args.out}`);
} else {
  const server = createServer((request, response) => {
    const file = fileOf(decodeURI(new URL(request.url, 'http://localhost').pathname));
    if (file === null) {
      response.writeHead(404).end('Not found\n');
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] }).end(readFileSync(file));
  });
  server.listen(Number(args.port), '127.0.0.1', () =>
    console.log(`Playground: http://127.0.0.1:${server.address().port}/`),
  );
}
