/**
 * csv-values.ts - rows of `timestamp,value` from a CSV file or a stream, checked one by one.
 */
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse/sync';
import { CortexdError, messageOf } from '../errors.ts';

export type CsvRow = {
  /** Line in the file, from 1. */
  readonly line: number;
  /** As written. */
  readonly timestamp: string;
  /** The wall clock of the timestamp as milliseconds, as if it were UTC; null when there is no timestamp column. */
  readonly epochMs: number | null;
  /** NaN where the field is empty: the value is missing. */
  readonly value: number;
};

/** Names that a column of times may have. */
const TIME_COLUMNS = ['timestamp', 'time', 'date', 'datetime'];

/**
 * Rows in order. `column` names the column of values; by default `value`, else the first that is no time. Throws
 * CortexdError `no_input` naming the line for anything that is not what it should be.
 */
export async function* readCsvValues(path: string, column?: string): AsyncGenerator<CsvRow> {
  const name = path === '-' ? 'the standard input' : path;
  let places: { time: number; value: number } | null = null;
  let line = 0;
  for await (const text of linesOf(path, name)) {
    line++;
    const record = fieldsOf(text, line, name);
    if (record === null) continue;
    if (places === null) places = findColumns(record, column, name);
    else yield readRow(record, line, places, name);
  }
  if (places === null) throw new CortexdError('no_input', `Expected a heading and rows in ${name} but it is empty`);
}

/** Lines as they come: a row from a pipe is not kept back until the next one. */
async function* linesOf(path: string, name: string): AsyncGenerator<string> {
  if (path === '-') {
    yield* createInterface({ input: process.stdin, crlfDelay: Infinity });
    return;
  }
  try {
    const file = await open(path);
    try {
      yield* file.readLines();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof CortexdError) throw error;
    throw new CortexdError(
      'no_input',
      `Expected rows of numbers in ${name} but it cannot be read: ${messageOf(error)}`,
    );
  }
}

/** The fields of a line, null when it is empty. */
function fieldsOf(text: string, line: number, name: string): string[] | null {
  try {
    return parse(text, { trim: true, bom: line === 1, relax_column_count: true })[0] ?? null;
  } catch (error) {
    throw new CortexdError('no_input', `Expected fields on line ${line} of ${name} but received: ${messageOf(error)}`);
  }
}

function findColumns(
  heading: readonly string[],
  column: string | undefined,
  name: string,
): { time: number; value: number } {
  const names = heading.map((text) => text.toLowerCase());
  const time = names.findIndex((text) => TIME_COLUMNS.includes(text));
  let value = names.indexOf((column ?? 'value').toLowerCase());
  if (value < 0 && column === undefined) value = names.findIndex((_, place) => place !== time);
  if (value < 0 || value === time || names.every((text) => text !== '' && Number.isFinite(Number(text)))) {
    throw new CortexdError(
      'no_input',
      `Expected a heading with a column ${column ?? 'value'} in ${name} but received ${heading.join(',')}`,
      {
        hint: 'The first line names the columns, such as timestamp,value. Choose another with --column.',
      },
    );
  }
  return { time, value };
}

function readRow(
  record: readonly string[],
  line: number,
  places: { time: number; value: number },
  name: string,
): CsvRow {
  const timestamp = places.time < 0 ? '' : (record[places.time] ?? '');
  const epochMs = places.time < 0 ? null : wallClock(timestamp);
  if (epochMs !== null && Number.isNaN(epochMs)) {
    throw new CortexdError('no_input', `Expected a time on line ${line} of ${name} but received "${timestamp}"`, {
      hint: 'Write 2026-05-01 12:00:00, 2026-05-01T12:00:00Z, or seconds since 1970.',
    });
  }
  const text = record[places.value] ?? '';
  const value = text === '' ? NaN : Number(text);
  if (text !== '' && Number.isNaN(value)) {
    throw new CortexdError('no_input', `Expected a number on line ${line} of ${name} but received "${text}"`, {
      hint: 'Leave the field empty where a value is missing.',
    });
  }
  return { line, timestamp, epochMs, value };
}

/** The wall clock of a timestamp in ms, whatever its zone: what matters is the time of day. NaN if it is none. */
export function wallClock(text: string): number {
  if (/^-?\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    return Math.abs(number) > 1e11 ? number : number * 1000;
  }
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?)?(?:Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (parts === null) return NaN;
  const [year, month, day, hour = '0', minute = '0', second = '0'] = parts.slice(1);
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)) + Number(second) * 1000;
}
