/** memory-settings.test.ts - however the daemon is started, memory is handed out as it was measured. */
import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { packageFile } from '../../src/package-root.ts';
import { MALLOC } from '../../scripts/soaking/house.ts';

const FLAGS = '--max-old-space-size=192 --max-semi-space-size=1';

test('the unit, the installed command and scripts/run have the settings of the measurements', (t) => {
  for (const file of ['systemd/cortexd.service', 'scripts/install.sh', 'scripts/build-deb.sh', 'scripts/run']) {
    const text = readFileSync(packageFile(file), 'utf8');
    for (const [name, value] of Object.entries(MALLOC))
      t.match(text, new RegExp(`[ =]${name}=${value}\\b`), `${name} in ${file}`);
    if (!file.startsWith('systemd')) t.ok(text.includes(FLAGS), `flags in ${file}`);
  }
  t.end();
});
