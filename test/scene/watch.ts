/**
 * watch.ts - a scene seen frame by frame, with its truth.
 */
import { type Scene, type SceneOptions, type Truth, createScene, renderNext } from '../../src/scene/scene.ts';

export type Seen = { readonly frame: number; readonly truth: Truth; readonly scene: Scene; readonly luma: Uint8Array };

/** Pictures are small (64 x 48 px) unless told otherwise. `look` is called after each frame; `luma` is another buffer every time, so that nothing can hang on the last one. */
export function watch(options: Partial<SceneOptions>, frames: number, look: (seen: Seen) => void): void {
  const scene = createScene({ width: 64, height: 48, ...options });
  for (let frame = 0; frame < frames; frame++) {
    const luma = new Uint8Array(scene.options.width * scene.options.height);
    const truth = renderNext(scene, luma);
    look({ frame, truth, scene, luma });
  }
}

export type LabelSeen = {
  readonly kind: string;
  readonly id: number;
  readonly first: number;
  last: number;
  frames: number;
};

/** All labels of so many frames. */
export function labelsOf(options: Partial<SceneOptions>, frames: number): LabelSeen[] {
  const labels = new Map<string, LabelSeen>();
  watch(options, frames, ({ frame, truth: { kind, id } }) => {
    if (kind === null) return;
    const label = labels.get(`${kind} ${id}`) ?? { kind, id, first: frame, last: frame, frames: 0 };
    label.last = frame;
    label.frames++;
    labels.set(`${kind} ${id}`, label);
  });
  return [...labels.values()];
}

/** Frames in which each thing that was seen came and was seen last, in order of coming. */
export type Visit = { readonly id: number; readonly kind: string; readonly first: number; last: number };

export function visitsOf(options: Partial<SceneOptions>, frames: number): Visit[] {
  const visits = new Map<number, Visit>();
  watch(options, frames, ({ frame, truth }) => {
    for (const { id, kind } of truth.things) {
      const visit = visits.get(id);
      if (visit === undefined) visits.set(id, { id, kind, first: frame, last: frame });
      else visit.last = frame;
    }
  });
  return [...visits.values()].toSorted((a, b) => a.first - b.first);
}
