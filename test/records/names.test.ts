/** names.test.ts - what people may call zones, masks and labels. */
import { test } from 'tap';
import { AREA_NAME_PATTERN, LABEL_PATTERN, oneSpelling, plainName } from '../../src/records/names.ts';

const AREA = new RegExp(AREA_NAME_PATTERN, 'u');
const LABEL = new RegExp(LABEL_PATTERN, 'u');

test('letters of every script are letters', async (t) => {
  for (const name of [
    'gate',
    'a',
    '7',
    'Müllauto',
    'Tür zum Garten',
    'Ёлка-2',
    '玄関',
    'बिल्ली',
    'السيارة',
    'ไก่',
    'e\u0301tage',
  ]) {
    t.match(name, AREA, name);
    t.match(name, LABEL, name);
  }
});

test('what breaks topics or deceives the eye is in no name', async (t) => {
  for (const name of [
    '',
    ' ',
    ' a',
    'a ',
    'a/b',
    'a+b',
    'a#',
    '-a',
    'a\nb',
    'a\u0000',
    'a\u202Eb',
    'a\u200Bb',
    '<b>',
    '"x"',
    'x'.repeat(65),
  ])
    t.notMatch(name, AREA, JSON.stringify(name));
  t.match('x'.repeat(64), AREA);
  t.match('ö'.repeat(24), LABEL);
  t.notMatch('ö'.repeat(25), LABEL);
});

test('two spellings of one name are one', async (t) => {
  t.equal(oneSpelling('Tu\u0308r'), 'T\u00FCr');
});

test('where only plain letters are safe, names that differ stay different', async (t) => {
  t.equal(plainName('gate_2'), 'gate_2');
  t.match(plainName('Tür'), /^Tur-[0-9a-f]{6}$/);
  t.match(plainName('玄関'), /^[0-9a-f]{6}$/);
  t.not(plainName('Tür'), plainName('Tùr'));
});
