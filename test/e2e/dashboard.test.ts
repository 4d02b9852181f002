/**
 * dashboard.test.ts - the dashboard in a real browser, against a real daemon that watches a rendered street and a real video:
 * a new user gets from the first page to a mask and to "that was normal"; each page does its job; nobody is shut out.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, type Page, chromium } from 'playwright-core';
import sharp from 'sharp';
import { type Test, test } from 'tap';
import { shortFolder } from '../support/folder.ts';
import { Running, cortexd } from '../support/program.ts';
import { until } from '../support/until.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LEARN = 3300;

type Axe = { violations: { id: string; nodes: { html: string }[] }[] };

/** What is wrong with a page for those who cannot see or use a mouse. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<Axe>('axe.run(document, { resultTypes: ["violations"] })');
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`);
}

async function watched(t: Test): Promise<{ url: string; config: string; browser: Browser }> {
  const folder = shortFolder(t);
  const video = join(folder, 'video.mp4');
  const source = 'testsrc2=size=800x450:rate=10:duration=20';
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, '-pix_fmt', 'yuv420p', video]);
  const config = join(folder, 'cortexd.yaml');
  writeFileSync(
    config,
    `node: test
state_directory: state
mqtt: { enabled: false }
web: { port: 0 }
cameras:
  street:
    source: { type: synthetic, scene: lanes, fast_frames: ${LEARN}, anomalies_from: ${LEARN + 20}, anomaly_spacing: 60 }
    preset: pi-zero2
    alarms_per_day: 200
    zones: { road: [[0, 0.2], [1, 0.2], [1, 0.9], [0, 0.9]] }
  video:
    source: { type: file, path: video.mp4, loop: true, pace: source }
    preset: pi-zero2
`,
  );
  const daemon = new Running(['run', '--config', config]);
  t.teardown(() => daemon.end('SIGKILL'));
  await daemon.says(/"url":"(http:[^"]+)"|Dashboard.*(http:\S+)/, 60_000);
  let stdout = '';
  // The socket that is asked is there when the cameras are.
  await until(
    'the link is told',
    async () => {
      ({ stdout } = await cortexd('dashboard', '--config', config));
      return stdout !== '';
    },
    60_000,
  );
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  t.teardown(() => browser.close());
  return { url: stdout.trim(), config, browser };
}

test('the dashboard in a browser', async (t) => {
  const { url, config, browser } = await watched(t);
  t.match(url, /^http:\/\/127\.0\.0\.1:\d+\/#token=\S+$/);
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(url);
  const root = url.split('#')[0]!;
  const api = async <T>(path: string): Promise<T> => (await fetch(`${root}api/v1${path}`)).json() as Promise<T>;

  await t.test(
    'live: the picture of a video is in its own shape, in colour and sharper than the model sees it',
    async (t) => {
      await page.goto(`${root}#/live/video`);
      await until(
        'the picture',
        () => page.evaluate<boolean>("document.querySelector('.stage img')?.naturalWidth === 640"),
        30_000,
      );
      const size = await page.evaluate<number[]>(
        "(({ naturalWidth, naturalHeight }) => [naturalWidth, naturalHeight])(document.querySelector('.stage img'))",
      );
      t.ok(Math.abs(size[0]! / size[1]! - 800 / 450) < 0.04, size.join(' x '));
      const jpeg = Buffer.from(await (await fetch(`${root}api/v1/cameras/video/picture.jpg`)).arrayBuffer());
      const { channels } = await sharp(jpeg).stats();
      t.ok(Math.abs(channels[0]!.mean - channels[2]!.mean) > 1, 'it has colours');
      const { width } = await api<{ width: number }>('/cameras/video');
      t.ok(size[0]! > 3 * width, `the model sees ${width} px`);
      t.match(await page.locator('.state .says').textContent(), /Learning what is normal here/);
    },
  );

  await t.test('a new user draws a mask: from the first page, with the mouse, and it is grey at once', async (t) => {
    await page.goto(`${root}#/live/video`);
    await page.getByRole('link', { name: 'Draw a mask' }).click();
    const canvas = page.locator('canvas[role=application]');
    await canvas.waitFor();
    await until(
      'it may be drawn',
      async () => (await page.locator('input[type=text][maxlength="64"]').inputValue()) === 'mask1',
    );
    await canvas.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await canvas.boundingBox())!;
    for (const [u, v] of [
      [0.1, 0.1],
      [0.45, 0.1],
      [0.45, 0.6],
      [0.1, 0.6],
    ] as const)
      await page.mouse.click(x + u * width, y + v * height);
    await page.getByRole('button', { name: 'Save' }).click();
    type Settings = { settings: { masks: { mask1?: { points: number[][] } } } };
    await until(
      'the mask is known',
      async () => (await api<Settings>('/cameras/video')).settings.masks.mask1 !== undefined,
    );
    t.equal((await api<Settings>('/cameras/video')).settings.masks.mask1!.points.length, 4);
    const isGrey = async (): Promise<boolean> => {
      const jpeg = Buffer.from(await (await fetch(`${root}api/v1/cameras/video/picture.jpg`)).arrayBuffer());
      const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
      const at = (Math.round(0.3 * info.height) * info.width + Math.round(0.3 * info.width)) * info.channels;
      return [0, 1, 2].every((channel) => Math.abs(data[at + channel]! - 128) <= 6);
    };
    await until('what is masked is grey', isGrey);
  });

  await t.test('with the keyboard alone', async (t) => {
    await page.goto(`${root}#/setup/street?draw=zone`);
    const canvas = page.locator('canvas[role=application]');
    await canvas.waitFor();
    await until('it has the focus', () =>
      page.evaluate<boolean>("document.activeElement.getAttribute('role') === 'application'"),
    );
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press(
      'Enter',
      'Shift+ArrowRight',
      'Shift+ArrowRight',
      'Enter',
      'Shift+ArrowDown',
      'Shift+ArrowDown',
      'Enter',
    );
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    await until('the zone is there', async () => JSON.stringify(await api('/cameras/street')).includes('"zone1"'));
    t.pass('three corners by keys');
  });

  await t.test(
    'setup: alarms a day with what they would have told, mute, quiet hours, from here and from the command line',
    async (t) => {
      await page.goto(`${root}#/setup/street`);
      const slider = page.locator('input[type=range]');
      await slider.focus();
      await page.keyboard.press('Home');
      t.equal(await page.locator('.score').textContent(), '0.1');
      await page.keyboard.press('End');
      t.equal(await page.locator('.score').textContent(), '200');
      t.match(await page.locator('#alarms-told').textContent(), /at this setting|not watched for long enough/);
      await page.keyboard.press('Home');
      await page.getByRole('button', { name: 'Use this' }).click();
      type State = {
        quiet: boolean;
        settings: { alarms_per_day: number; muted_until: string | null; quiet_hours: string };
      };
      await until('it is set', async () => (await api<State>('/cameras/street')).settings.alarms_per_day === 0.1);
      await page.getByRole('button', { name: '1 hour' }).click();
      await until('it is muted', async () => (await api<State>('/cameras/street')).quiet);
      t.equal((await cortexd('mute', '0', '--camera', 'street', '--config', config)).code, 0);
      t.equal((await cortexd('set', 'quiet_hours', '00:00-23:59', '--camera', 'street', '--config', config)).code, 0);
      t.match((await api<State>('/cameras/street')).settings, { muted_until: null, quiet_hours: '00:00-23:59' });
      t.equal((await cortexd('set', 'quiet_hours', 'off', '--camera', 'street', '--config', config)).code, 0);
      t.equal((await cortexd('set', 'alarms_per_day', '200', '--camera', 'street', '--config', config)).code, 0);
      const wrong = await cortexd('set', 'alarms_per_day', 'many', '--camera', 'street', '--config', config);
      t.equal(wrong.code, 64);
    },
  );

  await t.test('events: pictures, the strip, and "that was normal" with what it changed', async (t) => {
    type Listed = { id: string; ended_at: string | null; has_snapshot: boolean }[];
    await until(
      'an event has ended',
      async () =>
        (await api<Listed>('/events?camera=street')).some((event) => event.ended_at !== null && event.has_snapshot),
      90_000,
    );
    const event = (await api<Listed>('/events?camera=street')).find(
      (one) => one.ended_at !== null && one.has_snapshot,
    )!;
    await until(
      'its strip is kept',
      async () => (await api<{ strip: string[] }>(`/events/${event.id}`)).strip.length >= 3,
      20_000,
    );
    await page.goto(`${root}#/events/street?id=${event.id}`);
    await page.locator('.picture').waitFor();
    await until('its picture is shown', () =>
      page.evaluate<boolean>("document.querySelector('.picture')?.naturalWidth === 640"),
    );
    await until('its strip is shown', async () => (await page.locator('.strip img').count()) >= 3);
    await page.getByRole('button', { name: 'That was normal' }).click();
    await until('it says what changed', async () =>
      /Learned|Expected/.test((await page.locator('#say').textContent()) ?? ''),
    );
    t.match(await page.locator('#say').textContent(), /^Learned: the like of this is not told again/);
    await page.getByRole('link', { name: 'On the timeline' }).click();
    await page.getByRole('button', { name: 'Back to now' }).waitFor();
  });

  await t.test(
    'the model: what it has learned is drawn; a snapshot is made, compared, restored, and that undone',
    async (t) => {
      page.on('dialog', (dialog) => void dialog.accept());
      await page.goto(`${root}#/model/street`);
      await page.locator('#places-title').waitFor();
      t.match(await page.locator('.lead').textContent(), /[1-9]\d* things seen/);
      t.ok((await page.locator('#fields-title ~ .crops canvas').count()) > 5);
      await page.getByPlaceholder('before-holiday').fill('tested');
      await page.getByRole('button', { name: 'Keep it as it is now' }).click();
      await page.getByRole('button', { name: 'Compare tested' }).click();
      await page.getByRole('heading', { name: 'Since tested' }).waitFor();
      await page.getByRole('button', { name: 'Restore tested' }).click();
      await until('it is restored', async () => /Restored/.test((await page.locator('#say').textContent()) ?? ''));
      type Kept = { name: string; camera: string; kind: string; step: number };
      const replacedOnes = async (): Promise<Kept[]> =>
        (await api<Kept[]>('/snapshots')).filter(({ camera, kind }) => camera === 'street' && kind === 'replaced');
      const [before, ...others] = await replacedOnes();
      t.same(others, []);
      await page.getByRole('button', { name: 'Undo the last restore' }).click();
      await until('it is undone', async () => ((await page.locator('#say').textContent()) ?? '').startsWith('Back to'));
      t.equal(await page.locator('#say').textContent(), `Back to ${before!.name}.`);
      const { health } = await api<{ health: { step: number } }>('/cameras/street');
      t.ok(health.step >= before!.step, `${health.step} steps, it had ${before!.step} before the restore`);
      t.equal((await replacedOnes()).length, 2, 'what the undo replaced is kept as well');
    },
  );

  await t.test('no page shuts anyone out, wide or narrow, light or dark', async (t) => {
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [390, 'dark'],
    ] as const) {
      const own = await browser.newPage({ viewport: { width, height: 844 }, colorScheme });
      for (const name of ['live', 'events', 'model', 'setup']) {
        // Not from page to page: what is waited for must not be that of the page before.
        await own.goto('about:blank');
        await own.goto(`${root}#/${name}/street`);
        await own.locator('main h1').waitFor();
        await own.locator('main .card').first().waitFor();
        t.same(await barriers(own), [], `${name} at ${width} px, ${colorScheme}`);
        const wide = await own.evaluate<number>('document.documentElement.scrollWidth');
        t.ok(wide <= width, `${name} fits ${width} px (${wide})`);
      }
      await own.close();
    }
  });
  t.same(complaints, []);
});
