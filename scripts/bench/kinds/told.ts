/**
 * told.ts - kinds as the world itself names them: what the best sorter could know.
 */
import type { TrueTrack } from '../tracking/measures.ts';
import { intersectionOverUnion } from '../tracking/measures.ts';
import { type Recorded, type RecordedThing, recordedBox } from '../things/record.ts';
import { KINDS, type Sorter } from './sorter.ts';

const SHARED = 0.2;
/** One of so many frames is held against the truth. */
const EVERY = 5;

export function toldKinds({ things, aspect }: Recorded, tracks: readonly TrueTrack[]): Sorter {
  const names = [...new Set(tracks.map(({ kind }) => kind))].toSorted();
  const kinds = new Map(things.map((thing) => [thing, Math.min(KINDS - 1, kindOfThing(thing, aspect, tracks, names))]));
  return {
    name: 'as the world names them',
    bytes: 0,
    begin: () => undefined,
    look: () => undefined,
    kindOf: (thing) => kinds.get(thing)!,
    learn: () => undefined,
  };
}

/** The kind that most frames show; -1 = nothing true is there. */
function kindOfThing(
  thing: RecordedThing,
  aspect: number,
  tracks: readonly TrueTrack[],
  names: readonly string[],
): number {
  const votes = new Int32Array(names.length);
  const near = tracks.filter(
    ({ first, boxes }) => first < thing.first + thing.frames && first + boxes.length > thing.first,
  );
  for (let frame = thing.first; frame < thing.first + thing.frames; frame += EVERY) {
    const given = recordedBox(thing, aspect, frame)!;
    let [best, most] = [-1, SHARED];
    for (const { kind, first, boxes } of near) {
      const box = boxes[frame - first] ?? null;
      const share = box === null ? 0 : intersectionOverUnion(given, box);
      if (share > most) [best, most] = [names.indexOf(kind), share];
    }
    if (best >= 0) votes[best]! += 1;
  }
  const highest = Math.max(...votes);
  return highest > 0 ? votes.indexOf(highest) : -1;
}
