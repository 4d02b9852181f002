/**
 * decode.ts - a video as grey frames, by ffmpeg.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { CortexdError } from '../../../src/errors.ts';

/** Height (px, even) of a picture so wide, in the video's own aspect. */
export function evenHeight(video: string, wide: number): number {
  const asked = ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'stream=width,height', '-of', 'csv=p=0'];
  const [width, height] = execFileSync('ffprobe', [...asked, video], { encoding: 'utf8' })
    .split(',')
    .map(Number);
  if (!(width! > 0 && height! > 0)) throw new CortexdError('usage', `Expected a video but received ${video}`);
  return 2 * Math.round((wide * height!) / width! / 2);
}

/** Grey frames [height, width] of a video, one buffer each. */
export async function* framesOf(video: string, width: number, height: number, fps: number): AsyncGenerator<Uint8Array> {
  const filter = `fps=${fps},scale=${width}:${height}:flags=area,format=gray`;
  const shown = ['-v', 'error', '-i', video, '-vf', filter, '-f', 'rawvideo', '-pix_fmt', 'gray', '-'];
  const child = spawn('ffmpeg', shown, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const size = width * height;
  let rest: Buffer = Buffer.alloc(0);
  let isThrough = false;
  try {
    for await (const chunk of child.stdout) {
      rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      let at = 0;
      for (; at + size <= rest.length; at += size) yield new Uint8Array(rest.subarray(at, at + size));
      rest = rest.subarray(at);
    }
    isThrough = true;
  } finally {
    // Whoever has seen enough leaves no process behind.
    if (!isThrough) child.kill('SIGKILL');
  }
  const [code] = await closed;
  if (code !== 0) throw new Error(`Expected ffmpeg to read ${video} but it ended with ${code}`);
}
