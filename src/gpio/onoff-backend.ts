/**
 * onoff-backend.ts - pins through the kernel's sysfs interface with onoff.
 *
 * onoff and its native part are loaded only when the kernel offers the interface, so a machine without pins needs neither.
 */
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Gpio as OnoffGpio } from 'onoff';
import { CortexdError, messageOf } from '../errors.ts';
import type { BackendChoice, GpioBackend } from './port.ts';
import { type GpioChip, findChip, listChips } from './sysfs-base.ts';

/** The place onoff itself uses; it cannot be told another. */
const SYSFS = '/sys/class/gpio';
const DEBOUNCE_MS = 30;

/** Look whether pins can be used here. Never throws: a machine without pins is a fact, not a fault. */
export function chooseOnoff(chipLabel: string | undefined, root: string = SYSFS): BackendChoice {
  try {
    accessSync(join(root, 'export'), constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT'
        ? `this kernel has no ${root}`
        : `${root}/export may not be written (${code ?? 'unknown'}): is the user in group gpio?`;
    return { backend: null, reason };
  }
  const chips = listChips(root);
  const chip = findChip(chips, chipLabel);
  if (chip === undefined) {
    const wanted = chipLabel === undefined ? 'a pin header' : `label "${chipLabel}"`;
    return {
      backend: null,
      reason: `no chip with ${wanted} (there are: ${chips.map(({ label }) => label).join(', ') || 'none'})`,
    };
  }
  return { backend: onoffBackend(chip) };
}

function onoffBackend(chip: GpioChip): GpioBackend {
  const { Gpio } = createRequire(import.meta.url)('onoff') as { Gpio: typeof OnoffGpio };
  const open = <T>(line: number, create: (number: number) => T): T => {
    if (line >= chip.lines) {
      throw new CortexdError(
        'config',
        `Expected a line from 0 to ${chip.lines - 1} of chip ${chip.label} but received ${line}`,
      );
    }
    try {
      return create(chip.base + line);
    } catch (error) {
      throw new CortexdError(
        'unavailable',
        `Expected to open GPIO line ${line} (sysfs ${chip.base + line}) but received: ${messageOf(error)}`,
        {
          hint: 'Is the line used by something else, and is the user in group gpio?',
          cause: error,
        },
      );
    }
  };
  return {
    name: `onoff (${chip.label}, base ${chip.base})`,
    openOutput: (line, activeLow) => {
      // 'high' and 'low' set the level together with the direction: no glitch at start.
      const gpio = open(line, (number) => new Gpio(number, activeLow ? 'high' : 'low', 'none', { activeLow }));
      return {
        write: (on) => gpio.writeSync(on ? 1 : 0),
        close: () => {
          gpio.writeSync(0);
          gpio.unexport();
        },
      };
    },
    openInput: (line, activeLow, changed) => {
      const gpio = open(line, (number) => new Gpio(number, 'in', 'both', { activeLow, debounceTimeout: DEBOUNCE_MS }));
      gpio.watch((error, value) => {
        if (!error) changed(value === 1);
      });
      return { close: () => gpio.unexport() };
    },
  };
}
