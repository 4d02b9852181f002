/**
 * episode-plan.ts - the blocks of the episode region and of what recurs, by name.
 */
import type { Kernels } from '../htm/kernels/kernels.ts';
import { openTemporalMemory, temporalMemoryFields } from '../htm/temporal-memory.ts';
import type { FieldTable, Views } from '../memory/layout.ts';
import type { ZoneGrid } from '../vision/geometry.ts';
import { episodeKindFields } from './episode-kinds.ts';
import { pauseCountFields, pauseFields } from './episode-pause.ts';
import { type EpisodeRegion, PARTS, episodeFields } from './episode-region.ts';
import {
  EPISODE_TM_PARAMS,
  type EpisodeSequence,
  episodeShape,
  sequenceFields,
  sequenceTransitionFields,
} from './episode-sequence.ts';
import { episodeTrackFields } from './episode-track.ts';
import type { CortexSettings } from './settings.ts';

/** Blocks of one part's sequence, behind the part's name. */
const sequenceTables = (settings: CortexSettings) => ({
  sequence: sequenceFields(),
  pauses: pauseFields(),
  pauseCounts: pauseCountFields(),
  transitions: sequenceTransitionFields(),
  memory: temporalMemoryFields(episodeShape(settings)),
});

const regionTables = (grid: ZoneGrid) => ({
  episodes: episodeFields(grid),
  'episodes.track': episodeTrackFields(grid),
  'episodes.kinds': episodeKindFields(grid.columns * grid.rows),
});

/** Field tables of all blocks, by block name. */
export function episodeTables(settings: CortexSettings, grid: ZoneGrid): { readonly [name: string]: FieldTable } {
  const tables: { [name: string]: FieldTable } = { ...regionTables(grid) };
  for (const part of PARTS)
    for (const [name, table] of Object.entries(sequenceTables(settings))) tables[`episodes.${part}.${name}`] = table;
  return tables;
}

/** The region over the views that `viewsOf` finds for a block. */
export function openEpisodeRegion(
  settings: CortexSettings,
  grid: ZoneGrid,
  kernels: Kernels | null,
  viewsOf: <F extends FieldTable>(name: string, table: F) => Views<F>,
): EpisodeRegion {
  const own = regionTables(grid);
  const tables = sequenceTables(settings);
  return {
    grid,
    views: viewsOf('episodes', own.episodes),
    track: viewsOf('episodes.track', own['episodes.track']),
    kinds: viewsOf('episodes.kinds', own['episodes.kinds']),
    sequences: PARTS.map((part): EpisodeSequence => {
      const block = <N extends keyof typeof tables>(name: N): Views<(typeof tables)[N]> =>
        viewsOf(`episodes.${part}.${name}`, tables[name] as FieldTable) as Views<(typeof tables)[N]>;
      return {
        views: block('sequence'),
        pauses: { views: block('pauses'), counts: block('pauseCounts') },
        transitions: block('transitions'),
        memory: openTemporalMemory(episodeShape(settings), EPISODE_TM_PARAMS, block('memory'), { kernels }),
      };
    }),
  };
}
