/**
 * redact.ts - takes passwords and tricks out of text that will be seen: logs, child processes' stderr, dumps of the configuration.
 */

/** Longer text is cut before anything is done with it (characters). */
const LONGEST = 16_384;

/** `scheme://user:secret@host` -> `scheme://user:***@host`; `password=secret` and its like -> `password=***`. */
export function redact(text: string): string {
  return (
    (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)
      // Both parts have a greatest length: without, a long word costs the square of its length.
      .replace(/\b([a-z][a-z0-9+.-]{0,30}:\/{1,2}[^\s:@/]{0,256}):[^\s@/]{1,512}@/gi, '$1:***@')
      .replace(/\b(pass(?:word|wd)?|pwd|token|secret|api_?key)(["']?\s{0,8}[=:]\s{0,8}["']?)[^\s&"',;}]+/gi, '$1$2***')
  );
}

/** Control characters, and those that turn the direction of text around, written out: a log line shows what it holds. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    character === '\n' ? '\\n' : `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** Text of a stranger, for a log line. */
export function shortened(text: string, most = 120): string {
  return text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text;
}
