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
  const key = `camera/${camera}/model_size`;
  const crop = config.crop ?? null;
  const asked = JSON.stringify([config.preset, crop]);
  const noted = parse((await store.call('settings'))[key]);
  if (noted !== null && noted.asked === asked) return noted.size;
  const size = await ask(log, camera, config, crop);
  await store.call('saveSetting', key, JSON.stringify({ asked, size }), timestamp(Date.now()));
  return size;
}

async function ask(
  log: CameraPorts['log'],
  camera: string,
  config: CameraConfig,
  crop: readonly [number, number, number, number] | null,
): Promise<Size> {
  try {
    return modelSize(await probeSize(sourceConfig(config)), crop, PIXELS[config.preset]);
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
