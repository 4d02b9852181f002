/**
 * model-shape.ts - the size of a camera's model picture: in the shape of the source, and the same after every restart.
 *
 * The source is asked once, when the model is made. What was found is noted, for a model of another size would know nothing;
 * a camera that does not answer then gets the preset's own size.
 */
import { modelSize } from '../../capture/model-size.ts';
import { probeSize } from '../../capture/open.ts';
import type { Size } from '../../capture/types.ts';
import { sourceConfig } from '../../config/camera-settings.ts';
import type { CameraConfig } from '../../config/camera-schema.ts';
import { PIXELS, PRESETS } from '../../cortex/settings.ts';
import { messageOf } from '../../errors.ts';
import { timestamp } from '../../records/from-observation.ts';
import type { CameraPorts } from '../watched/ports.ts';

export async function modelShape(
  { store, log }: Pick<CameraPorts, 'store' | 'log'>,
  camera: string,
  config: CameraConfig,
): Promise<Size> {
  const { width, height } = config;
  if (width !== undefined && height !== undefined) return { width, height };
  const noted = notedSize(await store.call('settings'), camera, config);
  if (noted !== null) return noted;
  const size = await ask(log, camera, config);
  const note = JSON.stringify({ asked: askedOf(config), size });
  await store.call('saveSetting', keyOf(camera), note, timestamp(Date.now()));
  return size;
}

/** What the source was found to be like when the model was made; null: it was not asked, or for other settings. */
export function notedSize(
  settings: { readonly [key: string]: string },
  camera: string,
  config: CameraConfig,
): Size | null {
  const noted = parse(settings[keyOf(camera)]);
  return noted !== null && noted.asked === askedOf(config) ? noted.size : null;
}

const keyOf = (camera: string): string => `camera/${camera}/model_size`;
const askedOf = ({ preset, crop }: CameraConfig): string => JSON.stringify([preset, crop ?? null]);

async function ask(log: CameraPorts['log'], camera: string, config: CameraConfig): Promise<Size> {
  try {
    return modelSize(await probeSize(sourceConfig(config)), config.crop ?? null, PIXELS[config.preset]);
  } catch (error) {
    const { width, height } = PRESETS[config.preset];
    log.warn(
      { camera },
      `The source did not say how large its pictures are, they are taken as ${width} x ${height}: ${messageOf(error)}`,
    );
    return { width, height };
  }
}

function parse(text: string | undefined): { readonly asked: string; readonly size: Size } | null {
  if (text === undefined) return null;
  try {
    return JSON.parse(text) as { asked: string; size: Size };
  } catch {
    return null;
  }
}
