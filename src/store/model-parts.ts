/**
 * model-parts.ts - a checkpoint in parts that are known by their content, so that another machine takes only what it has not.
 *
 * A part is one page: its hash is the SHA-256 of the plain bytes; it travels packed, behind one byte that says how.
 */
import { CortexdError } from '../errors.ts';
import { sha256 } from './model-image.ts';
import { PAGE_BYTES, type PackedPage, type SavedModel, type Written, pageOf, unpack } from './model-pages.ts';

/** `hashes`: of all pages in order; `parts`: those that are not known there, each once. */
export type ModelParts = SavedModel & {
  readonly length: number;
  readonly hashes: readonly string[];
  readonly parts: readonly { readonly hash: string; readonly bytes: Uint8Array }[];
};

/** The parts of a checkpoint whose hashes are not among `known`, read by `readPage`; null without a checkpoint. */
export function modelParts(
  written: Written | null,
  known: ReadonlySet<string>,
  readPage: (page: number) => PackedPage,
): ModelParts | null {
  if (written === null) return null;
  const { length, hashes, saved } = written;
  const parts = new Map<string, Uint8Array>();
  hashes.forEach((hash, page) => {
    if (!known.has(hash) && !parts.has(hash)) parts.set(hash, partOf(readPage(page)));
  });
  return { ...saved, length, hashes, parts: [...parts].map(([hash, bytes]) => ({ hash, bytes })) };
}

/**
 * Put a model together again. `part` gives the packed bytes of a hash, or null where it is missing. Throws
 * CortexdError('corrupt') for what is missing or is not what its hash says.
 */
export async function assembleModel(
  length: number,
  hashes: readonly string[],
  part: (hash: string) => Promise<Uint8Array | null>,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  if (hashes.length !== Math.ceil(length / PAGE_BYTES))
    throw new CortexdError('corrupt', `Expected the pages of ${length} bytes but received ${hashes.length}`);
  const places = new Map<string, number[]>();
  hashes.forEach((hash, page) => places.set(hash, [...(places.get(hash) ?? []), page]));
  await inParallel([...places], async ([hash, pages]) => {
    const packed = await part(hash);
    if (packed === null) throw new CortexdError('corrupt', `Expected page ${pages[0]} of the model but it is missing`);
    const content = packed.length === 0 ? null : unpack(packed[0]!, packed.subarray(1));
    for (const page of pages) {
      if (content?.length !== pageOf(bytes, page).length || sha256(content) !== hash)
        throw new CortexdError('corrupt', `Expected page ${page} of the model but its bytes fail their hash`);
      bytes.set(content, page * PAGE_BYTES);
    }
  });
  return bytes;
}

function partOf({ packed, bytes }: PackedPage): Uint8Array {
  const part = new Uint8Array(bytes.length + 1);
  part[0] = packed;
  part.set(bytes, 1);
  return part;
}

/** So many parts are asked for at a time. */
const AT_ONCE = 8;

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
}
