/**
 * csv-values.ts - rows of `timestamp,value` from a CSV file or a stream, checked one by one.
 *
 * A row that is none is left out and told, and does not end the file; a file that has no sound row is an error.
 */
import { parse } from 'csv-parse/sync';
import { CortexdError, messageOf } from '../errors.ts';
import { type Columns, findColumns, separatorOf } from './csv-columns.ts';
import { linesOf } from './csv-lines.ts';
import { numberInText } from './number-text.ts';
import { timeInText } from './time-text.ts';

export { wallClock } from './time-text.ts';

export type CsvRow = {
  /** Line in the file, from 1. */
  readonly line: number;
  /** As written. */
  readonly timestamp: string;
  /** The wall clock of the timestamp as milliseconds, as if it were UTC; null when there is no timestamp column. */
  readonly epochMs: number | null;
  /** NaN where the value is missing. */
  readonly value: number;
};

/** What was found in a file beside its rows; filled in while it is read. */
export class CsvReport {
  rows = 0;
  /** Rows that were left out, and the first of them in words. */
  bad = 0;
  readonly complaints: string[] = [];
  /** Rows whose time is the same as, or before, that of the row before; and the line of the first. */
  doubled = 0;
  decreasing = 0;
  firstOutOfOrder: number | null = null;
  /** Whether there is a column of times; null before the first row. */
  hasTime: boolean | null = null;
  /** Line at which the file ends in the middle of a row: it is still being written. */
  cutAt: number | null = null;

  complain(text: string): void {
    this.bad++;
    if (this.complaints.length < MOST_COMPLAINTS) this.complaints.push(text);
  }

  /** One sentence for each thing a reader of the results must know; empty when all was well. */
  summary(): string[] {
    const { bad, complaints, doubled, decreasing, firstOutOfOrder, hasTime, cutAt } = this;
    const sentences = [...complaints];
    if (bad > complaints.length) sentences.push(`and ${bad - complaints.length} more rows were left out`);
    if (cutAt !== null) sentences.push(`Line ${cutAt} ends half-way: the file is still being written`);
    if (hasTime === false) sentences.push('There is no column of times: the time of day is not used');
    if (doubled + decreasing > 0) {
      const what = [doubled > 0 ? `${doubled} times twice` : '', decreasing > 0 ? `${decreasing} earlier` : ''];
      const told = what.filter((text) => text !== '').join(' and ');
      sentences.push(`Times do not always go forward (${told} than the row before, first on line ${firstOutOfOrder})`);
    }
    return sentences;
  }
}

const MOST_COMPLAINTS = 10;
const TIME_HINT = 'Write 2026-05-01 12:00:00, 2026-05-01T12:00:00Z, or a number since 1970.';

type Fields = readonly string[];
type Reading = { readonly columns: Columns; readonly decimalComma: boolean };

/**
 * Rows in order. `column` names the column of values; by default `value` and its like, else the first that is a number.
 * Throws CortexdError `no_input` when there is no such column or no sound row.
 */
export async function* readCsvValues(
  path: string,
  column?: string,
  report: CsvReport = new CsvReport(),
): AsyncGenerator<CsvRow> {
  const name = path === '-' ? 'the standard input' : path;
  let line = 0;
  let separator: string | undefined;
  let heading: Fields | undefined;
  let reading: Reading | undefined;
  let lastMs = -Infinity;
  for await (const { text, isCut } of linesOf(path, name)) {
    line++;
    const declared = heading === undefined ? /^sep=(.)$/.exec(text) : null;
    if (declared !== null) separator = declared[1];
    // InfluxDB and others write remarks before the heading.
    if (declared !== null || text.trim() === '' || (heading === undefined && text.startsWith('#'))) continue;
    separator ??= separatorOf(text);
    const fields = fieldsOf(text, separator);
    if (heading === undefined) {
      heading = typeof fields === 'string' ? text.split(separator) : fields;
      continue;
    }
    if (typeof fields === 'string') {
      if (isCut) report.cutAt = line;
      else report.complain(`Expected fields on line ${line} of ${name} but received: ${fields}`);
      continue;
    }
    reading ??= { columns: findColumns(heading, fields, column, name), decimalComma: separator !== ',' };
    report.hasTime = reading.columns.time.length > 0;
    const row = readRow(fields, line, reading, name);
    if (typeof row === 'string') {
      if (isCut) report.cutAt = line;
      else report.complain(row);
      continue;
    }
    if (isCut && fields.length < heading.length) {
      report.cutAt = line;
      continue;
    }
    if (row.orderMs !== null) {
      if (row.orderMs === lastMs) report.doubled++;
      else if (row.orderMs < lastMs) report.decreasing++;
      if (row.orderMs <= lastMs) report.firstOutOfOrder ??= line;
      lastMs = row.orderMs;
    }
    report.rows++;
    yield row.row;
  }
  if (heading === undefined)
    throw new CortexdError('no_input', `Expected a heading and rows in ${name} but it is empty`);
  // A heading alone is told to be wrong as well.
  if (reading === undefined && report.bad === 0) findColumns(heading, [], column, name);
  if (report.rows === 0 && report.bad > 0) {
    throw new CortexdError('no_input', report.complaints[0] ?? `Expected rows in ${name}`, {
      hint: `No row of the file could be read. ${TIME_HINT} Leave the field empty where a value is missing.`,
    });
  }
}

/** The fields of a line, or what is wrong with them. */
function fieldsOf(text: string, delimiter: string): Fields | string {
  try {
    return parse(text, { trim: true, bom: true, delimiter, relax_column_count: true })[0] ?? '';
  } catch (error) {
    return messageOf(error);
  }
}

/** A row, or what is wrong with it. `orderMs`: what tells whether times go forward. */
function readRow(
  fields: Fields,
  line: number,
  { columns, decimalComma }: Reading,
  name: string,
): { row: CsvRow; orderMs: number | null } | string {
  const timestamp = columns.time.map((place) => fields[place] ?? '').join(' ');
  const time = columns.time.length === 0 ? null : timeInText(timestamp);
  if (columns.time.length > 0 && time === null)
    return `Expected a time on line ${line} of ${name} but received "${timestamp.slice(0, 60)}"`;
  const text = fields[columns.value] ?? '';
  const value = numberInText(text, { decimalComma });
  if (value === null) return `Expected a number on line ${line} of ${name} but received "${text.slice(0, 60)}"`;
  const row = { line, timestamp, epochMs: time?.localMs ?? null, value };
  return { row, orderMs: time === null ? null : (time.utcMs ?? time.localMs) };
}
