/**
 * rtsp-server.ts - a real RTSP server that sends a moving picture in H.264.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Test } from 'tap';
import { packageFile } from '../../src/package-root.ts';

export type RtspServer = { readonly url: string; readonly process: ChildProcess; readonly end: () => Promise<void> };

/** What it sends: size, rate, frames between two pictures that stand for themselves, codec; and from which port (0: any). */
export type RtspPicture = {
  readonly size?: string;
  readonly fps?: number;
  readonly gop?: number;
  readonly pattern?: string;
  readonly codec?: 'h264' | 'vp8';
  readonly port?: number;
};

export async function rtspServer(
  t: Pick<Test, 'teardown'>,
  { size = '640x480', fps = 10, gop = 10, pattern = 'ball', codec = 'h264', port: wanted = 0 }: RtspPicture = {},
  login: readonly [string, string] | null = null,
): Promise<RtspServer> {
  const [width, height] = size.split('x');
  const coded = {
    h264: `x264enc tune=zerolatency speed-preset=ultrafast key-int-max=${gop} ! rtph264pay name=pay0 pt=96 config-interval=-1`,
    vp8: 'vp8enc deadline=1 ! rtpvp8pay name=pay0 pt=96',
  }[codec];
  const launch =
    `( videotestsrc name=scene is-live=true pattern=${pattern} ! capsfilter name=shape ` +
    `caps=video/x-raw,width=${width},height=${height},framerate=${fps}/1 ! ${coded} )`;
  const script = packageFile('test/support/rtsp-server.py');
  const child = spawn('/usr/bin/python3', [script, launch, ...(login ?? ['', '']), String(wanted)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill('SIGKILL');
    await exited;
  };
  t.teardown(end);
  const [port] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return { url: `rtsp://127.0.0.1:${port.trim()}/cam`, process: child, end };
}
