/**
 * csv-columns.ts - what a CSV file's first lines say of it: what separates its fields, and which column is what.
 */
import { CortexdError } from '../errors.ts';
import { numberInText } from './number-text.ts';
import { timeInText } from './time-text.ts';

export type Columns = {
  /** Columns that make up the time, in order; none: the file tells no time. */
  readonly time: readonly number[];
  readonly value: number;
};

/** Names that a column of times may have, in small letters; the best first. */
const TIME_COLUMNS = (
  'timestamp datetime date_time _time last_changed last_updated created_at measured_at ' +
  'time date ts ds datum zeit zeitstempel time_utc utc'
).split(' ');
const VALUE_COLUMNS = ['value', '_value', 'state', 'wert', 'y'];
const SEPARATORS = [',', ';', '\t', '|'] as const;

/** What separates the fields of a heading: whatever it holds most of, outside of quotes. */
export function separatorOf(heading: string): string {
  const bare = heading.replace(/"[^"]*"/g, '');
  const counts = SEPARATORS.map((separator) => bare.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))]!;
}

/** `first`: the first row; a column of times that has another name is known by what stands in it. */
export function findColumns(
  heading: readonly string[],
  first: readonly string[],
  column: string | undefined,
  name: string,
): Columns {
  const names = heading.map((text) => text.trim().toLowerCase());
  const time = timeColumns(names, first);
  const wanted = column?.toLowerCase();
  let value = -1;
  for (const known of wanted === undefined ? VALUE_COLUMNS : [wanted]) if (value < 0) value = names.indexOf(known);
  const isNumber = (place: number): boolean => numberInText(first[place] ?? '') !== null;
  const others = names.map((_, place) => place).filter((place) => !time.includes(place));
  const numbers = others.filter(isNumber);
  const isHeading = !names.every((text) => text !== '' && Number.isFinite(Number(text)));
  if (isHeading && value < 0 && wanted === undefined && numbers.length > 1) {
    const known = numbers.map((place) => heading[place]!.trim()).join(', ');
    throw new CortexdError(
      'no_input',
      `Expected one column of numbers in ${name} but received ${known.slice(0, 200)}`,
      {
        hint: 'Name the one that is meant (--column NAME, or column in the configuration).',
      },
    );
  }
  if (value < 0 && wanted === undefined) value = numbers[0] ?? others[0] ?? -1;
  if (value < 0 || time.includes(value) || !isHeading) {
    throw new CortexdError(
      'no_input',
      `Expected a heading with a column ${column ?? 'value'} in ${name} but received ${heading.join(',').slice(0, 200)}`,
      {
        hint: 'The first line names the columns, such as timestamp,value. Choose another with --column.',
      },
    );
  }
  return { time, value };
}

function timeColumns(names: readonly string[], first: readonly string[]): number[] {
  const [date, clock] = [names.indexOf('date'), names.indexOf('time')];
  const isClock = /^\d{1,2}:\d\d/.test(first[clock]?.trim() ?? '');
  if (date >= 0 && clock >= 0 && isClock) return [date, clock];
  for (const known of TIME_COLUMNS) if (names.includes(known)) return [names.indexOf(known)];
  // A plain number is a time only under a name that says so.
  const place = first.findIndex((text) => !/^-?\d+(\.\d+)?$/.test(text.trim()) && timeInText(text) !== null);
  return place < 0 ? [] : [place];
}
