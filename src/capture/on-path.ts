/**
 * on-path.ts - whether a program is there to be started.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first executable file of that name in `path` (as in $PATH); undefined when there is none. */
export function whereIs(name: string, path: string | undefined): string | undefined {
  return (path ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

export function isOnPath(name: string, path: string | undefined): boolean {
  return whereIs(name, path) !== undefined;
}
