/** real-number.ts - an option of a script that is a number with or without a fraction; the caller is told otherwise. */
import { CortexdError } from '../src/errors.ts';

export function realNumber(option: string, given: string, least: number, most = Infinity): number {
  const value = Number(given);
  if (given.trim() === '' || !Number.isFinite(value) || value < least || value > most) {
    const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new CortexdError('usage', `Expected a number ${range} for --${option} but received ${given}`);
  }
  return value;
}
