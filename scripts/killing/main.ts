/** main.ts - the command behind scripts/kill-test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inWords, isClean, killAgainAndAgain } from './kills.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const directory = mkdtempSync(join(tmpdir(), 'cortexd-kills-'));
const began = performance.now();
try {
  const result = await killAgainAndAgain(directory, Number(values.kills), Number(values.seed), (now) => {
    if (now.kills % 50 === 0) process.stderr.write(`${inWords(now)}\n`);
  });
  console.log(`${inWords(result)}; ${((performance.now() - began) / 1000).toFixed(0)} s`);
  process.exitCode = isClean(result) ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
