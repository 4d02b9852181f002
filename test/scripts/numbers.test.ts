/** numbers.test.ts - options of the scripts that are no numbers are refused by name, before anything is done. */
import { spawnSync } from 'node:child_process';
import { test } from 'tap';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { packageFile } from '../../src/package-root.ts';
import { realNumber } from '../../scripts/real-number.ts';
import { wholeNumber } from '../../scripts/whole-number.ts';

test('numbers and their bounds', (t) => {
  t.equal(wholeNumber('kills', '12', 0), 12);
  t.equal(realNumber('dirty', '0.05', 0, 1), 0.05);
  for (const given of ['', ' ', 'ten', '1.5', '-1', '1e3', 'NaN'])
    t.throws(
      () => wholeNumber('kills', given, 0),
      /Expected a whole number of at least 0 for --kills but received/,
      given,
    );
  for (const given of ['', ' ', 'ten', '-0.1', '1.1', 'Infinity', 'NaN'])
    t.throws(() => realNumber('dirty', given, 0, 1), /Expected a number from 0 to 1 for --dirty but received/, given);
  t.throws(() => realNumber('every', '0', 0.1), /Expected a number of at least 0.1 for --every but received 0/);
  t.end();
});

test('scripts refuse what is no number', (t) => {
  const cases = [
    ['killing/main.js', '--kills', 'many'],
    ['killing/main.js', '--power-cuts', '1.5'],
    ['killing/main.js', '--seed', ''],
    ['bench/checkpoint.js', '--dirty', '2'],
    ['bench/checkpoint.js', '--mebibytes', '0'],
    ['bench/cui.js', '--elements', 'all'],
    ['bench/cui.js', '--seeds', '1,x'],
    ['bench/writes.js', '--hours', 'day'],
    ['bench/detection.js', '--suite', 'nope'],
  ] as const;
  for (const [script, option, given] of cases) {
    const run = spawnSync(process.execPath, [packageFile(`dist/scripts/${script}`), option, given], {
      encoding: 'utf8',
    });
    t.equal(run.status, EXIT.usage, `${script} ${option} ${given}`);
    t.match(run.stderr, new RegExp(`^Expected .*${option}.*received ${given}\n$`), 'in one sentence, without a stack');
    t.equal(run.stdout, '');
  }
  t.end();
});

test('an option that there is not is told in one sentence', (t) => {
  const run = spawnSync(process.execPath, [packageFile('dist/scripts/bench/paths.js'), '--bogus'], {
    encoding: 'utf8',
  });
  t.equal(run.status, EXIT.usage);
  t.equal(run.stderr, "Unknown option '--bogus'; the options are in the head of the script\n");
  t.end();
});
