/**
 * settings.ts - what a model can be told: sizes (fixed when it is made) and knobs. All defaults stand here, once.
 */

/** Parts that can be left out, to measure what they are worth. */
export const ABLATIONS = [
  'form',
  'motion',
  'flow',
  'sequence',
  'timing',
  'l2',
  'l3',
  'high-order',
  'gate',
  'light',
] as const;
export type Ablation = (typeof ABLATIONS)[number];

export type CortexSettings = {
  /** Size of the luma plane (px), multiples of 4. */
  readonly width: number;
  readonly height: number;
  /** Frames per second that the source is asked for; learning itself goes by the frames' own times. */
  readonly fps: number;
  /** Segments of each local region's temporal memory. */
  readonly localSegments: number;
  /** Segments of the global region's temporal memory. */
  readonly globalSegments: number;
  /** Zones of the global region. */
  readonly globalColumns: number;
  readonly globalRows: number;
  /** Cells per column; 1 = first order. */
  readonly cellsPerColumn: number;
  /** Entries of the table of usual dwell times. */
  readonly dwellEntries: number;
  /** Columns of the shared form pooler. */
  readonly formColumns: number;
  /** Divides every threshold. */
  readonly sensitivity: number;
  /** No more alarms a day in the long run (alarm-budget.ts); null = as many as there are. */
  readonly alarmsPerDay: number | null;
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
  formColumns: 64,
  sensitivity: 1,
  alarmsPerDay: null,
  confirmMs: 400,
  holdMs: 3000,
  cooldownMs: 2000,
  release: 0.6,
  ablate: [],
} as const;

/** Model sizes by machine; `pi4` is the default. Budgets: 4, 16 and 40 MiB. */
export const PRESETS = {
  'pi-zero2': {
    ...COMMON,
    width: 64,
    height: 48,
    fps: 5,
    localSegments: 384,
    globalSegments: 2048,
    dwellEntries: 4096,
  },
  pi4: { ...COMMON, width: 128, height: 96, fps: 10, localSegments: 512, globalSegments: 4096, dwellEntries: 16384 },
  pi5: { ...COMMON, width: 192, height: 144, fps: 15, localSegments: 640, globalSegments: 8192, dwellEntries: 32768 },
} as const satisfies { readonly [name: string]: CortexSettings };

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];
export const DEFAULT_PRESET: PresetName = 'pi4';
