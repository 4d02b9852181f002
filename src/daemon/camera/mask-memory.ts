/**
 * mask-memory.ts - under which masks a camera was watched last, so that other masks after a restart are noticed.
 */
import { messageOf } from '../../errors.ts';
import { timestamp } from '../../records/from-observation.ts';
import type { CameraPorts } from '../watched/ports.ts';

type Polygons = readonly (readonly (readonly [number, number])[])[];

/** Note the masks of now; resolves to whether others are known from before. A full disk makes it forget, not fail. */
export async function masksChanged(
  { store, log }: Pick<CameraPorts, 'store' | 'log'>,
  camera: string,
  masks: Polygons,
): Promise<boolean> {
  const key = `camera/${camera}/masked`;
  const now = JSON.stringify(masks);
  try {
    const before = (await store.call('settings'))[key];
    if (before === now) return false;
    await store.call('saveSetting', key, now, timestamp(Date.now()));
    return before !== undefined;
  } catch (error) {
    log.warn({ camera, err: error }, `The masks of now could not be noted: ${messageOf(error)}`);
    return false;
  }
}
