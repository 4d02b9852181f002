/**
 * model-named.ts - which camera or number sensor is meant.
 */
import { CortexdError } from '../../errors.ts';

/** The one of that name; without a name the only one there is. Throws CortexdError('usage') otherwise. */
export function modelNamed<T extends { readonly name: string }>(models: readonly T[], name: string | undefined): T {
  const model = name === undefined && models.length === 1 ? models[0] : models.find((one) => one.name === name);
  if (model !== undefined) return model;
  const names = models.map((one) => one.name).join(', ');
  throw new CortexdError('usage', `Expected a camera or stream of ${names} but received ${name ?? 'none'}`, {
    hint: 'Name it with --camera NAME.',
  });
}
