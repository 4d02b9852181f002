/**
 * lines.ts - what the pins mean: an alarm output that can never stay on for ever, presence that lasts a while, a button
 * with short and long presses.
 */
import type { GpioBackend, InputLine, OutputLine } from './port.ts';

/** Alarm output: on while asked for, at most `maxOnMs` at a stretch, off when closed. */
export class AlarmOutput {
  readonly #line: OutputLine;
  readonly #maxOnMs: number;
  #timer: NodeJS.Timeout | undefined;
  #wanted = false;

  constructor(backend: GpioBackend, line: number, activeLow: boolean, maxOnMs: number) {
    this.#line = backend.openOutput(line, activeLow);
    this.#maxOnMs = maxOnMs;
  }

  /** Switch; asking again for what is already wanted does not lengthen it. */
  set(on: boolean): void {
    if (on === this.#wanted) return;
    this.#wanted = on;
    clearTimeout(this.#timer);
    this.#line.write(on);
    if (on) this.#timer = setTimeout(() => this.#line.write(false), this.#maxOnMs);
  }

  /** Off until the next alarm. */
  silence(): void {
    clearTimeout(this.#timer);
    this.#line.write(false);
  }

  close(): void {
    clearTimeout(this.#timer);
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
