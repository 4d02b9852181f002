/**
 * finding.ts - what a check of `cortexd doctor` has found.
 */

/** `ok`: works; `note`: worth knowing; `fault`: something that is configured or needed does not work. */
export type State = 'ok' | 'note' | 'fault';

export type Finding = {
  readonly check: string;
  readonly state: State;
  /** What is so. */
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
};

export const ok = (check: string, message: string): Finding => ({ check, state: 'ok', message });
export const note = (check: string, message: string, fix?: string): Finding => finding(check, 'note', message, fix);
export const fault = (check: string, message: string, fix?: string): Finding => finding(check, 'fault', message, fix);

function finding(check: string, state: State, message: string, fix: string | undefined): Finding {
  return fix === undefined ? { check, state, message } : { check, state, message, fix };
}
