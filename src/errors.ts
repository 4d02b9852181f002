/**
 * errors.ts - the one error type of the program's outer parts.
 *
 * A message has the form "Expected X for Y but received Z"; the hint says what the user can do about it. The pure core
 * (memory, htm, vision, scene, anomaly, cortex) throws RangeError for broken contracts instead and never imports this.
 */

/** Stable codes; each maps to one exit code in cli/exit-codes.ts. */
export type ErrorCode =
  | 'usage' // the command line is wrong
  | 'config' // the configuration is wrong
  | 'no_input' // a file or folder to read is missing, empty or not what it should be
  | 'unavailable' // the daemon, broker or device is not reachable
  | 'in_use' // another process holds the state directory
  | 'store' // the database cannot be used
  | 'newer_version' // data written by a newer program
  | 'corrupt' // data that fails its checksum
  | 'model_shape' // a saved model does not fit the configuration
  | 'internal'; // a broken contract of our own

/** An error with a stable code and, where the user can act, a hint (one sentence). */
export class CortexdError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CortexdError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
