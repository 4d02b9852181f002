import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { AlarmOutput, ButtonInput, PresenceInput } from '../../src/gpio/lines.ts';
import { chooseBackend } from '../../src/gpio/choose.ts';
import type { GpioBackend } from '../../src/gpio/port.ts';
import { findChip, listChips } from '../../src/gpio/sysfs-base.ts';

/** A folder that looks like /sys/class/gpio. */
function sysfs(root: string, chips: [name: string, label: string, base: number, lines: number][]): string {
  writeFileSync(join(root, 'export'), '');
  for (const [name, label, base, lines] of chips) {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, 'label'), `${label}\n`);
    writeFileSync(join(root, name, 'base'), `${base}\n`);
    writeFileSync(join(root, name, 'ngpio'), `${lines}\n`);
  }
  return root;
}

/** Lines held in memory: the port's other side. */
function backendInMemory(): {
  backend: GpioBackend;
  levels: boolean[];
  edge: (on: boolean) => void;
  open: () => number;
} {
  const levels: boolean[] = [];
  let listener: (on: boolean) => void = () => undefined;
  let open = 0;
  const backend: GpioBackend = {
    name: 'memory',
    openOutput: () => {
      open++;
      return {
        write: (on) => levels.push(on),
        close: () => {
          levels.push(false);
          open--;
        },
      };
    },
    openInput: (_line, _activeLow, changed) => {
      open++;
      listener = changed;
      return { close: () => open-- };
    },
  };
  return { backend, levels, edge: (on) => listener(on), open: () => open };
}

test('the chip of the pin header is found by its label, whatever its base', async (t) => {
  const root = sysfs(t.testdir(), [
    ['gpiochip512', 'pinctrl-bcm2711', 512, 58],
    ['gpiochip570', 'raspberrypi-exp-gpio', 570, 8],
  ]);
  const chips = listChips(root);
  t.same(findChip(chips, undefined), { label: 'pinctrl-bcm2711', base: 512, lines: 58 });
  t.match(findChip(chips, 'raspberrypi-exp-gpio'), { base: 570 });
  t.equal(findChip(chips, 'pinctrl-rp1'), undefined);
  t.match(chooseBackend(undefined, root), { backend: { name: 'onoff (pinctrl-bcm2711, base 512)' } });
});

test('a machine without pins is a stated fact, not a failure', async (t) => {
  t.match(chooseBackend(undefined, join(t.testdir(), 'nothing')), { backend: null, reason: /this kernel has no/ });
  const root = sysfs(t.testdir({}), [['gpiochip0', 'some-laptop', 0, 100]]);
  t.match(chooseBackend(undefined, root), {
    backend: null,
    reason: /no chip with a pin header \(there are: some-laptop\)/,
  });
  t.match(chooseBackend('x', root), { backend: null, reason: /label "x"/ });
});

test('a line beyond the chip is refused before anything is written', async (t) => {
  const choice = chooseBackend(undefined, sysfs(t.testdir(), [['gpiochip0', 'pinctrl-bcm2835', 0, 54]]));
  t.ok(choice.backend);
  t.throws(() => choice.backend?.openOutput(99, false), { code: 'config', message: /0 to 53 .* received 99/ });
});

test('the alarm output follows, is never on longer than allowed, and is off when closed', async (t) => {
  const { backend, levels, open } = backendInMemory();
  const alarm = new AlarmOutput(backend, 17, false, 30);
  alarm.set(true);
  alarm.set(true);
  t.same(levels, [true], 'asking twice switches once');
  await sleep(60);
  t.same(levels, [true, false], 'off by itself');
  alarm.set(false);
  alarm.set(true);
  alarm.silence();
  alarm.close();
  t.equal(levels.at(-1), false);
  t.equal(open(), 0);
});

test('presence begins with the first signal and ends a while after the last', async (t) => {
  const { backend, edge } = backendInMemory();
  const told: boolean[] = [];
  const pir = new PresenceInput(backend, 4, false, 30, (present) => told.push(present));
  edge(true);
  edge(false);
  await sleep(10);
  edge(true);
  edge(false);
  t.same(told, [true]);
  t.ok(pir.isPresent);
  await sleep(60);
  t.same(told, [true, false]);
  pir.close();
});

test('a button tells short from long presses', async (t) => {
  const { backend, edge } = backendInMemory();
  const presses: string[] = [];
  const button = new ButtonInput(backend, 3, true, 40, (kind) => presses.push(kind));
  edge(false);
  edge(true);
  edge(false);
  edge(true);
  await sleep(60);
  edge(false);
  t.same(presses, ['short', 'long']);
  button.close();
});

test('a lamp blinks until its time is over, and is off then', async (t) => {
  const { backend, levels } = backendInMemory();
  const lamp = new AlarmOutput(backend, 17, false, 1100, 'blink');
  lamp.set(true);
  await sleep(1500);
  t.same(levels.slice(0, 3), [true, false, true], 'on and off by turns');
  t.equal(levels.at(-1), false, 'and off when its time is over');
  const written = levels.length;
  await sleep(600);
  t.equal(levels.length, written, 'for good');
  lamp.close();
  t.equal(levels.at(-1), false);
});
