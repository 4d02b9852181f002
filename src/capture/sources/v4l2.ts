/**
 * v4l2.ts - a USB camera, or any other that the kernel shows as /dev/video*, read by ffmpeg.
 */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CortexdError, messageOf } from '../../errors.ts';
import { openFfmpeg } from '../ffmpeg.ts';
import { probeVideo } from '../ffprobe.ts';
import type { SourceKind, V4l2SourceConfig } from '../types.ts';

export const v4l2Source: SourceKind<V4l2SourceConfig> = {
  isLive: true,
  open: async (config, preprocess) => {
    await expectDevice(config.device);
    return openFfmpeg(
      {
        args: input(config),
        isLive: true,
        fps: config.fps,
        paced: false,
        empty: (words) => lost(config, words || 'the camera ended without a picture'),
        explain: (error) => lost(config, error.message),
      },
      preprocess,
    );
  },
  probeSize: async (config) => {
    if (config.size !== null) return config.size;
    await expectDevice(config.device);
    return probeVideo(input(config), (reason) => lost(config, reason));
  },
};

function input({ device, inputFormat, size, fps }: V4l2SourceConfig): string[] {
  return [
    '-f',
    'v4l2',
    ...(inputFormat === null ? [] : ['-input_format', inputFormat]),
    ...(size === null ? [] : ['-video_size', `${size.width}x${size.height}`]),
    '-framerate',
    String(fps),
    '-i',
    resolve(device),
  ];
}

async function expectDevice(path: string): Promise<void> {
  let isDevice = false;
  try {
    isDevice = (await stat(path)).isCharacterDevice();
  } catch (error) {
    throw new CortexdError('unavailable', `Expected a camera at ${path} but received: ${messageOf(error)}`, {
      hint: 'Is it plugged in? ls /dev/v4l/by-id shows the names that stay the same.',
    });
  }
  if (!isDevice)
    throw new CortexdError('unavailable', `Expected a camera at ${path} but received something that is no device`);
}

function lost({ device }: V4l2SourceConfig, reason: string): CortexdError {
  const hint = /Permission denied/i.test(reason)
    ? 'The daemon must be in group video.'
    : /resource busy/i.test(reason)
      ? 'Another program has the camera open; only one can.'
      : /Inappropriate ioctl|Invalid argument/i.test(reason)
        ? 'Is this device a camera, and does it know source.input_format and the size? v4l2-ctl --list-formats-ext tells.'
        : undefined;
  return new CortexdError(
    'unavailable',
    `Expected pictures from ${device} but received: ${reason}`,
    hint === undefined ? {} : { hint },
  );
}
