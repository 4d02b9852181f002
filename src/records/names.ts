/**
 * names.ts - what people may call things: zones, masks and labels in their own language.
 *
 * Letters of every script, with spaces, _ and - between them. What could deceive or break (signs of topics, control
 * characters, letters that turn the direction of writing, spaces at the ends) is in none of them.
 */
import { createHash } from 'node:crypto';

const FIRST = '[\\p{L}\\p{N}]';
const LATER = '[\\p{L}\\p{M}\\p{N} _-]';
const LAST = '[\\p{L}\\p{M}\\p{N}_-]';
const named = (most: number): string => `^${FIRST}(${LATER}{0,${most - 2}}${LAST})?$`;

/** A zone or mask: also a level of a topic. */
export const AREA_NAME_PATTERN = named(64);
/** Both are counted in letters; a model has room for so many UTF-16 units. */
export const LABEL_LENGTH = 24;
export const LABEL_PATTERN = named(LABEL_LENGTH);

/** One spelling for what looks the same: é may be written as one letter or as two. */
export function oneSpelling(name: string): string {
  return name.normalize('NFC');
}

/** A name for where only plain letters are safe: a few digits made from the whole keep names apart that differ elsewhere. */
export function plainName(name: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return name;
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-|-$/g, '');
  const digits = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return plain === '' ? digits : `${plain}-${digits}`;
}
