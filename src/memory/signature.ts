/**
 * signature.ts - reads the shape of a saved model back from its signature: which blocks and fields, where in the image.
 *
 * A signature (see layout.ts, model-memory.ts) names every persistent field in memory order, so it is all that is needed
 * to look into a saved image without the settings it was made with.
 */
import { type Kind, type Placement, field, layOut } from './layout.ts';

/** One block of a saved image; offsets are bytes from the start of the image. */
export type SavedBlock = { readonly name: string; readonly fields: readonly Placement[] };

const BLOCK = /^([^{}|]+)\{([^{}|]*)\}$/;
const FIELD = /^(\w+):(u8|i8|u16|i16|u32|i32|f32|f64)\[(\d+)\]$/;

/** Throws RangeError when the text is no signature. */
export function parseSignature(signature: string): readonly SavedBlock[] {
  let base = 0;
  return signature.split('|').map((text) => {
    const [, name, inside] = BLOCK.exec(text) ?? refuse(text);
    const table = Object.fromEntries(
      inside!
        .split(';')
        .filter((entry) => entry !== '')
        .map((entry) => {
          const [, fieldName, kind, length] = FIELD.exec(entry) ?? refuse(entry);
          return [fieldName!, field(kind as Kind, Number(length), 'state')];
        }),
    );
    const layout = layOut(table);
    const fields = layout.placements.map((placement) => ({ ...placement, offset: placement.offset + base }));
    base += layout.persistentBytes;
    return { name: name!, fields };
  });
}

function refuse(text: string): never {
  throw new RangeError(`Expected a part of a signature but received "${text.slice(0, 80)}"`);
}

/** `parts.memory.17` and its equals are one region: `parts.memory`. */
export function regionOf(block: string): string {
  return block.replace(/\.\d+$/, '');
}

/** The first thing in which a saved shape differs from the one that is wanted, in a few words. */
export function shapeDifference(saved: string, wanted: string): string {
  let words: readonly string[];
  try {
    words = wordsOf(parseSignature(saved));
  } catch {
    return 'it has a shape that this version does not know';
  }
  const others = wordsOf(parseSignature(wanted));
  const at = words.findIndex((word, index) => word !== others[index]);
  return at < 0 || others[at] === undefined
    ? 'it is laid out as by another version'
    : `it has ${words[at]} instead of ${others[at]}`;
}

/** What a person can compare: pixels, places, and the segments of each region. `bytes`: length of the image. */
export function shapeInWords(signature: string, bytes: number): string {
  try {
    return [...wordsOf(parseSignature(signature)), `${bytes} bytes`].join(', ');
  } catch {
    return `a shape this version does not know, ${bytes} bytes`;
  }
}

function wordsOf(blocks: readonly SavedBlock[]): string[] {
  const lengthOf = (block: string, name: string): number | undefined =>
    blocks.find((one) => one.name === block)?.fields.find((one) => one.name === name)?.length;
  const words: string[] = [];
  const pixels = lengthOf('eye', 'background');
  if (pixels !== undefined) words.push(`${pixels} pixels`);
  const places = lengthOf('zones.local', 'occupied');
  if (places !== undefined) words.push(`${places} places`);
  const regions = new Map<string, string[]>();
  for (const { name, fields } of blocks) {
    const [segments, synapses, cells] = ['segmentCell', 'presynapticCell', 'segmentsOfCell'].map(
      (wanted) => fields.find((one) => one.name === wanted)?.length,
    );
    if (segments === undefined || synapses === undefined) continue;
    const size = `${segments} segments of ${synapses / segments} synapses${cells === undefined ? '' : ` on ${cells} cells`}`;
    regions.set(regionOf(name), [...(regions.get(regionOf(name)) ?? []), size]);
  }
  for (const [region, [size, ...others]] of regions)
    words.push(`${region} ${others.length > 0 ? `${others.length + 1} x ` : ''}${size}`);
  return words;
}
