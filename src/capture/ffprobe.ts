/**
 * ffprobe.ts - size and rate of the first picture stream of anything that ffmpeg can read.
 */
import { execFile } from 'node:child_process';
import { CortexdError } from '../errors.ts';
import { redact } from '../redact.ts';
import { childEnvironment } from './child-environment.ts';
import type { Size } from './types.ts';

const PROBE_MS = 20_000;
const MAX_SIDE = 8192;

export type VideoShape = Size & { readonly fps: number };

type Stream = {
  width?: number;
  height?: number;
  avg_frame_rate?: string;
  r_frame_rate?: string;
  sample_aspect_ratio?: string;
  tags?: { rotate?: string };
  side_data_list?: { rotation?: number }[];
};

/**
 * The shape of what `input` (up to and with the name of what is read) opens, as people see it: turned and with square
 * pixels. `refuse` makes the error of what is no video.
 */
export async function probeVideo(
  input: readonly string[],
  refuse: (reason: string) => CortexdError,
  { stdin = '', secrets = [] }: { stdin?: string; secrets?: readonly string[] } = {},
): Promise<VideoShape> {
  const entries =
    'stream=width,height,avg_frame_rate,r_frame_rate,sample_aspect_ratio:stream_tags=rotate:stream_side_data=rotation';
  const args = ['-v', 'error', '-select_streams', 'v:0', '-show_entries', entries, '-of', 'json', ...input];
  const text = await new Promise<string>((resolve, reject) => {
    const options = { timeout: PROBE_MS, killSignal: 'SIGKILL', env: childEnvironment(process.env) } as const;
    const child = execFile('ffprobe', args, options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      if (error.code === 'ENOENT') {
        return reject(
          new CortexdError('unavailable', 'Expected ffprobe to read video but it is not installed', {
            hint: 'Install it: sudo apt install ffmpeg',
          }),
        );
      }
      let words = redact(stderr.trim().split('\n').at(-1) ?? '');
      for (const secret of secrets) if (secret !== '') words = words.replaceAll(secret, '***');
      reject(refuse(words === '' && error.killed === true ? `no answer for ${PROBE_MS / 1000} s` : words));
    });
    child.stdin?.on('error', () => undefined).end(stdin);
  });
  const stream = (JSON.parse(text) as { streams?: Stream[] }).streams?.[0];
  const { width = 0, height = 0 } = stream ?? {};
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) throw refuse('no picture stream in it');
  const [over = 1, under = 1] = (stream?.sample_aspect_ratio ?? '1:1').split(':').map(Number);
  const stretched = over > 0 && under > 0 ? Math.round((width * over) / under) : width;
  const turned = Number(
    stream?.side_data_list?.find((entry) => entry.rotation !== undefined)?.rotation ?? stream?.tags?.rotate ?? 0,
  );
  const fps = rateOf(stream?.avg_frame_rate) ?? rateOf(stream?.r_frame_rate) ?? 25;
  return Math.abs(turned) % 180 === 90 ? { width: height, height: stretched, fps } : { width: stretched, height, fps };
}

function rateOf(text: string | undefined): number | undefined {
  const [over, under] = (text ?? '').split('/').map(Number);
  const rate = (over ?? NaN) / (under ?? 1);
  return rate > 0 && rate <= 1000 ? rate : undefined;
}
