/** files.ts - what the file system says about a file. */
import { statSync, statfsSync } from 'node:fs';

/** bytes; 0: there is none */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Which file a path leads to; 0: none */
export function inodeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0;
}

/** Room that is left on the disk of a folder (bytes); Infinity: nobody knows. */
export function roomAt(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Infinity;
  }
}
