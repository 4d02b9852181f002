/** values.test.ts - numbers from CSV, from files and from messages, and everything that can be wrong with them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { type CsvRow, readCsvValues, wallClock } from '../../src/capture/csv-values.ts';
import { ValueQueue } from '../../src/capture/value-queue.ts';
import { csvValues, fileValues, numberIn, numberOfMessage } from '../../src/capture/values.ts';

type Folder = { readonly file: (text: string | Buffer) => string };
function folder(t: { teardown: (work: () => void) => void }): Folder {
  const path = mkdtempSync(join(tmpdir(), 'values-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  return {
    file: (text) => {
      writeFileSync(join(path, 'a.csv'), text);
      return join(path, 'a.csv');
    },
  };
}

async function rowsOf(path: string, column?: string): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const row of readCsvValues(path, column)) rows.push(row);
  return rows;
}

test('rows with their line, their time as written, and the wall clock', async (t) => {
  const { file } = folder(t);
  const rows = await rowsOf(file('\uFEFFtimestamp,value\r\n2014-07-01 00:30:00, 8127\n\n2014-07-01T01:00:00+02:00,\n'));
  t.same(rows, [
    { line: 2, timestamp: '2014-07-01 00:30:00', epochMs: Date.UTC(2014, 6, 1, 0, 30), value: 8127 },
    { line: 4, timestamp: '2014-07-01T01:00:00+02:00', epochMs: Date.UTC(2014, 6, 1, 1), value: NaN },
  ]);
});

test('columns are found by name, and there need be no time', async (t) => {
  const { file } = folder(t);
  t.match(await rowsOf(file('Temp,Time\n1.5,1700000000\n')), [{ value: 1.5, epochMs: 1_700_000_000_000 }]);
  t.match(await rowsOf(file('a,b\n1,2\n'), 'B'), [{ value: 2, epochMs: null, timestamp: '' }]);
});

test('what is no row of numbers is named with its line and a hint', async (t) => {
  const { file } = folder(t);
  const wrong: readonly (readonly [string, RegExp, string?])[] = [
    ['', /a heading and rows in .* but it is empty/],
    ['1,2\n3,4\n', /a heading with a column value/],
    ['timestamp,value\n2014-13-45x,1\n', /a time on line 2 .* received "2014-13-45x"/],
    ['timestamp,value\n2014-01-01,1\n2014-01-02,abc\n', /a number on line 3 .* received "abc"/],
    ['a,b\n1,2\n', /a heading with a column c/, 'c'],
    ['a,b\n"1,2\n', /fields on line 2 of .* Quote/],
  ];
  for (const [text, message, column] of wrong)
    await t.rejects(rowsOf(file(text), column), { code: 'no_input', message });
  await t.rejects(rowsOf('/nowhere/at/all.csv'), { code: 'no_input', message: /ENOENT/ });
});

test('times in several spellings are the same wall clock', async (t) => {
  const noon = Date.UTC(2026, 4, 1, 12);
  for (const text of [
    '2026-05-01 12:00',
    '2026-05-01T12:00:00',
    '2026-05-01T12:00:00.000Z',
    '2026-05-01 12:00:00-0500',
  ])
    t.equal(wallClock(text), noon, text);
  t.equal(wallClock('2026-05-01'), Date.UTC(2026, 4, 1));
  t.equal(wallClock(String(noon)), noon);
  t.equal(wallClock(String(noon / 1000)), noon);
  t.ok(Number.isNaN(wallClock('yesterday')));
});

test('a file holds a number, or what a 1-Wire thermometer says', async (t) => {
  t.equal(numberIn('21375'), 21375);
  t.equal(numberIn('-1.5e3'), -1500);
  t.equal(numberIn(''), null);
  t.equal(numberIn('warm'), null);
  const wire = (crc: string, value: number): string =>
    `72 01 4b 46 7f ff 0e 10 57 : crc=57 ${crc}\n72 01 4b 46 7f ff 0e 10 57 t=${value}`;
  t.equal(numberIn(wire('YES', 23125)), 23125);
  t.ok(Number.isNaN(numberIn(wire('NO', 23125))), 'a damaged reading is missing');
  t.ok(Number.isNaN(numberIn(wire('YES', 85000))), 'so is the first one after power-on');
});

test('a file is read again and again until stopped, and one that cannot be read says why', async (t) => {
  const { file } = folder(t);
  const path = file('1\n');
  const stop = new AbortController();
  const seen: number[] = [];
  for await (const { value } of fileValues(path, 0.01, stop.signal)) {
    seen.push(value);
    if (seen.length === 2) file('2\n');
    if (seen.length === 4) stop.abort();
  }
  t.same(seen, [1, 1, 2, 2]);
  const failing = (text: string): Promise<unknown> => fileValues(file(text), 1, new AbortController().signal).next();
  await t.rejects(failing('warm'), { code: 'no_input', message: /it holds "warm"/ });
  await t.rejects(fileValues('/nowhere', 1, new AbortController().signal).next(), {
    code: 'no_input',
    message: /ENOENT/,
  });
});

test('a CSV file is taken row by row, and left when stopped', async (t) => {
  const { file } = folder(t);
  const path = file('value\n1\n2\n3\n');
  const stop = new AbortController();
  const seen: number[] = [];
  for await (const { value } of csvValues(path, undefined, 0, stop.signal)) {
    seen.push(value);
    if (seen.length === 2) stop.abort();
  }
  t.same(seen, [1, 2]);
});

test('numbers in messages: plain, in JSON, none, and nonsense', async (t) => {
  t.equal(numberOfMessage(' 21.5 ', undefined), 21.5);
  t.equal(numberOfMessage('{"a":{"b":3}}', 'a.b'), 3);
  t.equal(numberOfMessage('{"a":"4"}', 'a'), 4);
  for (const text of ['unavailable', 'Unknown', '']) t.ok(Number.isNaN(numberOfMessage(text, undefined)), text);
  t.ok(Number.isNaN(numberOfMessage('{"a":null}', 'a')));
  for (const [text, key] of [
    ['hello', undefined],
    ['{"a":1}', undefined],
    ['{"a":1}', 'b'],
    ['nonsense', 'a'],
    ['{"a":{}}', 'a'],
  ] as const)
    t.throws(() => numberOfMessage(text, key), { code: 'no_input' }, `${text} ${key ?? ''}`);
});

test('a queue gives what was pushed in order, drops the oldest when it overflows, and ends when closed', async (t) => {
  const queue = new ValueQueue();
  for (let value = 0; value < 1005; value++) queue.push({ value, localMs: null });
  t.equal(queue.dropped, 5);
  const seen: number[] = [];
  setTimeout(() => {
    queue.push({ value: -1, localMs: null });
    queue.close();
  }, 20);
  for await (const { value } of queue) seen.push(value);
  t.equal(seen.length, 1001);
  t.same([seen[0], seen.at(-1)], [5, -1]);
});
