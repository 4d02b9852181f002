/**
 * control-client.ts - asks the running daemon over its socket; when none runs, its store is opened instead (direct-store.ts).
 */
import { accessSync, constants } from 'node:fs';
import { type RequestOptions, request } from 'node:http';
import { userInfo } from 'node:os';
import { loadConfig } from '../config/load.ts';
import { modelNamed } from '../daemon/control/model-named.ts';
import { CortexdError, type ErrorCode, messageOf } from '../errors.ts';
import { isLocked } from '../store/lock.ts';
import type { SnapshotPort } from '../web/api/port.ts';
import { API } from '../web/api/path.ts';
import { socketPath } from '../web/socket-path.ts';
import type { SnapshotInfo } from '../store/snapshots.ts';
import { directSnapshots } from './direct-store.ts';

/** Where the state of the configured (or given) directory is. */
export function stateDirectoryOf(options: { config?: string; stateDirectory?: string }): string {
  return reachable(options.stateDirectory ?? loadConfig(options.config, process.env, false).stateDirectory);
}

/** The directory, if this user may enter it. */
function reachable(directory: string): string {
  try {
    accessSync(directory, constants.X_OK);
  } catch (error) {
    // One that is not there is told by whoever needs it.
    if ((error as NodeJS.ErrnoException).code === 'EACCES') {
      throw new CortexdError('unavailable', `Expected to reach the state directory ${directory} but may not`, {
        hint: mayNotHint(),
      });
    }
  }
  return directory;
}

function mayNotHint(): string {
  return `The group cortexd may talk to the daemon: sudo usermod -aG cortexd ${userInfo().username}, then log in anew.`;
}

/** Ask the daemon; throws CortexdError('unavailable') when none answers, or the error the daemon answered with. */
export async function askDaemon(
  directory: string,
  method: string,
  path: string,
  body?: Uint8Array | object,
): Promise<Buffer> {
  const isBytes = body instanceof Uint8Array;
  const payload = body === undefined ? undefined : isBytes ? body : Buffer.from(JSON.stringify(body));
  const options: RequestOptions = {
    socketPath: socketPath(directory),
    method,
    path,
    headers:
      payload === undefined
        ? {}
        : {
            'content-type': isBytes ? 'application/octet-stream' : 'application/json',
            'content-length': payload.length,
          },
  };
  const { status, answer } = await new Promise<{ status: number; answer: Buffer }>((resolve, reject) => {
    const asked = request(options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 500, answer: Buffer.concat(parts) }));
    });
    asked.on('error', (error) => {
      const isForbidden = (error as NodeJS.ErrnoException).code === 'EACCES';
      reject(
        new CortexdError('unavailable', `Expected a running daemon on ${directory} but received: ${messageOf(error)}`, {
          hint: isForbidden
            ? mayNotHint()
            : 'Is it running (systemctl status cortexd)? Another state directory is named with --state-directory or --config.',
        }),
      );
    });
    asked.end(payload);
  });
  if (status < 300) return answer;
  const { code, message, hint } = JSON.parse(answer.toString()) as { code?: ErrorCode; message: string; hint?: string };
  throw new CortexdError(code ?? 'internal', message, hint === undefined ? {} : { hint });
}

/** Snapshots of the configured (or given) directory, through the daemon when one runs, else directly. */
export function snapshotsOf(options: { config?: string; stateDirectory?: string }): SnapshotPort {
  const loaded = options.stateDirectory === undefined ? loadConfig(options.config, process.env, false) : undefined;
  const directory = reachable(options.stateDirectory ?? loaded!.stateDirectory);
  return isLocked(directory) ? throughDaemon(directory) : directSnapshots(directory, loaded?.config);
}

function throughDaemon(directory: string): SnapshotPort {
  const ask = async <T>(method: string, path: string, body?: Uint8Array | object): Promise<T> =>
    JSON.parse((await askDaemon(directory, method, path, body)).toString()) as T;
  const of = (name: string): string => `${API}/snapshots/${encodeURIComponent(name)}`;
  const perhaps = (camera: string | undefined): object => (camera === undefined ? {} : { camera });
  return {
    create: async (name, camera) =>
      infoOf(await ask<SnapshotRow>('POST', `${API}/snapshots`, { name, ...perhaps(camera) })),
    list: async () => (await ask<SnapshotRow[]>('GET', `${API}/snapshots`)).map(infoOf),
    restore: async (name, camera) =>
      (await ask<{ replaced: string | null }>('POST', `${of(name)}/restore`, perhaps(camera))).replaced,
    undo: (camera) =>
      ask<{ restored: string; replaced: string | null }>('POST', `${API}/snapshots/undo`, perhaps(camera)),
    remove: async (name) => void (await ask('DELETE', of(name))),
    exportFile: (name) => askDaemon(directory, 'GET', `${of(name)}/file`),
    importFile: async (name, bytes) => infoOf(await ask<SnapshotRow>('PUT', `${of(name)}/file`, bytes)),
  };
}

/** As the API tells it. */
type SnapshotRow = Omit<SnapshotInfo, 'createdAt'> & { readonly created_at: string };

function infoOf({ created_at: createdAt, ...rest }: SnapshotRow): SnapshotInfo {
  return { ...rest, createdAt };
}

/** The camera that is meant: the one that was named, or the only one there is. */
export async function cameraOf(options: {
  config?: string;
  stateDirectory?: string;
  camera?: string;
}): Promise<string> {
  const directory = stateDirectoryOf(options);
  const all = JSON.parse((await askDaemon(directory, 'GET', `${API}/cameras`)).toString()) as {
    readonly name: string;
  }[];
  return modelNamed(all, options.camera).name;
}
