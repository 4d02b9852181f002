import { spawnSync } from 'node:child_process';
import { test } from 'tap';
import { program } from '../../src/cli/program.ts';
import { packageFile } from '../../src/package-root.ts';

const MAIN = packageFile('dist/src/cli/main.js');

test('a command that is named is read alone, help and slips read all of them', async (t) => {
  const names = async (wanted?: string): Promise<string[]> =>
    (await program(wanted)).commands.map((command) => command.name());
  t.same(await names('pins'), ['pins']);
  const all = await names();
  t.ok(all.length > 10, `${all.length} commands`);
  for (const slip of ['stauts', '--help', 'help', 'constructor', 'toString']) t.same(await names(slip), all, slip);
  for (const name of all) t.same(await names(name), [name], 'a command has the name it is asked for by');
});

test('what the service runs after every end reads neither the model nor the camera nor the broker', async (t) => {
  // Each module that is loaded is told by the loader itself.
  const listing = `data:text/javascript,${encodeURIComponent(
    `import { register } from 'node:module';
     register('data:text/javascript,' + encodeURIComponent(\`export async function load(url, context, next) {
       process._rawDebug('LOADED ' + url);
       return next(url, context);
     }\`));`,
  )}`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', listing, MAIN, 'pins', '--help'], {
    encoding: 'utf8',
  });
  t.match(stdout, /alarm output/);
  const loaded = stderr.split('\n').filter((line) => line.startsWith('LOADED '));
  t.ok(
    loaded.some((line) => line.includes('/cli/pins.js')),
    'the loader tells',
  );
  t.same(
    loaded.filter((line) => /node_modules.(sharp|mqtt|fastify)|src.(cortex.cortex|daemon|store|capture)./.test(line)),
    [],
  );
});
