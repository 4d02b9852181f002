/** values.test.ts - numbers from CSV, from files and from messages, and everything that can be wrong with them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { CsvReport, type CsvRow, readCsvValues } from '../../src/capture/csv-values.ts';
import { numberInText } from '../../src/capture/number-text.ts';
import { timeInText, wallClock } from '../../src/capture/time-text.ts';
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

async function rowsOf(path: string, column?: string, report?: CsvReport): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const row of readCsvValues(path, column, report)) rows.push(row);
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
    ['time,in,out\n2026-05-01,1,2\n', /one column of numbers in .* but received in, out/],
    ['timestamp,value\n2014-13-45x,1\n', /a time on line 2 .* received "2014-13-45x"/],
    ['timestamp,value\n2014-01-02,abc\n', /a number on line 2 .* received "abc"/],
    ['value\n1\0\n', /zero bytes/],
    ['a,b\n1,2\n', /a heading with a column c/, 'c'],
    ['a,b\n"1,2\n', /fields on line 2 of .* [Qq]uote/],
  ];
  for (const [text, message, column] of wrong)
    await t.rejects(rowsOf(file(text), column), { code: 'no_input', message });
  await t.rejects(rowsOf('/nowhere/at/all.csv'), { code: 'no_input', message: /ENOENT/ });
});

test('a row that is none is left out and told with its line; the others are taken', async (t) => {
  const { file } = folder(t);
  const report = new CsvReport();
  const text =
    'timestamp,value\n2026-05-01,1\n2026-13-45 27:99:99,2\n2026-02-30 10:00,3\n2026-05-02,0x1F\n2026-05-03,4\n';
  const rows = await rowsOf(file(text), undefined, report);
  t.same(
    rows.map(({ line }) => line),
    [2, 6],
  );
  t.match(report.summary(), [/a time on line 3 /, /a time on line 4 /, /a number on line 5 .*"0x1F"/]);
  t.equal(report.summary().length, 3);
});

test('what separates fields and what the columns are is seen from the file: exports of spreadsheets and home automation', async (t) => {
  const { file } = folder(t);
  const german = 'sep=;\r\nDatum;Wert\r\n01.05.2026 12:00;21,5\r\n01.05.2026 12:10;1,234\r\n';
  t.match(await rowsOf(file(german)), [
    { line: 3, epochMs: Date.UTC(2026, 4, 1, 12), value: 21.5 },
    { line: 4, value: 1.234 },
  ]);
  const history =
    'entity_id,state,last_changed\nsensor.a,21.5,2026-05-01T12:00:00.000Z\nsensor.a,unavailable,2026-05-01T12:05:00.000Z\n';
  t.match(await rowsOf(file(history)), [{ value: 21.5, epochMs: Date.UTC(2026, 4, 1, 12) }, { value: NaN }]);
  t.match(await rowsOf(file('date,time,value\n2026-05-01,12:30,7\n')), [
    { value: 7, epochMs: Date.UTC(2026, 4, 1, 12, 30), timestamp: '2026-05-01 12:30' },
  ]);
  t.match(await rowsOf(file('when;what\n2026-05-01 12:00;7\n')), [{ value: 7, epochMs: Date.UTC(2026, 4, 1, 12) }]);
  const utf16 = Buffer.from('\uFEFFtimestamp\tvalue\n2026-05-01\t3\n', 'utf16le');
  t.match(await rowsOf(file(utf16)), [{ value: 3, epochMs: Date.UTC(2026, 4, 1) }]);
  t.match(await rowsOf(file(Buffer.from(utf16).swap16())), [{ value: 3 }]);
});

test('what a reader must know of the times is said: none, twice, backwards, and a row that is half written', async (t) => {
  const { file } = folder(t);
  const summaryOf = async (text: string): Promise<string[]> => {
    const report = new CsvReport();
    await rowsOf(file(text), undefined, report);
    return report.summary();
  };
  t.match(await summaryOf('a,value\n1,2\n'), [/no column of times/]);
  t.match(await summaryOf('time,value\n2026-05-01,1\n2026-05-01,2\n2026-04-30,3\n'), [
    /1 times twice and 1 earlier than the row before, first on line 3/,
  ]);
  t.same(
    await summaryOf('time,value\n2026-10-25T02:30:00+02:00,1\n2026-10-25T02:00:00+01:00,2\n'),
    [],
    'an hour that comes twice goes forward where the zone is written',
  );
  t.match(await summaryOf('time,value\n2026-05-01,1\n2026-05-0'), [/Line 3 ends half-way/]);
  t.same(await summaryOf('time,value\n2026-05-01,1\n2026-05-02,2'), [], 'a last line that is whole is taken');
});

test('a number is read in one way wherever it comes from', async (t) => {
  for (const [text, value] of [
    [' 21.1 °C', 21.1],
    ['55%', 55],
    ['-3.5e2', -350],
    ['3 m3', 3],
    ['21,5', 21.5],
    ['0,125', 0.125],
    ['.5', 0.5],
  ] as const)
    t.equal(numberInText(text), value, text);
  for (const text of ['unavailable', 'Unknown', 'nan', 'NaN', 'null', '', ' ', 'N/A', 'none', '-'])
    t.ok(Number.isNaN(numberInText(text)), `"${text}" is missing`);
  for (const text of ['0x10', '1e999', 'Infinity', '1,234', '1.234,5', '12:30', '1.2.3', 'on', '1 2', '5'.repeat(300)])
    t.equal(numberInText(text), null, text);
  t.equal(numberInText('1,234', { decimalComma: true }), 1.234);
});

test('times that cannot be are none, and a number since 1970 is of the unit that fits', async (t) => {
  for (const text of [
    '2026-13-01',
    '2026-02-30',
    '2026-05-01 27:00',
    '2026-05-01 12:60',
    '2026-05-01 12:00+25:00',
    '99999999999999999999999',
    '31.02.2026',
    '05/01/2026',
  ])
    t.equal(timeInText(text), null, text);
  const noon = Date.UTC(2026, 4, 1, 12);
  for (const text of [noon / 1000, noon, noon * 1000]
    .map(String)
    .concat(`${noon}000000`, '20260501T120000', '1.5.2026 12:00'))
    t.equal(wallClock(text), noon, text);
  t.same(timeInText('2026-05-01T12:00:00+02'), { localMs: noon, utcMs: noon - 7_200_000 });
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
  t.ok(Number.isNaN(numberOfMessage('{"a":NaN,"b":1}', 'a')), 'as Python writes it');
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
