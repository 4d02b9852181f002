/**
 * sysfs-base.ts - which sysfs number a line of the pin header has on this machine.
 *
 * Kernels before 6.6 count the header's lines from 0, newer ones from 512 or more, and a Pi 5 has several chips. So the
 * chip is looked up by its label and its base added: GPIO17 is base + 17.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Chips of the pin header: Pi 1-3, Pi 4, Pi 5. */
export const HEADER_LABELS = ['pinctrl-bcm2835', 'pinctrl-bcm2711', 'pinctrl-rp1'] as const;

export type GpioChip = { readonly label: string; readonly base: number; readonly lines: number };

/** All chips that the kernel shows under `root` (/sys/class/gpio). */
export function listChips(root: string): GpioChip[] {
  const read = (chip: string, file: string): string => readFileSync(join(root, chip, file), 'utf8').trim();
  return readdirSync(root)
    .filter((name) => /^gpiochip\d+$/.test(name))
    .map((chip) => ({
      label: read(chip, 'label'),
      base: Number(read(chip, 'base')),
      lines: Number(read(chip, 'ngpio')),
    }))
    .toSorted((a, b) => a.base - b.base);
}

/** The chip of the pin header, or the one with the given label; undefined when there is none. */
export function findChip(chips: readonly GpioChip[], label: string | undefined): GpioChip | undefined {
  return chips.find((chip) =>
    label === undefined ? (HEADER_LABELS as readonly string[]).includes(chip.label) : chip.label === label,
  );
}
