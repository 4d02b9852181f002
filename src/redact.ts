/**
 * redact.ts - takes passwords out of text that will be seen: logs, child processes' stderr, dumps of the configuration.
 */

/** `scheme://user:secret@host` -> `scheme://user:***@host`; `password=secret` and its like -> `password=***`. */
export function redact(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):[^\s@/]+@/gi, '$1:***@')
    .replace(/\b(pass(?:word|wd)?|pwd|token|secret|api_?key)(["']?\s*[=:]\s*["']?)[^\s&"',;}]+/gi, '$1$2***');
}
