/**
 * crowd.ts - do things come one by one, or as a crowd?
 *
 * In a crowd things hide each other all the time: where one begins and ends, how large it is and where it came from is what the
 * cutting made of it, and the rarest of that is noise. What is left to be judged is how fast the picture moves at each place
 * (flow-stream.ts), for which nothing has to be cut out. So one of the two speaks, and the model finds out which: by how many
 * things share their blob with another, on the average over the last minutes.
 */
import { type Views, FLAG, field } from '../../memory/layout.ts';
import { LIVE, MOST_THINGS, type Things } from '../../things/pool.ts';

/** The average goes over about so long (ms). */
const LOOKED_MS = 300_000;
/** Things that hide each other: from so many on it is a crowd, below so few it is none any more. */
const CROWD = 1;
const NO_CROWD = 0.7;

export const crowdFields = () => ({
  lookedMs: field('f32', 1, 'state'), // looked at so long, at most LOOKED_MS
  hidden: field('f32', 1, 'state'), // things that share their blob, on the average
  isCrowd: field('u8', 1, 'state', FLAG),
});
export type Crowd = Views<ReturnType<typeof crowdFields>>;

/** One picture whose things can be trusted. */
export function watchCrowd(crowd: Crowd, things: Things, elapsedMs: number): void {
  let hidden = 0;
  for (let slot = 0; slot < MOST_THINGS; slot++) if (things.status[slot] === LIVE) hidden += things.together[slot]!;
  crowd.lookedMs[0] = Math.min(LOOKED_MS, crowd.lookedMs[0]! + elapsedMs);
  crowd.hidden[0]! += Math.min(1, elapsedMs / crowd.lookedMs[0]) * (hidden - crowd.hidden[0]!);
  if (crowd.hidden[0]! >= CROWD) crowd.isCrowd[0] = 1;
  else if (crowd.hidden[0]! < NO_CROWD) crowd.isCrowd[0] = 0;
}
