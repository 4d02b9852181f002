/**
 * scenes.ts - the scenes that can be asked for by name.
 */
import type { SceneOptions } from './scene.ts';

export const SCENES = {
  /** Two lanes in strict turn; anything may go wrong locally. */
  lanes: { kinds: ['reverse', 'off_lane', 'fast', 'stop', 'big', 'popup'] },
  /** The same, and the turn itself may be broken. */
  street: { kinds: ['reverse', 'off_lane', 'fast', 'stop', 'big', 'popup', 'order'] },
  /** Only the turn may be broken: locally everything is normal. */
  order: { kinds: ['order'] },
  /** Nothing ever goes wrong. */
  normal: { kinds: [] },
} as const satisfies { readonly [name: string]: Pick<SceneOptions, 'kinds'> };

export type SceneName = keyof typeof SCENES;
export const SCENE_NAMES = Object.keys(SCENES) as readonly SceneName[];
