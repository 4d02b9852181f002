/**
 * encode.ts - grey frames as a video file, written beside its name and moved there when it is whole.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, rmSync } from 'node:fs';

export type Encoder = {
  /** `luma` [height, width] is copied. */
  readonly add: (luma: Uint8Array) => Promise<void>;
  readonly finish: () => Promise<void>;
  /** Ends it and leaves nothing behind. */
  readonly abandon: () => Promise<void>;
};

/** Quality as cameras give it: the more, the coarser. */
const COARSENESS = 27;

export function encodeVideo(path: string, width: number, height: number, fps: number, crf = COARSENESS): Encoder {
  const unfinished = `${path}.part`;
  const input = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${width}x${height}`, '-r', `${fps}`, '-i', '-'];
  const codec = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', `${crf}`, '-g', '50', '-pix_fmt', 'yuv420p'];
  const args = ['-y', '-v', 'error', ...input, ...codec, '-threads', '1', '-f', 'mp4', unfinished];
  const child = spawn('ffmpeg', args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const closed = once(child, 'close') as Promise<[number | null]>;
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)));
  // What is wrong is told by its exit code.
  child.stdin.on('error', () => undefined);
  return {
    async add(luma) {
      if (child.stdin.write(Buffer.from(luma)) || child.exitCode !== null) return;
      await Promise.race([once(child.stdin, 'drain'), closed]);
    },
    async finish() {
      child.stdin.end();
      const [code] = await closed;
      if (code !== 0) throw new Error(`Expected ffmpeg to write ${path} but it ended with ${code}: ${complaint}`);
      renameSync(unfinished, path);
    },
    async abandon() {
      child.kill('SIGKILL');
      await closed;
      rmSync(unfinished, { force: true });
    },
  };
}
