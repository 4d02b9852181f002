/**
 * values.ts - where the numbers of a sensor come from: a file read again and again, a CSV file, messages.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CortexdError, messageOf } from '../errors.ts';
import { type CsvReport, readCsvValues } from './csv-values.ts';
import { numberInText } from './number-text.ts';

export type SensorValue = {
  /** NaN: there is none at this moment. */
  readonly value: number;
  /** Wall clock of the value (ms, as if local time were UTC) where the source tells it, else null. */
  readonly localMs: number | null;
};

/** A file with a number, every `intervalS` seconds until aborted. Throws CortexdError `no_input` when it holds none. */
export async function* fileValues(path: string, intervalS: number, signal: AbortSignal): AsyncGenerator<SensorValue> {
  while (!signal.aborted) {
    const started = performance.now();
    yield { value: await readNumber(path), localMs: null };
    const rest = intervalS * 1000 - (performance.now() - started);
    await sleep(Math.max(0, rest), undefined, { signal }).catch(() => undefined);
  }
}

async function readNumber(path: string): Promise<number> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw new CortexdError('no_input', `Expected a number in ${path} but it cannot be read: ${messageOf(error)}`, {
      hint: 'Check that the sensor is connected and that the daemon may read the file.',
    });
  }
  const value = numberIn(text);
  if (value === null) {
    throw new CortexdError('no_input', `Expected a number in ${path} but it holds "${text.slice(0, 60)}"`);
  }
  return value;
}

/**
 * A plain number, or the last line of a 1-Wire thermometer (`… t=21375`, thousandths of a degree). NaN when the
 * thermometer itself says that the reading went wrong (`crc=… NO`, or 85000, which it gives before its first
 * measurement); null when there is no number.
 */
export function numberIn(text: string): number | null {
  const wire = /\bt=(-?\d+)\s*$/.exec(text);
  if (wire !== null) {
    const value = Number(wire[1]);
    return /\bYES\b/.test(text) && value !== 85_000 ? value : NaN;
  }
  // An empty file is a sensor that could not be read, not one that says that it has no value.
  return text.trim() === '' ? null : numberInText(text);
}

/**
 * Rows of a CSV file, one every `intervalS` seconds (0 = as fast as they are taken), until its end or aborted. What was
 * left out stands in `report`.
 */
export async function* csvValues(
  path: string,
  column: string | undefined,
  intervalS: number,
  signal: AbortSignal,
  report?: CsvReport,
): AsyncGenerator<SensorValue> {
  for await (const { value, epochMs } of readCsvValues(path, column, report)) {
    yield { value, localMs: epochMs };
    // Other sensors, cameras and the broker get their turn even when rows come as fast as they are taken.
    await sleep(intervalS * 1000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}

/** The number of a message. NaN: it says that there is none. Throws CortexdError `no_input` when it says neither. */
export function numberOfMessage(payload: string, jsonKey: string | undefined): number {
  const found = jsonKey === undefined ? payload : lookUp(payload, jsonKey);
  const value =
    typeof found === 'string'
      ? numberInText(found)
      : found === null
        ? NaN
        : Number.isFinite(found)
          ? Number(found)
          : null;
  if (value !== null) return value;
  const where = jsonKey === undefined ? 'the message' : `${jsonKey} of the message`;
  throw new CortexdError('no_input', `Expected a number as ${where} but received "${payload.slice(0, 60)}"`, {
    hint: 'For a JSON payload set json_key to where the number is.',
  });
}

function lookUp(payload: string, key: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    try {
      // Python writes NaN where JSON has no word for it.
      value = JSON.parse(payload.replace(/(?<=[:,[]\s*)-?(?:NaN|Infinity)(?=\s*[,\]}])/g, 'null'));
    } catch {
      return 'not JSON';
    }
  }
  for (const part of key.split('.')) value = (value as { [key: string]: unknown } | null | undefined)?.[part];
  return value === undefined ? 'not there' : value;
}
