/**
 * csv-values.ts - rows of `timestamp,value` from a CSV file or a stream, checked one by one.
 */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
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
  const input: Readable = path === '-' ? process.stdin : createReadStream(path);
  const name = path === '-' ? 'the standard input' : path;
  const parser = input.pipe(
    parse({ skip_empty_lines: true, info: true, trim: true, bom: true, relax_column_count: true }),
  );
  input.on('error', (error) => parser.destroy(error));
  let places: { time: number; value: number } | null = null;
  try {
    for await (const entry of parser) {
      const { record, info } = entry as { record: string[]; info: { lines: number } };
      if (places === null) {
        places = findColumns(record, column, name);
        continue;
      }
      yield readRow(record, info.lines, places, name);
    }
  } catch (error) {
    if (error instanceof CortexdError) throw error;
    throw new CortexdError('no_input', `Expected rows of numbers in ${name} but received: ${messageOf(error)}`);
  }
  if (places === null) throw new CortexdError('no_input', `Expected a heading and rows in ${name} but it is empty`);
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
