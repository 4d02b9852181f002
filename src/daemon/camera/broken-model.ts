/**
 * broken-model.ts - a saved model that breaks in its steps, life after life. The service manager starts the daemon again from the
 * last checkpoint, which is right as long as it was chance; when the same checkpoint has broken twice it is not gone on from.
 */
import { timestamp } from '../../records/from-observation.ts';
import type { CameraStore } from '../watched/ports.ts';

const MOST_LIVES = 2;

/** What is known of the last life that was ended by its model: the checkpoint that the next one begins from, and how often. */
type Broken = { readonly step: number; readonly lives: number };

const keyOf = (camera: string): string => `camera/${camera}/broken`;

/** The model has broken; the next life will begin from the checkpoint of `savedStep`. */
export async function noteBroken(store: CameraStore, camera: string, savedStep: number): Promise<void> {
  const known = await brokenOf(store, camera);
  const lives = known?.step === savedStep ? known.lives + 1 : 1;
  const note: Broken = { step: savedStep, lives };
  await store.call('saveSetting', keyOf(camera), JSON.stringify(note), timestamp(Date.now()));
}

/** Whether the checkpoint of a step has ended as many lives as it may; such a note is used up by being read. */
export async function hasBrokenTooOften(store: CameraStore, camera: string, step: number): Promise<boolean> {
  const known = await brokenOf(store, camera);
  if (known === null || known.step !== step || known.lives < MOST_LIVES) return false;
  await store.call('saveSetting', keyOf(camera), null, timestamp(Date.now()));
  return true;
}

async function brokenOf(store: CameraStore, camera: string): Promise<Broken | null> {
  const text = (await store.call('settings'))[keyOf(camera)];
  try {
    return text === undefined ? null : (JSON.parse(text) as Broken);
  } catch {
    return null;
  }
}
