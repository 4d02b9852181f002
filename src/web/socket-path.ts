/**
 * socket-path.ts - where the control socket lies: known to the daemon and to the command line, which need not know more of the
 * server.
 */
import { join } from 'node:path';
import { CortexdError } from '../errors.ts';

const CONTROL_SOCKET = 'control.sock';
const MAX_SOCKET_PATH = 107;

/** Path of the control socket; throws CortexdError('config') when the kernel could not take it. */
export function socketPath(directory: string): string {
  const path = join(directory, CONTROL_SOCKET);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) return path;
  throw new CortexdError(
    'config',
    `Expected a state directory whose socket path has at most ${MAX_SOCKET_PATH} bytes but received ${path}`,
    { hint: 'Set state_directory to a shorter path.' },
  );
}
