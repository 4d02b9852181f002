import { chromium } from 'playwright-core';
import { test } from 'tap';
import { Listener } from '../mqtt/brokers.ts';
import { Running } from '../support/program.ts';
import { until } from '../support/until.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

test('the demo learns, then shows alarms and predictions on the terminal, over MQTT and on a live page', async (t) => {
  const demo = new Running(['demo', '--for', '45s', '--port', '0', '--mqtt-port', '0']);
  t.teardown(() => demo.end('SIGKILL'));
  const [, page, broker] = await demo.says(/Live page: (http:\S+) +Broker: (mqtt:\S+)/, 240_000);
  const listener = await Listener.open(broker!);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  t.teardown(() => browser.close());
  const view = await browser.newPage();
  const complaints: string[] = [];
  view.on('pageerror', (error) => complaints.push(String(error)));
  view.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await view.goto(page!);
  // Sharper than the model's own picture.
  await until('the picture', () =>
    view.evaluate<boolean>("document.querySelector('.stage img')?.naturalWidth === 640"),
  );
  await until('the score', () =>
    view.evaluate<boolean>("(document.querySelector('.score')?.textContent ?? '–') !== '–'"),
  );
  t.equal(await view.locator('#camera option').count(), 1);
  await demo.says(/ALARM/, 45_000);
  const drawn = `(() => {
    const canvas = document.querySelector('.stage canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return canvas.width > 1 && data.some((value) => value > 0);
  })()`;
  await until('boxes, trails and heat are drawn', () => view.evaluate<boolean>(drawn));
  await until('the prediction', () =>
    view.evaluate<boolean>("/\\d+ %/.test(document.querySelector('.next').textContent)"),
  );
  await view.goto(`${page!}#/events`);
  await until('the alarm among the events', async () => (await view.locator('.event .tag.alert').count()) > 0);
  t.same(complaints, []);
  await until('the event over MQTT', () => listener.heard.some(({ topic }) => topic === 'cortexd/demo/street/event'));
  await listener.close();
  await browser.close();
  await demo.says(/Seen in real time: \d+ alarms, \d+ predictions/, 60_000);
  t.match(demo.output, /expect {2}/);
  await until('the demo has ended', () => demo.child.exitCode !== null);
  t.equal(demo.child.exitCode, 0);
});
