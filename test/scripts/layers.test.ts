import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { packageFile } from '../../src/package-root.ts';

function check(folder: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [packageFile('scripts/check-layers.mjs'), folder], (error, stdout) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout });
    });
  });
}
const HEADER = '/** what it is */\n';

test('the sources keep their layers', async (t) => {
  t.match(await check(packageFile('src')), { code: 0, output: 'Layers hold.\n' });
});

test('each kind of violation is found', async (t) => {
  const folder = t.testdir();
  const plant = async (file: string, text: string): Promise<string> => {
    const root = join(folder, String(Math.random()));
    mkdirSync(join(root, file.split('/')[0]!), { recursive: true });
    writeFileSync(join(root, file), text);
    const { code, output } = await check(root);
    t.equal(code, 1);
    return output;
  };
  t.match(
    await plant('htm/a.ts', `${HEADER}import { x } from '../store/b.ts';\n`),
    /imports store\/b\.ts, which stands above it/,
  );
  t.match(await plant('memory/a.ts', `${HEADER}import { x } from 'node:fs';\n`), /pure, but imports node:fs/);
  t.match(await plant('anomaly/a.ts', `${HEADER}export const x = Math.random();\n`), /unseeded chance/);
  t.match(await plant('cortex/a.ts', `${HEADER}export const x = Math.log(2);\n`), /differ between machines/);
  t.match(await plant('vision/a.ts', `${HEADER}export const x = Date.now();\n`), /wall clock/);
  t.match(await plant('cli/a.ts', `${HEADER}${'//\n'.repeat(400)}`), /401 lines/);
  t.match(await plant('cli/a.ts', 'export const x = 1;\n'), /saying what it is/);
  t.match(await plant('misc/a.ts', HEADER), /no known layer/);
});

test('the words of the glossary are those of the code, and banned synonyms do not occur', async (t) => {
  const glossary = readFileSync(packageFile('docs/glossary.md'), 'utf8');
  const code = readdirSync(packageFile('src'), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(packageFile(join('src', file)), 'utf8'))
    .join('\n')
    .toLowerCase();
  const terms = [...glossary.matchAll(/^\| \*\*(.+?)\*\* \|/gm)].map(([, term]) => term!.toLowerCase());
  t.ok(terms.length >= 40, `${terms.length} terms`);
  for (const term of terms) {
    const spellings = [term, term.replaceAll(' ', ''), term.replaceAll(' ', '-'), term.replaceAll(' ', '_')];
    t.ok(
      spellings.some((spelling) => code.includes(spelling)),
      `"${term}" occurs in the code`,
    );
  }
  const banned = /^Not used: (.+)$/m.exec(glossary)?.[1]?.replaceAll('`', '').split(', ') ?? [];
  t.ok(banned.length > 2);
  for (const word of banned) t.notMatch(code, new RegExp(`\\b${word}s?\\b`), `"${word}" is not used`);
});
