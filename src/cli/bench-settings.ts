/**
 * bench-settings.ts - parameters of an engine on the command line: a named set, then `--set name=value` on top of it.
 */
import { nearest } from '../config/nearest.ts';
import { CortexdError } from '../errors.ts';

export type Settings = { readonly [name: string]: number };

/** `base` with the assignments `name=value` applied. Throws CortexdError `usage` naming what is wrong. */
export function applySettings<S extends Settings>(base: S, assignments: readonly string[]): S {
  const settings: { [name: string]: number } = { ...base };
  for (const assignment of assignments) {
    const [name = '', text = ''] = assignment.split('=', 2);
    if (!Object.hasOwn(base, name)) {
      const near = nearest(name, Object.keys(base));
      throw new CortexdError('usage', `Expected the name of a parameter for --set but received "${name}"`, {
        hint: near === undefined ? `There are: ${Object.keys(base).join(', ')}` : `Did you mean ${near}?`,
      });
    }
    const value = Number(text);
    if (text === '' || !Number.isFinite(value)) {
      throw new CortexdError('usage', `Expected a number for --set ${name} but received "${text}"`);
    }
    settings[name] = value;
  }
  return settings as S;
}
