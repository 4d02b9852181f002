/**
 * machine.ts - checks of the machine: Node.js, programs, clock, disk, rights, pins.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { programOf } from '../../capture/sources/rpicam.ts';
import { whereIs } from '../../capture/on-path.ts';
import { readClockSynced } from '../../clock.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { messageOf } from '../../errors.ts';
import { chooseBackend } from '../../gpio/choose.ts';
import { type Finding, fault, note, ok } from './finding.ts';

const LEAST_NODE = [20, 19] as const;
/** Room for the database of a few cameras over its retention (bytes). */
const WANTED_ROOM = 500e6;
const PROGRAM_MS = 10_000;

export function checkNode(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return ok('Node.js', version);
  return fault(
    'Node.js',
    `Expected ${LEAST_NODE.join('.')} or newer but this is ${version}`,
    'Debian 12 has 18: install the .deb, which brings its own, or Node.js 22 from nodejs.org or nodesource.com.',
  );
}

/** ffmpeg and rpicam-vid, as far as the configured cameras need them. */
export async function checkPrograms({ config }: LoadedConfig, path = process.env['PATH']): Promise<Finding[]> {
  const types = new Set(Object.values(config.cameras).map(({ source }) => source.type));
  const findings: Finding[] = [];
  const needsFfmpeg = ['file', 'rtsp', 'v4l2'].some((type) => types.has(type as 'file'));
  for (const name of ['ffmpeg', 'ffprobe']) {
    if (whereIs(name, path) !== undefined) findings.push(ok(name, await versionOf(name)));
    else if (needsFfmpeg) findings.push(fault(name, 'not installed, and a camera needs it', 'sudo apt install ffmpeg'));
    else findings.push(note(name, 'not installed; only video files, RTSP and USB cameras need it'));
  }
  const rpicam = programOf(path);
  if (whereIs(rpicam, path) !== undefined) findings.push(ok(rpicam, await versionOf(rpicam, '--version')));
  else if (types.has('rpicam'))
    findings.push(
      fault(rpicam, 'not installed, and a camera needs it', 'sudo apt install rpicam-apps (Raspberry Pi OS)'),
    );
  return findings;
}

async function versionOf(program: string, option = '-version'): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, [option], { timeout: PROGRAM_MS });
    return stdout
      .split('\n')[0]!
      .replace(/ Copyright.*/, '')
      .trim();
  } catch (error) {
    return `is there, but ${messageOf(error).split('\n')[0]}`;
  }
}

export async function checkClock(): Promise<Finding> {
  if (await readClockSynced()) return ok('clock', 'synchronised');
  return note(
    'clock',
    'not synchronised: events carry times that may be wrong',
    'timedatectl set-ntp true (package systemd-timesyncd), and a network.',
  );
}

/** Room and rights where the state lies, as far as this user can see. */
export async function checkState({ stateDirectory }: LoadedConfig): Promise<Finding[]> {
  let folder = stateDirectory;
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  const findings: Finding[] = [];
  const { bavail, bsize } = await statfs(folder);
  const room = bavail * bsize;
  const words = `${(room / 1e9).toFixed(1)} GB free for ${stateDirectory}`;
  findings.push(
    room >= WANTED_ROOM
      ? ok('disk', words)
      : fault('disk', words, 'Make room, or lower retention.* in the configuration.'),
  );
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    findings.push(ok('state directory', `${stateDirectory} may be written`));
  } catch {
    findings.push(
      note(
        'state directory',
        `${stateDirectory} may not be written by ${userInfo().username}; the service runs as its own user`,
        `To use cortexd's commands without sudo: sudo usermod -aG cortexd ${userInfo().username}, then log in anew.`,
      ),
    );
  }
  return findings;
}

export function checkPins({ config: { gpio } }: LoadedConfig): Finding {
  if (gpio === undefined) return ok('pins', 'none configured');
  const choice = chooseBackend(gpio.chip_label);
  if (choice.backend !== null) return ok('pins', choice.backend.name);
  return fault(
    'pins',
    choice.reason,
    'sudo apt install gpiod, and the user in group gpio; or take gpio out of the configuration.',
  );
}
