/**
 * rtsp-server.ts - a real RTSP server that sends a moving picture in H.264.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Test } from 'tap';
import { packageFile } from '../../src/package-root.ts';

export type RtspServer = { readonly url: string; readonly process: ChildProcess; readonly end: () => Promise<void> };

/** What it sends: size, rate, frames between two pictures that stand for themselves. */
export type RtspPicture = {
  readonly size?: string;
  readonly fps?: number;
  readonly gop?: number;
  readonly pattern?: string;
};

export async function rtspServer(
  t: Pick<Test, 'teardown'>,
  { size = '640x480', fps = 10, gop = 10, pattern = 'ball' }: RtspPicture = {},
  login: readonly [string, string] | null = null,
): Promise<RtspServer> {
  const [width, height] = size.split('x');
  const launch =
    `( videotestsrc is-live=true pattern=${pattern} ! video/x-raw,width=${width},height=${height},framerate=${fps}/1 ! ` +
    `x264enc tune=zerolatency speed-preset=ultrafast key-int-max=${gop} ! rtph264pay name=pay0 pt=96 )`;
  const script = packageFile('test/support/rtsp-server.py');
  const child = spawn('/usr/bin/python3', [script, launch, ...(login ?? [])], { stdio: ['ignore', 'pipe', 'inherit'] });
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
