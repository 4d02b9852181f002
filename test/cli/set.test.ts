/** set.test.ts - `cortexd set` refuses what is no value of a setting in its own words, before it asks a daemon. */
import { spawnSync } from 'node:child_process';
import { test } from 'tap';
import { packageFile } from '../../src/package-root.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';

test('a value that does not fit its setting is refused with what is wanted', (t) => {
  const folder = t.testdir();
  const cases = [
    ['alarms_per_day', 'lots', 'Expected a number from 0.01 to 10000 for alarms_per_day but received lots'],
    ['alarms_per_day', '', 'Expected a number from 0.01 to 10000 for alarms_per_day but received'],
    ['sensitivity', '11', 'Expected a number from 0.1 to 10 for sensitivity but received 11'],
    ['quiet_hours', '22-6', 'Expected two local times such as 22:00-06:30, or off for quiet_hours but received 22-6'],
    ['display_name', 'x'.repeat(61), 'Expected one line of at most 60 letters for display_name but received xxx'],
    ['enabled', 'maybe', 'Expected on or off for enabled but received maybe'],
  ] as const;
  for (const [setting, value, words] of cases) {
    const args = [packageFile('dist/src/cli/main.js'), 'set', setting, value, '--state-directory', folder];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    t.equal(status, EXIT.usage, `${setting} ${value}`);
    t.ok(stderr.includes(words), stderr);
  }
  t.end();
});
