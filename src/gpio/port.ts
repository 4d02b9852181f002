/**
 * port.ts - what the daemon wants from pins, whatever drives them.
 */

export type OutputLine = {
  readonly write: (on: boolean) => void;
  readonly close: () => void;
};

export type InputLine = { readonly close: () => void };

export type GpioBackend = {
  readonly name: string;
  /** Open an output, off. Throws CortexdError('unavailable') with the reason. */
  readonly openOutput: (line: number, activeLow: boolean) => OutputLine;
  /** Open an input; `changed` hears every debounced edge. */
  readonly openInput: (line: number, activeLow: boolean, changed: (on: boolean) => void) => InputLine;
};

/** Either a backend, or the reason in words why there is none. */
export type BackendChoice = { readonly backend: GpioBackend } | { readonly backend: null; readonly reason: string };
