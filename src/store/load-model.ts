/**
 * load-model.ts - the model to go on with after a start: the newest checkpoint that is sound, else the newest snapshot that
 * is, else none; and what had to be given up for it, in words.
 */
import { messageOf } from '../errors.ts';
import type { ModelImage } from './model-image.ts';
import type { FoundGeneration } from './model-pages.ts';
import type { Snapshots } from './snapshots.ts';

/** `generation` 0: from a snapshot. `lost`: what was damaged and what that costs; null: nothing. */
export type LoadedModel =
  | { readonly kind: 'none'; readonly lost: string | null }
  | { readonly kind: 'loaded'; readonly image: ModelImage; readonly generation: number; readonly lost: string | null };

/** `damage`: what is known to be damaged besides. Only snapshots of the shape `signature` (undefined: any) are looked at. */
export async function newestSound(
  camera: string,
  found: FoundGeneration,
  snapshots: Snapshots,
  signature: string | undefined,
  damage: readonly string[],
): Promise<LoadedModel> {
  const told = [...damage, ...found.damage];
  const words = (rest: string): string | null => (told.length === 0 ? null : [...told, rest].join('; '));
  if (found.image !== null) {
    const { image, generation } = found;
    return { kind: 'loaded', image, generation, lost: words(`goes on from step ${image.step} of ${image.savedAt}`) };
  }
  if (told.length === 0) return { kind: 'none', lost: null };
  for (const { name, createdAt } of snapshots.list().filter((one) => one.camera === camera)) {
    if (signature !== undefined && snapshots.info(name).signature !== signature) continue;
    try {
      const image = { ...(await snapshots.get(name)), camera };
      const rest = `goes on from snapshot "${name}" of ${createdAt}, step ${image.step}`;
      return { kind: 'loaded', image, generation: 0, lost: words(rest) };
    } catch (error) {
      told.push(messageOf(error));
    }
  }
  return { kind: 'none', lost: words('there is no sound snapshot either; the model begins anew') };
}
