import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { chooseBackend } from '../../src/gpio/choose.ts';
import { onPath } from '../support/programs.ts';
import { until } from '../support/until.ts';

const TOOLS = ['gpiodetect', 'gpioset', 'gpiomon'];

for (const version of [1, 2]) {
  void test(`libgpiod ${version}: an output follows and ends off, an input tells its edges`, async (t) => {
    const folder = t.testdir({ version: String(version), calls: '' });
    onPath(t, folder, ...TOOLS);
    const choice = chooseBackend(undefined, join(folder, 'no-sysfs'));
    t.match(choice, { backend: { name: `libgpiod ${version} (pinctrl-bcm2711, gpiochip0)` } });
    if (choice.backend === null) return;
    const { backend } = choice;
    const levels = (line: number): string => {
      const file = join(folder, `level-${line}`);
      return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\n', '') : '';
    };
    const output = backend.openOutput(17, false);
    await until('off at the start', () => levels(17) === '0');
    output.write(true);
    await until('on', () => levels(17) === '01');
    output.write(false);
    await until('off', () => levels(17) === '010');
    output.write(true);
    await until('on again', () => levels(17) === '0101');
    output.close();
    t.equal(levels(17), '01010', 'off at the end');
    const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
    t.match(calls.at(-1), version === 1 ? /--mode=exit/ : /--toggle 0/, 'by one that does not hold the line');
    const low = backend.openOutput(5, true);
    await until('off is high', () => levels(5) === '1');
    low.close();

    const seen: boolean[] = [];
    const input = backend.openInput(4, false, (on) => seen.push(on));
    const [rising, falling] = ['1', version === 1 ? '0' : '2'];
    writeFileSync(join(folder, 'edges-4'), `${rising}\n`);
    await until('pressed', () => seen.length === 1);
    appendFileSync(join(folder, 'edges-4'), `${falling}\n`);
    await until('released', () => seen.length === 2);
    // A contact that bounces is one press.
    appendFileSync(join(folder, 'edges-4'), `${rising}\n${falling}\n${rising}\n`);
    await until('pressed once', () => seen.length === 3);
    t.same(seen, [true, false, true]);
    input.close();
    t.throws(() => backend.openOutput(99, false), { code: 'config', message: /0 to 57/ });
  });
}

void test('without tools, or without a pin header among the chips, the reason is given', (t) => {
  const before = process.env['PATH'];
  process.env['PATH'] = t.testdir();
  t.match(chooseBackend(undefined, '/no/sysfs'), { backend: null, reason: /no kernel|this kernel.*package gpiod/s });
  process.env['PATH'] = before;
  const folder = t.testdir({ version: '2', calls: '' });
  onPath(t, folder, ...TOOLS);
  t.match(chooseBackend('x1', '/no/sysfs'), {
    backend: null,
    reason: /label "x1".*pinctrl-bcm2711, raspberrypi-exp-gpio/,
  });
  t.end();
});
