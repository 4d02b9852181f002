/** whole-number.ts - an option of a script that is a whole number; throws RangeError otherwise. */
export function wholeNumber(option: string, given: string, least: number): number {
  if (!/^\d+$/.test(given) || Number(given) < least)
    throw new RangeError(`Expected a whole number of at least ${least} for --${option} but received ${given}`);
  return Number(given);
}
