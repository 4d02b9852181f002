/**
 * replayed.ts - a video through `cortexd replay` as a user would call it, and what it said.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Box } from '../../../src/vision/box.ts';
import type { Said } from './score.ts';

/** The program of this build. */
export const OWN_PROGRAM = join(import.meta.dirname, '..', '..', '..', 'src', 'cli', 'main.js');

export type ReplayOptions = {
  /** main.js of the build that is asked */
  readonly program: string;
  readonly fps: number;
  readonly preset: string;
  readonly seed: number;
  readonly alarmsPerDay: number | null;
  readonly ablate: readonly string[];
  /** Ask for the things of every frame too. */
  readonly withThings: boolean;
};

/** A thing the model speaks of in one frame. */
export type SeenThing = { readonly id: number | string; readonly box: Box };

export type Replayed = {
  readonly said: readonly Said[];
  /** Events that are notices, not alerts. */
  readonly notices: readonly Said[];
  /** [frames] the things of each frame; empty unless they were asked for. */
  readonly things: readonly (readonly SeenThing[])[];
  readonly cpuMsPerFrame: number;
};

/** Which options the build knows, by its own help. */
export function knownOptions(program: string): ReadonlySet<string> {
  const help = execFileSync(process.execPath, [program, 'replay', '--help'], { encoding: 'utf8' });
  return new Set([...help.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option!));
}

type EventLine = {
  readonly type: string;
  readonly frame: number;
  readonly change: 'start' | 'update' | 'end';
  readonly severity: string;
  readonly box: Box | null;
  readonly cause: string;
  readonly explanation: string;
  readonly things?: readonly SeenThing[];
  readonly cpu_ms_per_frame: number;
};

export async function replayVideo(video: string, options: ReplayOptions): Promise<Replayed> {
  const { program, fps, preset, seed, alarmsPerDay, ablate, withThings } = options;
  const args = [program, 'replay', video, '--fps', `${fps}`, '--preset', preset, '--seed', `${seed}`];
  if (alarmsPerDay !== null) args.push('--alarms-per-day', `${alarmsPerDay}`);
  if (ablate.length > 0) args.push('--ablate', ...ablate);
  if (withThings) args.push('--things');
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close') as Promise<[number | null]>;
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)));
  const said: Said[] = [];
  const notices: Said[] = [];
  const things: (readonly SeenThing[])[] = [];
  let cpuMsPerFrame = Number.NaN;
  for await (const text of createInterface({ input: child.stdout })) {
    // Most lines are frames, which nobody reads unless things are asked for.
    if (text.startsWith('{"type":"frame"') && !withThings) continue;
    const line = JSON.parse(text) as EventLine;
    if (line.type === 'frame') things.push(line.things ?? []);
    else if (line.type === 'summary') cpuMsPerFrame = line.cpu_ms_per_frame;
    else if (line.type === 'event' && line.change !== 'end') {
      const { frame, change, box, cause, explanation } = line;
      (line.severity === 'alert' ? said : notices).push({ frame, change, box, cause, what: explanation });
    }
  }
  const [code] = await closed;
  if (code !== 0) throw new Error(`Expected ${args.join(' ')} to end with 0 but received ${code}: ${complaint}`);
  return { said, notices, things: withThings ? things : [], cpuMsPerFrame };
}
