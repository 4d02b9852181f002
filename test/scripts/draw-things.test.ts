import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { test } from 'tap';
import { type Rgb, fromGrey, inRows } from '../../scripts/draw/canvas.ts';
import { lineHeight, write } from '../../scripts/draw/letters.ts';
import { type ShownThing, drawThings } from '../../scripts/draw/things.ts';

const script = join(import.meta.dirname, '..', '..', 'scripts', 'draw-things.js');
const [WIDTH, HEIGHT, SCALE, LINES] = [80, 60, 4, 2];

type Plane = { readonly width: number; readonly rgb: Uint8Array };
const at = ({ width, rgb }: Plane, x: number, y: number): number[] => [
  ...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const isRed = ([red, green, blue]: readonly number[]): boolean => red! > 200 && green! < 100 && blue! < 100;

const thing = (told: ShownThing['told'], isSeen = true): ShownThing => ({
  id: 7,
  box: [0.25, 0.5, 0.25, 0.25],
  ageMs: 0,
  speed: 0,
  trail: [[0.75, 0.75]],
  isSeen,
  told,
});

void test('a thing has a box where it is, its trail, and red words once it has alarmed', async (t) => {
  const luma = new Uint8Array(WIDTH * HEIGHT).fill(90);
  const draw = (one: ShownThing) => drawThings(luma, WIDTH, HEIGHT, SCALE, [one], ['12.5 s'], LINES);
  const quiet = draw(thing(null));
  t.same([quiet.width, quiet.height], [WIDTH * SCALE, HEIGHT * SCALE + LINES * lineHeight(2)]);
  const edge = [80, 150] as const;
  const [red, green] = at(quiet, ...edge);
  t.ok(green! > red! + 50, 'followed: green');
  t.same(at(quiet, 120, 150), [90, 90, 90], 'the thing itself is left as it is');
  t.ok(at(quiet, 240, 179)[0]! > 200, 'a point of its trail');
  const unseen = at(draw(thing(null, false)), ...edge);
  t.ok(unseen[0] === unseen[1] && unseen[0] !== 90, 'not seen just now: grey');
  const told = draw(thing({ cause: 'motion', bits: 18, threshold: 12, by: [['direction', 16]] }));
  t.ok(isRed(at(told, ...edge)), 'alarmed: red');
  const reds = ({ rgb }: Plane): number =>
    Array.from({ length: rgb.length / 3 }, (_, i) => rgb.subarray(i * 3, i * 3 + 3)).filter((color) =>
      isRed([...color]),
    ).length;
  t.ok(reds(told) > reds(draw(thing({ cause: 'motion', bits: 18, threshold: 12, by: [] }))) + 200, 'and why');
});

void test('letters are the same dots everywhere; pictures go into rows', async (t) => {
  const picture = fromGrey(new Uint8Array(20 * 12).fill(50), 20, 12, 1);
  const [ink, ground]: Rgb[] = [
    [1, 2, 3],
    [9, 9, 9],
  ];
  write(picture, 0, 0, 'ia', ink!, ground!, 1);
  const rows = Array.from({ length: 7 }, (_, y) =>
    Array.from({ length: 9 }, (_, x) => (at(picture, x, y)[0] === 1 ? '#' : '.')).join(''),
  );
  t.same(rows, ['.........', '.###..#..', '..#..#.#.', '..#..###.', '..#..#.#.', '.###.#.#.', '.........']);
  t.same(at(picture, 10, 1), [50, 50, 50]);
  const sheet = inRows([picture, picture, picture], 2);
  t.same([sheet.width, sheet.height], [48, 32]);
  t.same(at(sheet, 28 + 10, 1), [50, 50, 50]);
  t.same(at(sheet, 28 + 10, 25), [255, 255, 255], 'nothing below the second');
});

void test('sheets of a clip, from one second to another', { timeout: 60_000 }, async (t) => {
  const out = join(t.testdir({}), 'sheets');
  const run = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  const asked = [
    'scene:street',
    '--frames',
    '60',
    '--from',
    '1',
    '--to',
    '5',
    '--every',
    '1',
    '--across',
    '2',
    '--down',
    '2',
  ];
  const said = execFileSync(process.execPath, [script, ...asked, '--scale', '1', '--out', out], { encoding: 'utf8' });
  t.match(said, 'Drew 2 sheets');
  t.same(readdirSync(out).toSorted(), ['sheet-001.png', 'sheet-002.png']);
  const first = await sharp(join(out, 'sheet-001.png')).metadata();
  const second = await sharp(join(out, 'sheet-002.png')).metadata();
  t.ok(first.width > 2 * second.width && first.height > 2 * second.height, 'four, then the fifth alone');
  t.match(run('scene:street', '--every', 'x').stderr, /Expected a number of at least 0 for --every but received x/);
  t.match(run('scene:nowhere').stderr, /Expected --scene/);
  t.match(run().stderr, /Expected one CLIP/);
});
