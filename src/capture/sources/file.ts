/**
 * file.ts - a video file as a camera, decoded by ffmpeg.
 */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CortexdError, messageOf } from '../../errors.ts';
import { openFfmpeg } from '../ffmpeg.ts';
import { probeVideo } from '../ffprobe.ts';
import type { CapturedFrame, FileSourceConfig, FrameSource, SourceKind } from '../types.ts';

/**
 * Containers that hold pictures themselves. Playlists and scripts (m3u8, ffconcat, sdp, ...) are left out: they name other
 * files and addresses, which a user who may choose a file need not be allowed to read.
 */
const CONTAINERS =
  'matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,nut,h264,hevc,mjpeg,m4v,yuv4mpegpipe,gif,apng,ivf,dv,mxf,wtv,rm';

/** A user's path is a path, whatever it looks like: `12:00:00.mp4`, `concat:a|b`, `-i`. */
function input(path: string): string[] {
  return ['-protocol_whitelist', 'file', '-format_whitelist', CONTAINERS, '-i', `file:${resolve(path)}`];
}

export const fileSource: SourceKind<FileSourceConfig> = {
  isLive: false,
  open: async (config, preprocess, warn) => {
    await expectFile(config.path);
    const refuse = (words: string): CortexdError => notAVideo(config.path, words || 'no frame in it');
    const source = openFfmpeg(
      {
        args: [...(config.loop ? ['-stream_loop', '-1'] : []), ...input(config.path)],
        isLive: false,
        fps: config.fps,
        paced: config.pace === 'source',
        empty: refuse,
        // What cannot be read at all ends ffmpeg with an error before the first frame.
        explain: (error) => (/ended with code/.test(error.message) ? refuse(error.message) : error),
      },
      preprocess,
    );
    let isClosed = false;
    const told = tellingDamage(source, (words) => {
      // A child that is ended in the middle complains of that.
      if (!isClosed) warn(`${config.path} is damaged or cut off; what could be read of it was used (${words})`);
    });
    const close = (): Promise<void> => {
      isClosed = true;
      return source.close();
    };
    return { ...source, close, [Symbol.asyncIterator]: () => told };
  },
  probeSize: async ({ path }) => {
    await expectFile(path);
    return probeVideo(input(path), (reason) => notAVideo(path, reason));
  },
};

/** What ffmpeg complains about on the way does not end it: whoever reads only a part of a file hears that it was one. */
async function* tellingDamage(source: FrameSource, tell: (words: string) => void): AsyncGenerator<CapturedFrame> {
  yield* source;
  const words = source.lastWords?.() ?? '';
  if (words !== '') tell(words);
}

async function expectFile(path: string): Promise<void> {
  let found;
  try {
    found = await stat(path);
  } catch (error) {
    throw new CortexdError('no_input', `Expected a video file at ${path} but received: ${messageOf(error)}`, {
      hint: 'Check the path and that it may be read.',
    });
  }
  if (found.isFile()) return;
  const isFolder = found.isDirectory();
  throw new CortexdError(
    'no_input',
    `Expected a video file but received ${isFolder ? 'the folder' : 'something that is no file:'} ${path}`,
    isFolder ? { hint: 'Use source.type "images" for a folder of pictures.' } : {},
  );
}

function notAVideo(path: string, reason: string): CortexdError {
  return new CortexdError('no_input', `Expected a video file but ffmpeg cannot read ${path}: ${reason}`, {
    hint: 'Give a file that ffmpeg can decode (mp4, avi, mkv, ...) or a folder of pictures.',
  });
}
