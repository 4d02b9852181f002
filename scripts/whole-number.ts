/** whole-number.ts - an option of a script that is a whole number; the caller is told otherwise. */
import { CortexdError } from '../src/errors.ts';

export function wholeNumber(option: string, given: string, least: number): number {
  if (!/^\d+$/.test(given) || Number(given) < least)
    throw new CortexdError(
      'usage',
      `Expected a whole number of at least ${least} for --${option} but received ${given}`,
    );
  return Number(given);
}
