/**
 * settings.ts - what a model can be told: sizes (fixed when it is made) and knobs. All defaults stand here, once.
 */
import { ATTRIBUTES } from '../usual/usual.ts';

/** Parts that can be left out, to measure what they are worth: attributes of things, streams, regions, parts of the eye. */
export const ABLATIONS = [...ATTRIBUTES, 'flow', 'timing', 'visits', 'high-order', 'gate', 'light'] as const;
export type Ablation = (typeof ABLATIONS)[number];

export type CortexSettings = {
  /** Size of the luma plane (px), multiples of 4. */
  readonly width: number;
  readonly height: number;
  /** Frames per second that the source is asked for; learning itself goes by the frames' own times. */
  readonly fps: number;
  /** Segments of the global region's temporal memory. */
  readonly globalSegments: number;
  /** Zones of the global region. */
  readonly globalColumns: number;
  readonly globalRows: number;
  /** Cells per column; 1 = first order. */
  readonly cellsPerColumn: number;
  /** Columns of the pooler over what things look like. */
  readonly kindColumns: number;
  /** About so many alarms a day are raised by what is ordinary (judge/calibration.ts). */
  readonly alarmsPerDay: number;
  /** Multiplies that. */
  readonly sensitivity: number;
  /**
   * Event logic (ms): how long evidence must last to start an event, how long it must stay low to end one, and the pause
   * before the same cause may start again.
   */
  readonly confirmMs: number;
  readonly holdMs: number;
  readonly cooldownMs: number;
  /** Share of the threshold below which evidence is low. */
  readonly release: number;
  readonly ablate: readonly Ablation[];
};

/** Cells per column after the ablation of high-order context is taken into account. */
export function effectiveCells({ cellsPerColumn, ablate }: CortexSettings): number {
  return ablate.includes('high-order') ? 1 : cellsPerColumn;
}

const COMMON = {
  globalColumns: 6,
  globalRows: 6,
  cellsPerColumn: 8,
  kindColumns: 64,
  sensitivity: 1,
  alarmsPerDay: 10,
  confirmMs: 400,
  holdMs: 3000,
  cooldownMs: 2000,
  release: 0.6,
  ablate: [],
} as const;

/**
 * Model sizes by machine; `pi4` is the default. Budgets: 4, 16 and 40 MiB. Width and height are those for a picture of 4:3;
 * a source of another shape gets as many pixels in its own (`PIXELS`, capture/model-size.ts).
 */
export const PRESETS = {
  'pi-zero2': { ...COMMON, width: 92, height: 68, fps: 5, globalSegments: 2048 },
  pi4: { ...COMMON, width: 164, height: 124, fps: 10, globalSegments: 4096 },
  pi5: { ...COMMON, width: 244, height: 184, fps: 15, globalSegments: 8192 },
} as const satisfies { readonly [name: string]: CortexSettings };

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];
export const DEFAULT_PRESET: PresetName = 'pi4';

/** Pixels of the model's picture, whatever its shape. */
export const PIXELS: { readonly [preset in PresetName]: number } = { 'pi-zero2': 6000, pi4: 20_000, pi5: 45_000 };
