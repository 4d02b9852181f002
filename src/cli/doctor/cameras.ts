/**
 * cameras.ts - one test frame of each camera, saved as a picture: as the model will see it, masks included.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSource } from '../../capture/open.ts';
import { inTime, supervised } from '../../capture/supervise.ts';
import type { FrameSource } from '../../capture/types.ts';
import { preprocessConfig, sourceConfig } from '../../config/camera-settings.ts';
import type { CameraConfig } from '../../config/camera-schema.ts';
import { CortexdError } from '../../errors.ts';
import { encodePicture } from '../../daemon/camera/picture.ts';
import { type Finding, fault, ok } from './finding.ts';

const OPEN_MS = 30_000;
const FRAME_MS = 30_000;
/** What a camera measures its light with is not what it shows later. */
const SETTLING_FRAMES = 5;

/** Look through a camera once. `folder`: where its picture is saved. */
export async function checkCamera(name: string, camera: CameraConfig, folder: string): Promise<Finding> {
  const check = `camera ${name}`;
  const config = sourceConfig(camera);
  let source: FrameSource | undefined;
  const ignore = (): void => undefined;
  try {
    const end = performance.now() + OPEN_MS;
    const late = (): CortexdError =>
      new CortexdError('unavailable', `Expected it to open but it hangs for ${OPEN_MS / 1000} s`);
    source = await inTime(openSource(config, preprocessConfig(camera), ignore), ignore, () => end, late);
    const limits = { firstMs: FRAME_MS, betweenMs: FRAME_MS };
    let frames = 0;
    let last;
    for await (const frame of supervised(source, source, { limits, still: null, waiting: ignore, good: ignore })) {
      last = frame;
      if (++frames === SETTLING_FRAMES || config.type === 'images') break;
    }
    if (last === undefined) return fault(check, 'it opens, but ends without a picture');
    const file = join(folder, `${name}.jpg`);
    await writeFile(file, await encodePicture(last));
    return ok(
      check,
      `${config.type} gives pictures; one is saved as ${file} (${last.width}x${last.height}, as the model sees it)`,
    );
  } catch (error) {
    if (!(error instanceof CortexdError)) throw error;
    return fault(check, error.message, error.hint);
  } finally {
    await source?.close();
  }
}
