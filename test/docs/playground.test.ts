/** playground.test.ts - the page of docs/playground learns a sequence in a real browser. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chromium } from 'playwright-core';
import { test } from 'tap';
import { packageFile } from '../../src/package-root.ts';
import { until } from '../support/until.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'];

/** The address that the server says it has. */
async function addressOf(server: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of server.stdout!) {
    said += String(chunk);
    const address = /http:\S+/.exec(said)?.[0];
    if (address !== undefined) return address;
  }
  throw new Error(`Expected an address but the server said ${said}`);
}

test(
  'the playground learns the sequence, tells its contexts apart, and is surprised when it should be',
  { timeout: 120_000 },
  async (t) => {
    const server = spawn(process.execPath, [packageFile('scripts/playground.mjs'), '--port', '0']);
    t.teardown(() => server.kill());
    const address = await addressOf(server);
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    t.teardown(() => browser.close());
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(address);
    await page.locator('#speed').fill('400');
    const text = (id: string): Promise<string | null> => page.locator(`#${id}`).textContent();
    const steps = async (): Promise<number> => Number(await text('step'));
    await until('the memory has learned', async () => (await steps()) > 1200, 60_000);
    // In ABCDXBCY the middle is shared; after it exactly one letter is expected.
    const after = await page.evaluate<string[]>(`new Promise((done) => {
    const seen = new Set();
    const step = document.querySelector('#step');
    new MutationObserver(() => {
      const [now, expects] = ['now', 'expects'].map((id) => document.getElementById(id).textContent);
      seen.add(now + ' then ' + expects);
      if (seen.size >= 8 || (seen.has('C then D') && seen.has('C then Y'))) done([...seen].sort());
    }).observe(document.querySelector('#cost'), { childList: true });
    setTimeout(() => done([...seen].sort()), 30_000);
  })`);
    t.ok(after.includes('C then D') && after.includes('C then Y'), after.join('; '));
    t.notOk(after.includes('C then D Y'));
    await page.evaluate(`(() => {
    const anomaly = document.querySelector('#anomaly');
    globalThis.most = 0;
    new MutationObserver(() => { globalThis.most = Math.max(globalThis.most, anomaly.textContent); }).observe(anomaly, { childList: true });
  })()`);
    // One step a frame at most, so that none goes by unseen.
    await page.locator('#speed').fill('20');
    await page.locator('#surprise').click();
    await until('it is surprised', () => page.evaluate<boolean>('globalThis.most > 0.8'));
    await page.locator('#pause').click();
    const drawn = await page.evaluate<boolean>(`(() => {
    const canvas = document.querySelector('#cells');
    return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0);
  })()`);
    t.ok(drawn, 'the cells are drawn');
    const before = await steps();
    await page.locator('#forget').click();
    await page.locator('#pause').click();
    await until('it begins anew', async () => (await steps()) < before);
    t.same(complaints, []);
    await browser.close();
    server.kill();
    await once(server, 'exit');
  },
);
