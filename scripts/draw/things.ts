/**
 * things.ts - a picture with the things that are followed in it: boxes, trails, numbers, and what is told of those that alarm.
 *
 *     green   followed        grey   not seen just now, or one with another        red   has alarmed: cause, bits / bits an alarm takes
 */
import type { Cortex } from '../../src/cortex/cortex.ts';
import { thresholdOf } from '../../src/cortex/judge/calibration.ts';
import { KINDS } from '../../src/cortex/judge/kinds.ts';
import { causeOf } from '../../src/cortex/judge/things.ts';
import type { ModelCause, Observation, SeenThing } from '../../src/cortex/observation.ts';
import { LIVE } from '../../src/things/pool.ts';
import { ATTRIBUTES, type Attribute, attributeBits } from '../../src/usual/usual.ts';
import { type Picture, type Rgb, fromGrey, ruleBox } from './canvas.ts';
import { lettersIn, lineHeight, write } from './letters.ts';

const GREEN: Rgb = [40, 200, 80];
const GREY: Rgb = [150, 150, 150];
const RED: Rgb = [240, 60, 50];
const ORANGE: Rgb = [250, 170, 40];
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** Attributes are named that say at least so many bits, at most so many of them. */
const WORTH_NAMING = 4;
const MOST_NAMED = 3;
const THINGS = KINDS.findIndex(({ name }) => name === 'thing');

export type ShownThing = SeenThing & {
  /** Seen by itself in this very picture. */
  readonly isSeen: boolean;
  /** null until it has alarmed */
  readonly told: {
    readonly cause: ModelCause;
    /** Evidence and what an alarm takes. */
    readonly bits: number;
    readonly threshold: number;
    /** Bits of the attributes that say most. */
    readonly by: readonly (readonly [Attribute, number])[];
  } | null;
};

/** What the model says of each thing of a step, to be called right after it; a copy, which later steps do not change. */
export function shownThings({ judge, calibration }: Cortex, { things }: Observation): ShownThing[] {
  const { usual, things: pool } = judge;
  return structuredClone(things).map((thing) => {
    const slot = pool.id.findIndex((id, at) => id === thing.id && pool.status[at] === LIVE);
    const isSeen = pool.blob[slot]! >= 0 && pool.together[slot] === 0;
    if (usual.judged.told[slot] === 0) return { ...thing, isSeen, told: null };
    const by = ATTRIBUTES.map((name, i) => [name, attributeBits(usual, slot, i)] as const)
      .filter(([, bits]) => bits >= WORTH_NAMING)
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, MOST_NAMED);
    const told = { cause: causeOf(judge, slot), bits: usual.judged.total[slot]!, by };
    return { ...thing, isSeen, told: { ...told, threshold: thresholdOf(calibration, THINGS) } };
  });
}

/** `remarks`: lines below the picture, e.g. the time and what is told in this moment. Always `lines` of them high. */
export function drawThings(
  luma: Uint8Array,
  width: number,
  height: number,
  scale: number,
  things: readonly ShownThing[],
  remarks: readonly string[],
  lines: number,
): Picture {
  const seen = fromGrey(luma, width, height, scale);
  for (const { box, trail, isSeen, told } of things) {
    for (const [x, y] of trail) ruleBox(seen, [x - 0.003, y - 0.003, 0.006, 0.006], ORANGE);
    ruleBox(seen, box, told !== null ? RED : isSeen ? GREEN : GREY);
  }
  // Words last, so that no box lies over them.
  for (const { id, box, told } of things) {
    const words = told === null ? [`${id}`] : wordsOf(id, told);
    const [x, y] = [box[0] * seen.width, Math.max(words.length * lineHeight(2), box[1] * seen.height)];
    words.forEach((line, i) =>
      write(
        seen,
        x,
        y - (words.length - i) * lineHeight(2),
        line,
        told === null ? GREEN : WHITE,
        told === null ? BLACK : RED,
      ),
    );
  }
  const whole: Picture = { ...seen, height: seen.height + lines * lineHeight(2), rgb: new Uint8Array(0) };
  const picture = { ...whole, rgb: new Uint8Array(whole.width * whole.height * 3) };
  picture.rgb.set(seen.rgb);
  const fit = lettersIn(picture.width, 2);
  remarks
    .flatMap((remark) => cutToWidth(remark, fit))
    .slice(0, lines)
    .forEach((line, i) => write(picture, 0, seen.height + i * lineHeight(2), line, WHITE, BLACK));
  return picture;
}

/** The number, the cause, bits / what an alarm takes; the attributes that say most. */
function wordsOf(id: number, { cause, bits, threshold, by }: NonNullable<ShownThing['told']>): string[] {
  const parts = by.map(([name, value]) => `${name} ${value.toFixed(0)}`).join(' ');
  return [`${id} ${cause} ${bits.toFixed(0)}/${threshold.toFixed(0)}`, ...(parts === '' ? [] : [parts])];
}

/** A sentence in lines of at most `most` letters, broken between words. */
function cutToWidth(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
