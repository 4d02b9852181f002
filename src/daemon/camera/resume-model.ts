/**
 * resume-model.ts - the model of a camera at the start: what was saved of it, or a newborn one where nothing was, or where
 * what was saved cannot be a model.
 */
import { ulid } from 'ulid';
import type { Size } from '../../capture/types.ts';
import type { CameraConfig } from '../../config/camera-schema.ts';
import { cortexSettings } from '../../config/camera-settings.ts';
import { messageOf } from '../../errors.ts';
import { timestamp } from '../../records/from-observation.ts';
import { stateLostRecords } from '../../records/state-lost.ts';
import { type CameraPorts, shapeMismatch } from '../watched/ports.ts';
import { hasBrokenTooOften, noteBroken } from './broken-model.ts';
import { ModelClient } from './model-client.ts';

/** Throws CortexdError('model_shape') when what was saved does not fit the configuration. */
export async function resumeModel(
  camera: string,
  config: CameraConfig,
  size: Size,
  ports: CameraPorts,
): Promise<ModelClient> {
  const { store, log } = ports;
  const model = await ModelClient.start(cortexSettings(config, size), config.seed, null);
  const saved = await store.call('loadModel', camera, model.signature).catch(async (error: unknown) => {
    await model.close();
    throw error;
  });
  if (saved.lost !== null) log.error({ camera }, `Saved state was damaged: ${saved.lost}`);
  if (saved.kind === 'none') {
    log.info({ camera, bytes: model.totalBytes }, 'Newborn model');
    return model;
  }
  const { signature, bytes, savedAt } = saved.image;
  if (signature !== model.signature) {
    await model.close();
    throw shapeMismatch(camera, signature, model.signature);
  }
  try {
    if (await hasBrokenTooOften(store, camera, saved.image.step)) throw new Error('it has ended the daemon twice');
    await model.restore(bytes);
    log.info({ camera, step: model.step, saved_at: savedAt }, 'Model resumed from its last checkpoint');
  } catch (error) {
    // Refused, or the thread hung or died over it.
    await model.close();
    const explanation = `the saved model is whole but not sound inside (${messageOf(error)}); it is kept as a snapshot, and the model begins anew`;
    log.error({ camera }, explanation);
    const at = timestamp(Date.now());
    await store.call('forgetModel', camera, at);
    for (const record of stateLostRecords({ id: ulid(), camera, at, explanation }))
      await store.call('saveEvent', record, null, ports.publisher !== null);
    return ModelClient.start(cortexSettings(config, size), config.seed, null);
  }
  return model;
}

/** A camera has failed. When its model has, that is noted, so that it is not gone on from for ever. */
export async function endedBy(
  failure: unknown,
  camera: string,
  model: { readonly isSound: boolean },
  { savedStep }: { readonly savedStep: number },
  { store, log, failed }: Pick<CameraPorts, 'store' | 'log' | 'failed'>,
): Promise<void> {
  if (!model.isSound) {
    try {
      await noteBroken(store, camera, savedStep);
    } catch (error) {
      log.error({ camera, err: error }, messageOf(error));
    }
  }
  failed(failure);
}
