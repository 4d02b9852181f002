/**
 * number-text.ts - the one reader of numbers that come as text: from CSV, from files, from messages.
 *
 * A value that is missing is NaN, whatever word the other side has for it; what is no number is null and is never guessed
 * at. A unit behind the number is passed over. A comma is a decimal sign only where it cannot stand for thousands.
 */

/** What programs write where there is no value, in small letters. */
const NO_VALUE: ReadonlySet<string> = new Set(
  ['', '-', '--', '?', 'unavailable', 'unknown', 'undefined', 'none', 'null', 'nil', 'missing'].concat([
    'nan',
    'n/a',
    'na',
    '#n/a',
    '#na',
    '-nan',
    '+nan',
    '1.#qnan',
    '1.#ind',
    '-1.#ind',
  ]),
);

const NUMBER = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,4})?)(.*)$/iu;
const WITH_COMMA = /^([+-]?)(\d+),(\d+)(.*)$/u;
/** One word without digits, but for a square or cube: °C, %, kWh, m2, µg/m³. */
const UNIT = /^[\t \u00A0]?[\p{L}°%‰µΩ/·²³'"][\p{L}°%‰µΩ/·²³^'"]{0,11}[23]?$/u;
/** Longer text is no number, whatever stands in it. */
const LONGEST = 64;

export type NumberStyle = {
  /** The source writes decimal commas: "1,234" is a little more than one. */
  readonly decimalComma?: boolean;
};

/** The number in a text. NaN: the text says that there is none. null: the text is no number. */
export function numberInText(text: string, { decimalComma = false }: NumberStyle = {}): number | null {
  if (text.length > 4 * LONGEST) return null;
  const trimmed = text.trim();
  if (NO_VALUE.has(trimmed.toLowerCase())) return NaN;
  if (trimmed.length > LONGEST) return null;
  return withComma(trimmed, decimalComma) ?? plain(trimmed);
}

function plain(text: string): number | null {
  const [, digits, rest] = NUMBER.exec(text) ?? [];
  if (digits === undefined || rest === undefined || !isUnit(rest)) return null;
  const value = Number(digits);
  // 1e999 is no value a sensor can have.
  return Number.isFinite(value) ? value : null;
}

function withComma(text: string, decimalComma: boolean): number | null {
  const [, sign, whole, part, rest] = WITH_COMMA.exec(text) ?? [];
  if (whole === undefined || part === undefined || rest === undefined || !isUnit(rest)) return null;
  const mayBeThousands = part.length === 3 && whole.length <= 3 && !whole.startsWith('0');
  if (mayBeThousands && !decimalComma) return null;
  return Number(`${sign}${whole}.${part}`);
}

function isUnit(text: string): boolean {
  return text === '' || UNIT.test(text);
}
