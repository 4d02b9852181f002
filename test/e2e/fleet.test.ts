/**
 * fleet.test.ts - two real daemons that share cameras over a real NATS server: one is killed, the other goes on from its
 * checkpoint; cameras are moved and drained by command; events are in the stream once each.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { type Test, test } from 'tap';
import type { FleetOverview } from '../../src/fleet/overview.ts';
import { beginStream, httpServer, jpeg, part } from '../support/camera-server.ts';
import { shortFolder } from '../support/folder.ts';
import { natsServers } from '../support/nats.ts';
import { Running, cortexd } from '../support/program.ts';
import { until } from '../support/until.ts';

const LEASE_S = 4;
const CHROMIUM = '/usr/bin/chromium';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A motion JPEG camera at five frames a second. */
async function camera(t: Test): Promise<string> {
  const pictures = await Promise.all(Array.from({ length: 12 }, (_, n) => jpeg(n)));
  return httpServer(t, (_, response) => {
    beginStream(response);
    let n = 0;
    const timer = setInterval(() => response.write(part(pictures[n++ % pictures.length]!)), 200);
    response.on('close', () => clearInterval(timer));
  });
}

test('a fleet of two: taken over, moved, drained', async (t) => {
  const folder = shortFolder(t);
  const [server] = await natsServers(t, 1);
  const urls = [await camera(t), await camera(t)];
  const configOf = (node: string): string => {
    const file = join(folder, `${node}.yaml`);
    writeFileSync(
      file,
      `node: ${node}
state_directory: ${node}
mqtt: { enabled: false }
web: { port: 0 }
checkpoint: { interval_s: 1 }
log: { level: debug }
cluster: { urls: ["nats://127.0.0.1:1"], lease_s: ${LEASE_S}, replicas: 1 }
cameras:
${urls.map((url, i) => `  cam${i}: { preset: pi-zero2, source: { type: http, url: "${url}/" } }`).join('\n')}
`,
    );
    return file;
  };
  const nodes = new Map<string, Running>();
  const start = (node: string): Running => {
    const running = new Running(['run', '--config', configOf(node), '--cluster', server!.url]);
    nodes.set(node, running);
    return running;
  };
  t.teardown(() => [...nodes.values()].forEach((running) => running.child.kill('SIGKILL')));
  const fleet = async (): Promise<FleetOverview> => {
    const { code, stdout, stderr } = await cortexd(
      'fleet',
      'status',
      '--config',
      configOf('a'),
      '--cluster',
      server!.url,
      '--json',
    );
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as FleetOverview;
  };
  const holders = async (): Promise<(string | null)[]> => (await fleet()).cameras.map(({ node }) => node);

  const a = start('a');
  await until(
    'a watches both',
    async () => {
      if (!a.output.includes('Lease taken')) return false;
      const { cameras } = await fleet();
      return cameras.length === 2 && cameras.every(({ node, steps }) => node === 'a' && steps);
    },
    60_000,
  );
  const b = start('b');
  await b.says(/In the fleet/, 30_000);
  await a.says(/Checkpoint copied/, 30_000);
  const before = await fleet();

  await t.test('a node that is killed: the other goes on from its checkpoint, under a higher token', async (t) => {
    a.child.kill('SIGKILL');
    const killedMs = performance.now();
    await until(
      'b watches both',
      async () => (await fleet()).cameras.every(({ node, steps }) => node === 'b' && steps),
      60_000,
    );
    const tookS = (performance.now() - killedMs) / 1000;
    t.comment(`taken over within ${tookS.toFixed(1)} s of a lease of ${LEASE_S} s`);
    t.match(b.output, /Model taken over from the fleet/);
    const now = await fleet();
    for (const [i, { token }] of now.cameras.entries()) t.ok(token > before.cameras[i]!.token);
    t.equal(now.nodes.find(({ node }) => node === 'a')?.state, 'gone');
  });

  await t.test('it comes back, and one camera is moved to it by hand', async (t) => {
    await start('a').says(/In the fleet/, 30_000);
    const refused = await cortexd(
      'fleet',
      'move',
      'cam0',
      'nobody',
      '--config',
      configOf('a'),
      '--cluster',
      server!.url,
    );
    t.equal(refused.code, 64, refused.stderr);
    t.match(refused.stderr, /Expected a node of a, b but received nobody/);
    const moved = await cortexd('fleet', 'move', 'cam0', 'a', '--config', configOf('a'), '--cluster', server!.url);
    t.equal(moved.code, 0, moved.stderr);
    // The other one may have gone there too meanwhile, for balance.
    t.equal((await holders())[0], 'a');
  });

  await t.test('b is drained, and watches again', async (t) => {
    const drained = await cortexd('fleet', 'drain', 'b', '--config', configOf('a'), '--cluster', server!.url);
    t.equal(drained.code, 0, drained.stderr);
    t.same(await holders(), ['a', 'a']);
    t.equal((await fleet()).nodes.find(({ node }) => node === 'b')?.state, 'drained');
    const undone = await cortexd('fleet', 'drain', 'b', '--undo', '--config', configOf('a'), '--cluster', server!.url);
    t.equal(undone.code, 0, undone.stderr);
  });

  await t.test(
    'one that stands still loses its cameras, and knows it before anything else when it goes on',
    async (t) => {
      const still = nodes.get('a')!;
      const from = still.output.length;
      still.child.kill('SIGSTOP');
      await until(
        'b watches both',
        async () => (await fleet()).cameras.every(({ node, steps }) => node === 'b' && steps),
        60_000,
      );
      still.child.kill('SIGCONT');
      await still.says(/cameras are given up[\s\S]*Lease over[\s\S]*Lease over[\s\S]*In the fleet/, 30_000);
      t.notMatch(still.output.slice(from), /Event:|Checkpoint copied/, 'nothing leaves it under the old leases');
      const drained = await cortexd('fleet', 'drain', 'b', '--config', configOf('a'), '--cluster', server!.url);
      t.equal(drained.code, 0, drained.stderr);
      t.same(await holders(), ['a', 'a']);
      const undone = await cortexd(
        'fleet',
        'drain',
        'b',
        '--undo',
        '--config',
        configOf('a'),
        '--cluster',
        server!.url,
      );
      t.equal(undone.code, 0, undone.stderr);
    },
  );

  await t.test('the dashboard shows the machines and who watches what', async (t) => {
    const link = (await cortexd('dashboard', '--config', configOf('b'))).stdout.trim();
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
    t.teardown(() => browser.close());
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(link);
    await page.getByRole('link', { name: 'Fleet' }).click();
    await page.getByRole('row', { name: /cam1 a Come/ }).waitFor();
    t.match(await page.getByRole('row', { name: /^b / }).textContent(), /^bThere0/);
    t.match(await page.locator('.lead').textContent(), '2 of 2 cameras of "fleet" are watched; this is b.');
    await page.evaluate(AXE);
    const { violations } = await page.evaluate<{ violations: { id: string }[] }>(
      'axe.run(document, { resultTypes: ["violations"] })',
    );
    t.same(
      violations.map(({ id }) => id),
      [],
      'nothing keeps out those who cannot see',
    );
    t.same(complaints, []);
  });

  await t.test('SIGTERM hands over: nothing waits for the lease to run out', async (t) => {
    const began = performance.now();
    const from = nodes.get('b')!.output.length;
    nodes.get('a')!.child.kill('SIGTERM');
    await until(
      'b watches both',
      async () => (await fleet()).cameras.every(({ node, steps }) => node === 'b' && steps),
      30_000,
    );
    t.comment(`handed over within ${((performance.now() - began) / 1000).toFixed(1)} s`);
    await until('a has ended', () => nodes.get('a')!.child.exitCode !== null, 30_000);
    t.equal(nodes.get('a')!.child.exitCode, 0);
    t.notMatch(nodes.get('b')!.output.slice(from), /has run out/);
  });
});
