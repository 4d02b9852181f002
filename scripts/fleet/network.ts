/**
 * network.ts - machines as network namespaces on one switch, which is a namespace too: nothing of the real network is touched.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';

const FAMILY = 'ctxfleet';
/** Of this run: several can be under way. */
const PREFIX = `${FAMILY}${process.pid}`;
export const SWITCH = `${PREFIX}-hub`;
/** Where the cameras are: on the switch itself. */
export const HUB_ADDRESS = '10.99.0.254';

export const spaceOf = (machine: number): string => `${PREFIX}-${machine}`;
export const addressOf = (machine: number): string => `10.99.0.${machine}`;
const cableOf = (machine: number): string => `cable${machine}`;

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Lay the cables of machines 1 to `count`. Throws where this may not be done (it needs root). */
export function layCables(count: number): void {
  removeLeftOver();
  ip('netns', 'add', SWITCH);
  const hub = ['-n', SWITCH];
  ip(...hub, 'link', 'add', 'bridge', 'type', 'bridge');
  ip(...hub, 'addr', 'add', `${HUB_ADDRESS}/24`, 'dev', 'bridge');
  ip(...hub, 'link', 'set', 'bridge', 'up');
  ip(...hub, 'link', 'set', 'lo', 'up');
  for (let machine = 1; machine <= count; machine++) {
    const space = spaceOf(machine);
    ip('netns', 'add', space);
    ip(...hub, 'link', 'add', cableOf(machine), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space);
    ip(...hub, 'link', 'set', cableOf(machine), 'master', 'bridge', 'up');
    ip('-n', space, 'addr', 'add', `${addressOf(machine)}/24`, 'dev', 'eth0');
    ip('-n', space, 'link', 'set', 'eth0', 'up');
    ip('-n', space, 'link', 'set', 'lo', 'up');
  }
}

/** Pull a machine's cable, or plug it in again. */
export function plug(machine: number, isIn: boolean): void {
  ip('-n', SWITCH, 'link', 'set', cableOf(machine), isIn ? 'up' : 'down');
}

export function tearDown(count: number): void {
  for (const space of [...Array.from({ length: count }, (_, i) => spaceOf(i + 1)), SWITCH]) {
    try {
      ip('netns', 'del', space);
    } catch {
      // It was not there.
    }
  }
}

/** Namespaces of runs that were killed. */
function removeLeftOver(): void {
  for (const line of execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).split('\n')) {
    const [space = ''] = line.split(' ');
    const [, pid] = new RegExp(`^${FAMILY}(\\d+)-`).exec(space) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) ip('netns', 'del', space);
  }
}

/** A program in a namespace, its output appended to a file. `ip` gives way to the program: the process is the program's own. */
export function startIn(space: string, output: string, program: string, args: readonly string[]): ChildProcess {
  const file = openSync(output, 'a');
  return spawn('ip', ['netns', 'exec', space, program, ...args], { stdio: ['ignore', file, file] });
}
