/**
 * lines.ts - what the pins mean: an alarm output that can never stay on for ever, presence that lasts a while, a button
 * with short and long presses.
 */
import type { GpioBackend, InputLine, OutputLine } from './port.ts';

/** How an output that is on looks: on and off for so long (ms); steady has no off. */
const PATTERNS = { steady: null, blink: [250, 250], pulse: [100, 1900] } as const;
export type Pattern = keyof typeof PATTERNS;

/** Alarm output: on while asked for, in its pattern, at most `maxOnMs` at a stretch, off when closed. */
export class AlarmOutput {
  readonly #line: OutputLine;
  readonly #maxOnMs: number;
  readonly #pattern: Pattern;
  #timer: NodeJS.Timeout | undefined;
  #beat: NodeJS.Timeout | undefined;
  #wanted = false;

  constructor(backend: GpioBackend, line: number, activeLow: boolean, maxOnMs: number, pattern: Pattern = 'steady') {
    this.#line = backend.openOutput(line, activeLow);
    this.#maxOnMs = maxOnMs;
    this.#pattern = pattern;
  }

  /** Switch; asking again for what is already wanted does not lengthen it. */
  set(on: boolean): void {
    if (on === this.#wanted) return;
    this.#wanted = on;
    if (!on) return this.silence();
    clearTimeout(this.#timer);
    clearTimeout(this.#beat);
    this.#show(true);
    this.#timer = setTimeout(() => this.silence(), this.#maxOnMs);
  }

  #show(on: boolean): void {
    this.#line.write(on);
    const beat = PATTERNS[this.#pattern];
    if (beat !== null) this.#beat = setTimeout(() => this.#show(!on), beat[on ? 0 : 1]);
  }

  /** Off until the next alarm. */
  silence(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#beat);
    this.#line.write(false);
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#beat);
    this.#line.close();
  }
}

/** Presence: on with the first signal, off `holdMs` after the last one. */
export class PresenceInput {
  readonly #line: InputLine;
  #timer: NodeJS.Timeout | undefined;
  #present = false;

  constructor(
    backend: GpioBackend,
    line: number,
    activeLow: boolean,
    holdMs: number,
    changed: (present: boolean) => void,
  ) {
    this.#line = backend.openInput(line, activeLow, (on) => {
      clearTimeout(this.#timer);
      if (on) {
        if (!this.#present) changed(true);
        this.#present = true;
      } else if (this.#present) {
        this.#timer = setTimeout(() => {
          this.#present = false;
          changed(false);
        }, holdMs);
      }
    });
  }

  get isPresent(): boolean {
    return this.#present;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#line.close();
  }
}

/** Button: told at release whether the press was short or long. */
export class ButtonInput {
  readonly #line: InputLine;
  #downSince: number | undefined;

  constructor(
    backend: GpioBackend,
    line: number,
    activeLow: boolean,
    longMs: number,
    pressed: (kind: 'short' | 'long') => void,
  ) {
    this.#line = backend.openInput(line, activeLow, (on) => {
      if (on) {
        this.#downSince = performance.now();
      } else if (this.#downSince !== undefined) {
        pressed(performance.now() - this.#downSince >= longMs ? 'long' : 'short');
        this.#downSince = undefined;
      }
    });
  }

  close(): void {
    this.#line.close();
  }
}
