/**
 * log.ts - the program's log: one line per record, `key=value` pairs behind the message.
 *
 * Under systemd each line starts with the journal's priority (`<6>`); elsewhere with time and level. Passwords in URLs
 * never reach a line.
 */
import { type Logger, pino } from 'pino';
import { redact, visible } from '../../redact.ts';

export type { Logger } from 'pino';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** pino level -> [word, syslog priority] */
const LEVELS: { readonly [level: number]: readonly [string, number] } = {
  20: ['debug', 7],
  30: ['info', 6],
  40: ['warn', 4],
  50: ['error', 3],
  60: ['fatal', 2],
};

type Line = {
  level: number;
  time: number;
  msg?: string;
  err?: { type?: string; code?: string; message?: string; stack?: string };
};

/** A logger that writes lines to `write`; `journal` = prefix lines with the syslog priority instead of a time. */
export function createLogger(level: LogLevel, write: (line: string) => void, journal: boolean): Logger {
  return pino({ level, base: null }, { write: (json: string) => write(`${formatLine(json, journal)}\n`) });
}

/** Whether stdout is connected to the systemd journal. */
export function underJournal(env: NodeJS.ProcessEnv): boolean {
  return env['JOURNAL_STREAM'] !== undefined && env['INVOCATION_ID'] !== undefined;
}

/** Turn one pino record (JSON) into one line of text. */
export function formatLine(json: string, journal: boolean): string {
  const { level, time, msg, err, ...rest } = JSON.parse(json) as Line & Record<string, unknown>;
  const [word, priority] = LEVELS[level] ?? ['info', 6];
  const pairs = Object.entries(rest).map(([key, value]) => ` ${key}=${formatValue(value)}`);
  if (err?.message !== undefined) pairs.push(` error=${formatValue(err.message)}`);
  // Trouble of the outside world is told in words; where it came through our code helps nobody.
  const isForeseen = err?.type === 'CortexdError' && err.code !== 'internal';
  if (level >= 50 && !isForeseen && err?.stack !== undefined) pairs.push(` stack=${formatValue(err.stack)}`);
  const text = visible(redact(`${msg ?? ''}${pairs.join('')}`));
  return journal ? `<${priority}>${text}` : `${new Date(time).toISOString()} ${word.padEnd(5)} ${text}`;
}

function formatValue(value: unknown): string {
  if (typeof value === 'string') return /^[\w./:@%+-]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value);
}
