/**
 * config-files.ts - what a configuration names, looked at: videos, folders, certificates, devices.
 */
import { accessSync, constants } from 'node:fs';
import { probeSize } from '../capture/open.ts';
import { sourceConfig } from '../config/camera-settings.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Problem } from '../config/problems.ts';
import { CortexdError, messageOf } from '../errors.ts';

/** Everything named that cannot be used, with its place. Cameras on the network are not asked: `doctor` does that. */
export async function configProblems({ config, placeOf }: LoadedConfig): Promise<Problem[]> {
  const problems: Problem[] = [];
  const add = (path: string[], message: string): void =>
    void problems.push({ ...placeOf(path), key: path.join('.'), message });
  for (const [name, camera] of Object.entries(config.cameras)) {
    const path = ['cameras', name, 'source'];
    const { source } = camera;
    if (source.type === 'v4l2') {
      const reason = unreadable(source.device);
      if (reason !== null) add([...path, 'device'], reason);
    }
    if (source.type !== 'file' && source.type !== 'images') continue;
    try {
      await probeSize(sourceConfig(camera));
    } catch (error) {
      if (!(error instanceof CortexdError)) throw error;
      add([...path, 'path'], `${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`);
    }
  }
  for (const [name, { source }] of Object.entries(config.streams)) {
    if (source.type === 'mqtt') continue;
    const reason = unreadable(source.path);
    if (reason !== null) add(['streams', name, 'source', 'path'], reason);
  }
  for (const key of ['ca_file', 'cert_file', 'key_file'] as const) {
    const file = config.mqtt[key];
    const reason = file === undefined ? null : unreadable(file);
    if (reason !== null) add(['mqtt', key], reason);
  }
  return problems;
}

function unreadable(path: string): string | null {
  try {
    accessSync(path, constants.R_OK);
    return null;
  } catch (error) {
    return `Expected to read ${path} but received: ${messageOf(error)}`;
  }
}
