/**
 * secrets.ts - passwords: from the configuration, the environment, a file, or the service manager's credentials.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CortexdError } from '../errors.ts';

export type SecretSettings = { readonly password?: string; readonly password_file?: string };

/**
 * From `password` (with ${NAME} replaced), `password_file`, or the credential called `credential`. `key` names the setting
 * in messages.
 */
export function readPassword(
  { password, password_file: named }: SecretSettings,
  key: string,
  credential: string | null,
  absolute: (path: string) => string,
  env: NodeJS.ProcessEnv,
): string | undefined {
  if (password !== undefined) {
    return password.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = env[name];
      if (value === undefined)
        throw new CortexdError(
          'config',
          `Expected the environment variable ${name} for ${key}.password but it is not set`,
        );
      return value;
    });
  }
  const credentials = env['CREDENTIALS_DIRECTORY'];
  if (named === undefined) {
    if (credentials === undefined || credential === null) return undefined;
    // The service manager wants the file to be there; empty, it holds no password.
    return readIfThere(join(credentials, credential)) || undefined;
  }
  const secret =
    (credentials === undefined ? undefined : readIfThere(join(credentials, named))) ?? readIfThere(absolute(named));
  if (secret === undefined) {
    throw new CortexdError('config', `Expected a password in ${absolute(named)} but the file cannot be read`, {
      hint: `Check ${key}.password_file and that the daemon may read it.`,
    });
  }
  return secret;
}

/** A file that the service manager hands over under that name; undefined: there is none. */
export function credential(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folder = env['CREDENTIALS_DIRECTORY'];
  const path = folder === undefined || name.includes('/') ? undefined : join(folder, name);
  return path !== undefined && existsSync(path) ? path : undefined;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}

export function worldReadable(file: string): string[] {
  try {
    if ((statSync(file).mode & 0o004) === 0) return [];
  } catch {
    return [];
  }
  return [`${file} holds a password and everyone on this machine can read it; run: chmod o-r ${file}`];
}
