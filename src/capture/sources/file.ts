/**
 * file.ts - a video file as a camera, decoded by ffmpeg in a child process into raw grey frames.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CortexdError } from '../../errors.ts';
import { redact } from '../../redact.ts';
import { FrameChild } from '../child.ts';
import { Pacer } from '../pace.ts';
import type { Preprocessor } from '../preprocess.ts';
import { frameAt, isFolder } from './images.ts';
import type { CapturedFrame, FileSourceConfig, FrameSource } from '../types.ts';

const FIRST_FRAME_MS = 20_000;
const BETWEEN_FRAMES_MS = 20_000;
const PROBE_MS = 20_000;
const MAX_SIDE = 8192;

/** What ffprobe says of a file. */
export type VideoShape = { readonly width: number; readonly height: number; readonly fps: number };

/** Size and rate of a video file; throws CortexdError('no_input') when it is none. */
export async function probeVideo(path: string): Promise<VideoShape> {
  if (await isFolder(path)) {
    throw new CortexdError('no_input', `Expected a video file but received the folder ${path}`, {
      hint: 'Use source.type "images" for a folder of pictures.',
    });
  }
  const args = [
    '-v',
    'error',
    '-select_streams',
    'v:0',
    '-show_entries',
    'stream=width,height,avg_frame_rate,r_frame_rate',
    '-of',
    'json',
    path,
  ];
  let text: string;
  try {
    ({ stdout: text } = await promisify(execFile)('ffprobe', args, { timeout: PROBE_MS }));
  } catch (error) {
    const { code, stderr } = error as { code?: string | number; stderr?: string };
    if (code === 'ENOENT') {
      throw new CortexdError('unavailable', 'Expected ffprobe to read video files but it is not installed', {
        hint: 'Install it: sudo apt install ffmpeg',
      });
    }
    throw notAVideo(path, redact((stderr ?? '').trim().split('\n').at(-1) ?? ''));
  }
  const { streams } = JSON.parse(text) as {
    streams?: { width?: number; height?: number; avg_frame_rate?: string; r_frame_rate?: string }[];
  };
  const stream = streams?.[0];
  const { width = 0, height = 0 } = stream ?? {};
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE)
    throw notAVideo(path, 'no picture stream in it');
  return { width, height, fps: rateOf(stream?.avg_frame_rate) ?? rateOf(stream?.r_frame_rate) ?? 25 };
}

function notAVideo(path: string, reason: string): CortexdError {
  return new CortexdError('no_input', `Expected a video file but ffprobe cannot read ${path}: ${reason}`, {
    hint: 'Give a file that ffmpeg can decode (mp4, avi, mkv, ...) or a folder of pictures.',
  });
}

function rateOf(text: string | undefined): number | undefined {
  const [over, under] = (text ?? '').split('/').map(Number);
  const rate = (over ?? NaN) / (under ?? 1);
  return rate > 0 && rate <= 1000 ? rate : undefined;
}

export async function openFile(config: FileSourceConfig, preprocessor: Preprocessor): Promise<FrameSource> {
  const video = await probeVideo(config.path);
  const fps = config.fps ?? video.fps;
  const args = [
    '-nostdin',
    '-loglevel',
    'error',
    ...(config.loop ? ['-stream_loop', '-1'] : []),
    '-i',
    config.path,
    '-map',
    '0:v:0',
    '-vf',
    `${config.fps === null ? '' : `fps=${config.fps},`}scale=${video.width}:${video.height},format=gray`,
    // Every decoded frame once: ffmpeg would otherwise repeat or drop frames to make the rate constant.
    ...(config.fps === null ? ['-vsync', '0'] : []),
    '-f',
    'rawvideo',
    'pipe:1',
  ];
  const child = new FrameChild({ command: 'ffmpeg', args, firstMs: FIRST_FRAME_MS, betweenMs: BETWEEN_FRAMES_MS });
  const counters = { frames: 0, badFrames: 0 };
  const closing = new AbortController();
  async function* frames(): AsyncGenerator<CapturedFrame> {
    const pacer = new Pacer(fps);
    try {
      for await (const piece of child.pieces(video.width * video.height)) {
        if (config.pace === 'source') await pacer.wait(closing.signal);
        if (closing.signal.aborted) return;
        const luma = preprocessor.fromLuma(piece, video.width, video.height);
        yield { ...frameAt(counters.frames++, fps, preprocessor), luma };
      }
    } finally {
      await child.close();
    }
    if (counters.frames === 0) throw notAVideo(config.path, child.lastWords() || 'no frame in it');
  }
  return {
    counters,
    [Symbol.asyncIterator]: frames,
    close: async () => {
      closing.abort();
      await child.close();
    },
  };
}
