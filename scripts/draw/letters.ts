/**
 * letters.ts - small capital letters as dots, 3 x 5 each: the same on every machine, whatever fonts it has.
 */
import type { Picture, Rgb } from './canvas.ts';

/** Rows from the top, joined by slashes; # = ink. */
const SHAPES: { readonly [letter: string]: string } = {
  A: '.#./#.#/###/#.#/#.#',
  B: '##./#.#/##./#.#/##.',
  C: '.##/#../#../#../.##',
  D: '##./#.#/#.#/#.#/##.',
  E: '###/#../##./#../###',
  F: '###/#../##./#../#..',
  G: '.##/#../#.#/#.#/.##',
  H: '#.#/#.#/###/#.#/#.#',
  I: '###/.#./.#./.#./###',
  J: '..#/..#/..#/#.#/.#.',
  K: '#.#/#.#/##./#.#/#.#',
  L: '#../#../#../#../###',
  M: '#.#/###/###/#.#/#.#',
  N: '##./#.#/#.#/#.#/#.#',
  O: '.#./#.#/#.#/#.#/.#.',
  P: '##./#.#/##./#../#..',
  Q: '.#./#.#/#.#/###/.##',
  R: '##./#.#/##./#.#/#.#',
  S: '.##/#../.#./..#/##.',
  T: '###/.#./.#./.#./.#.',
  U: '#.#/#.#/#.#/#.#/###',
  V: '#.#/#.#/#.#/#.#/.#.',
  W: '#.#/#.#/###/###/#.#',
  X: '#.#/#.#/.#./#.#/#.#',
  Y: '#.#/#.#/.#./.#./.#.',
  Z: '###/..#/.#./#../###',
  '0': '###/#.#/#.#/#.#/###',
  '1': '.#./##./.#./.#./###',
  '2': '##./..#/.#./#../###',
  '3': '##./..#/.#./..#/##.',
  '4': '#.#/#.#/###/..#/..#',
  '5': '###/#../##./..#/##.',
  '6': '.##/#../###/#.#/###',
  '7': '###/..#/.#./.#./.#.',
  '8': '###/#.#/###/#.#/###',
  '9': '###/#.#/###/..#/##.',
  '.': '.../.../.../.../.#.',
  ',': '.../.../.../.#./#..',
  ':': '.../.#./.../.#./...',
  '-': '.../.../###/.../...',
  '/': '..#/..#/.#./#../#..',
  '%': '#.#/..#/.#./#../#.#',
  '#': '#.#/###/#.#/###/#.#',
  '(': '.#./#../#../#../.#.',
  ')': '.#./..#/..#/..#/.#.',
  '+': '.../.#./###/.#./...',
};
const UNKNOWN = '###/###/###/###/###';
const WIDE = 3;
const HIGH = 5;

/** Height (px) of a line of letters with its margin, at `dot` px a dot. */
export const lineHeight = (dot: number): number => (HIGH + 2) * dot;
/** Letters that fit into `width` px. */
export const lettersIn = (width: number, dot: number): number => Math.floor((width - 2 * dot) / ((WIDE + 1) * dot));

/**
 * Write a line with its upper left corner at x, y (px) on a ground of its own; what does not fit into the picture is moved in or
 * cut off. Small letters are written as capitals.
 */
export function write(picture: Picture, x: number, y: number, text: string, ink: Rgb, ground: Rgb, dot = 2): void {
  const { width, height, rgb } = picture;
  const line = text
    .toUpperCase()
    .split('')
    .slice(0, Math.max(0, lettersIn(width, dot)));
  const wide = (line.length * (WIDE + 1) + 1) * dot;
  const left = Math.round(Math.max(0, Math.min(width - wide, x)));
  const top = Math.round(Math.max(0, Math.min(height - lineHeight(dot), y)));
  const paint = (at: number, down: number, wideness: number, highness: number, color: Rgb): void => {
    for (let row = Math.max(0, down); row < Math.min(height, down + highness); row++)
      for (let column = Math.max(0, at); column < Math.min(width, at + wideness); column++)
        rgb.set(color, (row * width + column) * 3);
  };
  paint(left, top, wide, lineHeight(dot), ground);
  line.forEach((letter, i) => {
    if (letter === ' ') return;
    (SHAPES[letter] ?? UNKNOWN).split('/').forEach((row, down) =>
      row.split('').forEach((mark, over) => {
        if (mark === '#') paint(left + (i * (WIDE + 1) + 1 + over) * dot, top + (1 + down) * dot, dot, dot, ink);
      }),
    );
  });
}
