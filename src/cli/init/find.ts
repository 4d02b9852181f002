/**
 * find.ts - what `cortexd init` can find by itself: camera modules, USB cameras, a broker on this machine.
 */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const LIST_MS = 15_000;
const BROKER_MS = 1000;

export type FoundCamera = {
  readonly name: string;
  readonly words: string;
  readonly source: { readonly [key: string]: unknown };
};

/** Cameras of this machine, modules first. */
export async function findCameras(): Promise<FoundCamera[]> {
  return [...(await findModules()), ...(await findUsbCameras())];
}

async function findModules(): Promise<FoundCamera[]> {
  for (const program of ['rpicam-hello', 'libcamera-hello']) {
    try {
      const { stdout } = await promisify(execFile)(program, ['--list-cameras'], { timeout: LIST_MS });
      return parseModules(stdout);
    } catch {
      // The program is not there under this name, or there is no camera.
    }
  }
  return [];
}

/** `0 : imx708 [4608x2592 10-bit RGGB] (/base/soc/i2c0mux/i2c@1/imx708@1a)` */
export function parseModules(list: string): FoundCamera[] {
  return [...list.matchAll(/^\s*(\d+) : (\S+) \[/gm)].map(([, number, sensor]) => ({
    name: `camera${number}`,
    words: `camera module ${sensor}`,
    source: { type: 'rpicam', camera: Number(number) },
  }));
}

async function findUsbCameras(folder = '/dev/v4l/by-id'): Promise<FoundCamera[]> {
  try {
    // index0 is the picture; further ones are data about it.
    const names = (await readdir(folder)).filter((name) => name.endsWith('-video-index0')).toSorted();
    return names.map((name, i) => ({
      name: `usb${i}`,
      words: `USB camera ${name.replace(/^usb-|-video-index0$/g, '')}`,
      source: { type: 'v4l2', device: join(folder, name) },
    }));
  } catch {
    return [];
  }
}

/** Whether a broker listens where one usually does. */
export function hasBroker(host = '127.0.0.1', port = 1883): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: BROKER_MS });
    const done = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket
      .on('connect', () => done(true))
      .on('error', () => done(false))
      .on('timeout', () => done(false));
  });
}
