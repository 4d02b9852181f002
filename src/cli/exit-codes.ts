/**
 * exit-codes.ts - what the shell learns: one exit code per kind of failure (sysexits.h numbers).
 */
import { CortexdError, type ErrorCode } from '../errors.ts';

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 64,
  noInput: 66,
  unavailable: 69,
  internal: 70,
  config: 78,
} as const;

const BY_CODE: { readonly [code in ErrorCode]: number } = {
  usage: EXIT.usage,
  config: EXIT.config,
  model_shape: EXIT.config,
  no_input: EXIT.noInput,
  unavailable: EXIT.unavailable,
  in_use: EXIT.unavailable,
  store: EXIT.failed,
  // Like a wrong configuration, it does not get better by trying again.
  newer_version: EXIT.config,
  corrupt: EXIT.failed,
  internal: EXIT.internal,
};

/** The exit code of anything thrown; what we did not foresee is an internal error. */
export function exitCodeOf(error: unknown): number {
  return error instanceof CortexdError ? BY_CODE[error.code] : EXIT.internal;
}
