/**
 * check-layers.mjs - the architecture as a test: who may import whom, what the pure folders must not touch, how long a file
 * may be, and that each begins by saying what it is.
 *
 *     node scripts/check-layers.mjs [source folder]        prints each violation; exit code 1 if there is one
 */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** A folder may import itself and what stands before it. */
const LAYERS = [
  'memory',
  'htm',
  'vision',
  'scene',
  'anomaly',
  'things',
  'usual',
  'visits',
  'cortex',
  'series',
  'records',
  'config',
  'capture',
  'gpio',
  'store',
  'mqtt',
  'fleet',
  'web',
  'replay',
  'daemon',
  'cli',
];
const PURE = ['memory', 'htm', 'vision', 'scene', 'anomaly', 'things', 'usual', 'visits', 'cortex', 'series'];
/** Type-only imports to the right that are part of the design: [from, to]. A config describes what capture is told. */
const TYPE_ONLY = [['config', 'capture']];
const MAX_LINES = 400;
const IMPURE = [
  [/\bDate\b/, 'the wall clock'],
  [/\bMath\.random\b/, 'unseeded chance'],
  [/\bconsole\./, 'the console'],
  [/\bprocess\b/, 'the process'],
  [
    /\bMath\.(exp|log\w*|pow|sin|cos|tan|atan2?|cbrt|hypot)\b/,
    'functions that may differ between machines (use memory/exact-math.ts)',
  ],
];

const source = resolve(process.argv[2] ?? join(import.meta.dirname, '..', 'src'));
const problems = [];
for (const file of readdirSync(source, { recursive: true }).map(String)) {
  if (!file.endsWith('.ts')) continue;
  check(file, readFileSync(join(source, file), 'utf8'));
}
for (const problem of problems) console.log(problem);
console.log(problems.length === 0 ? 'Layers hold.' : `${problems.length} violations`);
process.exitCode = problems.length === 0 ? 0 : 1;

function check(file, text) {
  const layer = file.includes('/') ? file.split('/')[0] : null;
  const complain = (what) => problems.push(`${file}: ${what}`);
  const lines = text.split('\n').length - 1;
  if (lines > MAX_LINES) complain(`${lines} lines, more than ${MAX_LINES}`);
  if (!/^(#!.*\n)?\/\*\*/.test(text)) complain('does not begin by saying what it is');
  const isPure = PURE.includes(layer);
  if (layer !== null && !LAYERS.includes(layer)) complain(`"${layer}" is no known layer`);
  for (const [, typeOnly, from] of text.matchAll(/^(?:import|export)\s+(type\s)?[^'"]*?from\s+['"]([^'"]+)['"]/gms)) {
    if (!from.startsWith('.')) {
      if (isPure) complain(`pure, but imports ${from}`);
      continue;
    }
    const target = relative(source, join(source, dirname(file), from));
    const to = target.includes('/') ? target.split('/')[0] : null;
    if (to === null) {
      if (isPure) complain(`pure, but imports ${target}`);
      continue;
    }
    if (layer === null || to === layer) continue;
    const isAllowedType = typeOnly && TYPE_ONLY.some(([a, b]) => a === layer && b === to);
    if (LAYERS.indexOf(to) > LAYERS.indexOf(layer) && !isAllowedType)
      complain(`imports ${target}, which stands above it`);
  }
  if (!isPure) return;
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  for (const [pattern, what] of IMPURE) if (pattern.test(code)) complain(`pure, but uses ${what}`);
}
