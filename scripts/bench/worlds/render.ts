/**
 * render.ts - a world of the project's own scenes as files: what is seen as NAME.mp4, the truth about it as NAME.json
 * (given.ts). Rendered once and kept; a world that has changed since has another name.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Disturbance } from '../../../src/scene/disturb.ts';
import { FAMILIES, type Family } from '../../../src/scene/plays/places.ts';
import { SCENE_DEFAULTS, type SceneOptions, createScene, renderNext } from '../../../src/scene/scene.ts';
import { SCENES } from '../../../src/scene/scenes.ts';
import type { Box } from '../../../src/vision/box.ts';
import type { TrueTrack } from '../tracking/measures.ts';
import { encodeVideo } from './encode.ts';
import { type GivenWorld, readWorld } from './given.ts';

export { FAMILIES, type Family };

export type WorldSpec = {
  readonly family: Family;
  readonly seed: number;
  readonly nuisance: Disturbance;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Frames, those of them before the first judged one, and between two breaks on average. */
  readonly frames: number;
  readonly train: number;
  readonly every: number;
  /** Without them the same life goes on, and nothing breaks it. */
  readonly hasBreaks: boolean;
};

/** s */
const USUAL = { frames: 3600, train: 1200, every: 150 } as const;
const QUIET = { frames: 2400, train: 600, every: 300 } as const;

/** How long a world of a family is watched, when nothing else is asked for. */
export function usualLengths(family: Family, fps: number): Pick<WorldSpec, 'frames' | 'train' | 'every'> {
  const { frames, train, every } = family === 'quiet' ? QUIET : USUAL;
  return { frames: frames * fps, train: train * fps, every: every * fps };
}

function sceneOf({ family, seed, nuisance, width, height, fps, train, every, hasBreaks }: WorldSpec): SceneOptions {
  const { play, kinds } = SCENES[`place_${family}`];
  return {
    ...SCENE_DEFAULTS,
    play,
    kinds: hasBreaks ? kinds : [],
    seed,
    width,
    height,
    fps,
    anomaliesFrom: train,
    anomalySpacing: every,
    // The first visitors come to an open eye.
    incidentsFrom: train + VISITORS_FIRST * every,
    disturbance: nuisance,
    // Cameras differ in grain.
    noise: 1.2 + (seed % 7) / 3,
  };
}

/** Mean pauses between breaks that pass before anything happens to the camera. */
const VISITORS_FIRST = 4;
/** Frames that tell one version of a world from another. */
const PROBE = 240;

/** The world of these settings, rendered if it is not there yet. */
export async function ensureWorld(spec: WorldSpec, folder: string): Promise<GivenWorld> {
  const name = nameOf(spec);
  if (!existsSync(join(folder, `${name}.json`)) || !existsSync(join(folder, `${name}.mp4`))) {
    mkdirSync(folder, { recursive: true });
    await renderWorld(spec, folder, name);
  }
  return readWorld(folder, name);
}

function nameOf(spec: WorldSpec): string {
  const { family, seed, nuisance } = spec;
  // Breaks come at once here, so that a change of them shows too.
  const probe = createScene({
    ...sceneOf(spec),
    width: 32,
    height: 18,
    anomaliesFrom: 0,
    anomalySpacing: 10,
    incidentsFrom: 120,
  });
  const hash = createHash('sha256').update(JSON.stringify(spec));
  const luma = new Uint8Array(32 * 18);
  for (let frame = 0; frame < PROBE; frame++) hash.update(JSON.stringify(renderNext(probe, luma))).update(luma);
  return `${family}-${seed}-${nuisance}-${hash.digest('hex').slice(0, 12)}`;
}

async function renderWorld(spec: WorldSpec, folder: string, name: string): Promise<void> {
  const { width, height, fps, frames, train, family, seed, nuisance } = spec;
  const scene = createScene(sceneOf(spec));
  const video = encodeVideo(join(folder, `${name}.mp4`), width, height, fps);
  const luma = new Uint8Array(width * height);
  const kinds: (string | null)[] = [];
  const boxes: (Box | null)[] = [];
  const tracks = new Map<number, { id: number; kind: string; first: number; boxes: (Box | null)[] }>();
  try {
    for (let frame = 0; frame < frames; frame++) {
      const truth = renderNext(scene, luma);
      kinds.push(truth.kind);
      boxes.push(truth.box === null ? null : rounded(truth.box));
      for (const { id, kind, box } of truth.things) {
        const track = tracks.get(id) ?? { id, kind, first: frame, boxes: [] };
        tracks.set(id, track);
        while (track.boxes.length < frame - track.first) track.boxes.push(null);
        track.boxes.push(rounded(box));
      }
      await video.add(luma);
    }
    await video.finish();
  } catch (error) {
    await video.abandon();
    throw error;
  }
  const all: readonly TrueTrack[] = [...tracks.values()];
  const text = JSON.stringify({ train, fps, kinds, boxes, tracks: all, world: { family, seed, nuisance } });
  const file = join(folder, `${name}.json`);
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}

function rounded([x, y, width, height]: Box): Box {
  const four = (value: number): number => Math.round(value * 10_000) / 10_000;
  return [four(x), four(y), four(width), four(height)];
}
