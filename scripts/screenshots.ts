/**
 * screenshots.ts - pictures of every page of the dashboard, wide and narrow, light and dark, taken from the running demo:
 *
 *     npm run screenshots            writes docs/images/PAGE-WIDTH-SCHEME.png
 *     npm run screenshots -- URL     the same of a daemon that runs already, into build/images
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { packageFile } from '../src/package-root.ts';
import { Running } from '../test/support/program.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu'];
const PAGES = ['live', 'events', 'model', 'setup'];
const WIDTHS = [
  [1280, 900],
  [390, 844],
] as const;
const SCHEMES = ['light', 'dark'] as const;
/** Time for pictures and charts to be drawn (ms). */
const SETTLE_MS = 2500;

const [, , given] = argv;
const folder = packageFile(given === undefined ? 'docs/images' : 'build/images');
mkdirSync(folder, { recursive: true });
const demo =
  given === undefined ? new Running(['demo', '--port', '0', '--mqtt-port', '0', '--learn-minutes', '30']) : null;
try {
  const url = given ?? (await demo!.says(/Live page: (\S+)/, 600_000))[1]!;
  // Something must have happened, and time must have passed for the chart.
  if (demo !== null) await demo.says(/ALARM[\s\S]*ALARM[\s\S]*ALARM/, 300_000);
  await takeAll(url);
} finally {
  await demo?.end('SIGINT');
}

async function takeAll(url: string): Promise<void> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  try {
    for (const colorScheme of SCHEMES) {
      for (const [width, height] of WIDTHS) {
        const page = await browser.newPage({ viewport: { width, height }, colorScheme, deviceScaleFactor: 1 });
        for (const name of PAGES) {
          await page.goto(`${url}#/${name}`);
          await page.locator('main h1').waitFor();
          await page.waitForTimeout(SETTLE_MS);
          // A picture with something in it tells more; where nothing comes it is taken as it is.
          if (name === 'live')
            await page
              .getByText('in sight')
              .waitFor({ timeout: 20_000 })
              .catch(() => undefined);
          const png = await page.screenshot({ fullPage: true });
          // Few colours are enough for what is mostly flat, and a quarter of the size.
          const small = await sharp(png).png({ palette: true, quality: 80, effort: 7 }).toBuffer();
          const file = join(folder, `${name}-${width}-${colorScheme}.png`);
          writeFileSync(file, small);
          console.log(`${file} ${small.length} bytes`);
        }
        await page.close();
      }
    }
  } finally {
    await browser.close();
  }
}
