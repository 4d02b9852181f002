/** main.ts - the command behind scripts/kill-test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inWords, isClean, killAgainAndAgain } from './kills.ts';
import { cutPower, isCleanCut, powerCutsInWords } from './power-cuts.ts';
import { wholeNumber } from '../whole-number.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    'power-cuts': { type: 'string', default: '400' },
    rounds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
});
const seed = wholeNumber('seed', values.seed, 0);
const kills = wholeNumber('kills', values.kills, 0);
const powerCuts = wholeNumber('power-cuts', values['power-cuts'], 0);
const rounds = powerCuts === 0 ? 0 : wholeNumber('rounds', values.rounds, 1);
const directory = mkdtempSync(join(tmpdir(), 'cortexd-kills-'));
const took = (beganMs: number): string => `${((performance.now() - beganMs) / 1000).toFixed(0)} s`;
try {
  // Each round writes anew: another life, other instants.
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    const folder = mkdtempSync(join(directory, 'cuts-'));
    const cuts = await cutPower(folder, powerCuts, seed + round);
    console.log(`${powerCutsInWords(cuts)}; ${took(began)}`);
    if (isCleanCut(cuts)) rmSync(folder, { recursive: true, force: true });
    else process.exitCode = 1;
  }
  if (kills > 0) {
    const began = performance.now();
    const result = await killAgainAndAgain(mkdtempSync(join(directory, 'kills-')), kills, seed, (now) => {
      if (now.kills % 50 === 0) process.stderr.write(`${inWords(now)}\n`);
    });
    console.log(`${inWords(result)}; ${took(began)}`);
    if (!isClean(result)) process.exitCode = 1;
  }
} finally {
  if (process.exitCode === undefined || process.exitCode === 0) rmSync(directory, { recursive: true, force: true });
  else console.log(`what was found lies in ${directory}`);
}
