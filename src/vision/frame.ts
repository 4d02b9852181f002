/**
 * frame.ts - one preprocessed picture, as the model sees it.
 */

/** `luma` is borrowed: valid until the call it is passed to returns. */
export type Frame = {
  /** Counts frames of one source from 0; gaps are frames that were dropped. */
  readonly sequence: number;
  /** Monotonic capture time (ms). The only clock that learning sees; wall-clock time never enters the model. */
  readonly timeMs: number;
  /** px */
  readonly width: number;
  /** px */
  readonly height: number;
  /** [height, width], 0..255 */
  readonly luma: Uint8Array;
};
