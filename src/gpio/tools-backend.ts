/**
 * tools-backend.ts - pins through the tools of libgpiod, version 1 or 2: `gpiomon` tells edges, `gpioset` holds a level for
 * as long as it runs.
 *
 * A line that nobody holds may fall back or may not, that depends on the chip. So an output is set off before it is let go,
 * and what a killed daemon leaves behind is set off by `cortexd pins off`, which the service runs after every end.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { CortexdError } from '../errors.ts';
import type { BackendChoice, GpioBackend } from './port.ts';
import { type GpioChip, findChip } from './sysfs-base.ts';

const ASK_MS = 5000;
const AGAIN_MS = 5000;
const DEBOUNCE_MS = 30;
/** Until the next holder of a line, and how long one may take to let go of it. */
const NEXT_MS = 5;
const RELEASE_MS = 1000;
const ATTEMPTS = 5;

type Major = 1 | 2;

/** Ask `gpiodetect` for the chips. */
export function chooseTools(chipLabel: string | undefined): BackendChoice {
  const none = (reason: string): BackendChoice => ({ backend: null, reason });
  const version = ask('gpiodetect', '--version');
  if (version === null) return none('the tools of libgpiod (package gpiod) are not installed');
  const major = Number(/v(\d+)\./.exec(version)?.[1] ?? NaN);
  if (major !== 1 && major !== 2) return none(`libgpiod "${version.split('\n')[0]}" is neither version 1 nor 2`);
  const chips = [...(ask('gpiodetect') ?? '').matchAll(/^(gpiochip\d+) \[(.*)\] \((\d+) lines\)/gm)].map(
    ([, name, label, lines]) => ({ name: name!, label: label!, base: 0, lines: Number(lines) }),
  );
  const chip = findChip(chips, chipLabel) as (GpioChip & { readonly name: string }) | undefined;
  if (chip === undefined) {
    const wanted = chipLabel === undefined ? 'a pin header' : `label "${chipLabel}"`;
    return none(
      `gpiodetect shows no chip with ${wanted} (there are: ${chips.map(({ label }) => label).join(', ') || 'none'})`,
    );
  }
  return { backend: toolsBackend(chip, major) };
}

function ask(command: string, ...args: string[]): string | null {
  const { status, stdout } = spawnSync(command, args, { timeout: ASK_MS, encoding: 'utf8' });
  return status === 0 ? stdout : null;
}

function toolsBackend(chip: GpioChip & { readonly name: string }, major: Major): GpioBackend {
  const expectLine = (line: number): void => {
    if (line < chip.lines) return;
    throw new CortexdError(
      'config',
      `Expected a line from 0 to ${chip.lines - 1} of chip ${chip.label} but received ${line}`,
    );
  };
  return {
    name: `libgpiod ${major} (${chip.label}, ${chip.name})`,
    openOutput: (line, activeLow) => {
      expectLine(line);
      const levelOf = (on: boolean): string => `${line}=${on ? 1 : 0}`;
      const low = activeLow ? ['--active-low'] : [];
      const held = (on: boolean): string[] =>
        major === 1
          ? ['--mode=signal', ...low, chip.name, levelOf(on)]
          : ['--chip', chip.name, '--consumer', 'cortexd', ...low, levelOf(on)];
      const holder = new Holder(held);
      return {
        write: (on) => holder.set(on),
        close: () => {
          holder.close();
          // Off, and let go of: version 1 sets a level and ends by itself, version 2 when it is told to after a moment.
          const once =
            major === 1
              ? ['--mode=exit', ...low, chip.name, levelOf(false)]
              : ['--chip', chip.name, ...low, '--toggle', '0', levelOf(false)];
          for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (spawnSync('gpioset', once, { timeout: ASK_MS }).status === 0) return;
          }
        },
      };
    },
    openInput: (line, activeLow, changed) => {
      expectLine(line);
      const low = activeLow ? ['--active-low'] : [];
      const args =
        major === 1
          ? ['--line-buffered', ...low, '--format=%e', chip.name, String(line)]
          : ['--chip', chip.name, ...low, '--debounce-period', `${DEBOUNCE_MS}ms`, '--format', '%e', String(line)];
      return watchEdges(args, debounced(changed));
    },
  };
}

/** One `gpioset` that holds the wanted level; when another is wanted it ends, and the next begins when the line is free. */
class Holder {
  readonly #args: (on: boolean) => readonly string[];
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wanted = false;
  #isClosed = false;

  constructor(args: (on: boolean) => readonly string[]) {
    this.#args = args;
    this.#start();
  }

  set(on: boolean): void {
    if (on === this.#wanted) return;
    this.#wanted = on;
    this.#child?.kill('SIGTERM');
  }

  /** End it and wait until the line is free: whoever comes next would be refused otherwise. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    this.#child?.kill('SIGTERM');
    const end = performance.now() + RELEASE_MS;
    while (performance.now() < end && isThere(pid)) Atomics.wait(PAUSE, 0, 0, 2);
  }

  #start(): void {
    this.#child = spawn('gpioset', this.#args(this.#wanted), { stdio: 'ignore' });
    const next = (): void => {
      if (this.#child === undefined) return;
      this.#child = undefined;
      // Another level is wanted, or the line was not free yet, or someone has ended it.
      if (!this.#isClosed) this.#timer = setTimeout(() => this.#start(), NEXT_MS);
    };
    this.#child.once('error', next).once('exit', next);
  }
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));

/** Whether a child still runs; one that has ended but was not yet waited for counts as gone. */
function isThere(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** Runs `gpiomon` for ever; `changed` hears 1 for on and anything else for off. */
function watchEdges(args: readonly string[], changed: (on: boolean) => void): { close: () => void } {
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const start = (): void => {
    child = spawn('gpiomon', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let rest = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const edge of lines) changed(edge.trim() === '1');
    });
    const again = (): void => {
      if (!isClosed) timer = setTimeout(start, AGAIN_MS);
    };
    child.once('error', again).once('exit', again);
  };
  start();
  return {
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      child?.kill('SIGTERM');
    },
  };
}

/** Only a level that stays for a moment counts: version 1 does not debounce. */
function debounced(changed: (on: boolean) => void): (on: boolean) => void {
  let timer: NodeJS.Timeout | undefined;
  let told: boolean | undefined;
  return (on) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (on !== told) changed(on);
      told = on;
    }, DEBOUNCE_MS);
  };
}
