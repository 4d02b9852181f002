/**
 * files.ts - the files of the dashboard: read, packed and named once at the start, so that no path of a request ever becomes one
 * of a file.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packageFile } from '../package-root.ts';

export type PageFile = {
  readonly type: string;
  readonly bytes: Buffer;
  readonly packed: Buffer;
  readonly etag: string;
};

const TYPES: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};
/** Of the package uplot, which draws the time lines. */
const UPLOT = { '/uplot.js': 'uPlot.esm.js', '/uplot.css': 'uPlot.min.css' };

/** By their paths in addresses. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  const folder = packageFile('src/web/public');
  for (const entry of readdirSync(folder, { recursive: true }).map(String).toSorted()) {
    const type = TYPES[extname(entry)];
    if (type !== undefined) files.set(`/${entry}`, packed(type, readFileSync(join(folder, entry))));
  }
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot/dist/uPlot.esm.js'));
  for (const [path, name] of Object.entries(UPLOT))
    files.set(path, packed(TYPES[extname(name)]!, readFileSync(join(uplot, name))));
  const page = files.get('/index.html');
  if (page !== undefined) files.set('/', page);
  return files;
}

function packed(type: string, bytes: Buffer): PageFile {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { type, bytes, packed: gzipSync(bytes, { level: 9 }), etag };
}
