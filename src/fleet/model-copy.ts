/**
 * model-copy.ts - checkpoints for whoever takes a camera over: changed pages go to the object store, by their content, and a
 * list of the pages of each whole checkpoint to a bucket.
 *
 * A list lies under the token of its lease, where nobody else writes, and the one under the highest token counts: who has lost a
 * lease cannot take anything back. Pages that neither the new list nor the one before names are deleted by who wrote the new one; a page
 * bears the token of who wrote it in its name, so nobody ever deletes a page that a later holder has written.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KV, KvEntry } from '@nats-io/kv';
import { CortexdError, messageOf } from '../errors.ts';
import type { ModelImage } from '../store/model-image.ts';
import { type ModelParts, assembleModel } from '../store/model-parts.ts';
import { within, withRetries } from './deadline.ts';
import { type FleetLink, removeLast } from './link.ts';
import { pageName } from './names.ts';
import type { Pages } from './pages.ts';
import { ManifestRecord, Newer, reader, writtenByNewer } from './records.ts';

export type Saved = {
  readonly camera: string;
  readonly token: number;
  readonly node: string;
  readonly instance: string;
  /** Values that were set while running. */
  readonly settings: { readonly [key: string]: string };
};

export type Fetched = { readonly manifest: ManifestRecord; readonly image: ModelImage };

/** What a copy has cost. */
export type Copied = { readonly pages: number; readonly bytes: number };

/** Pages that were sent but are in no list yet are sent again after so long: a sweep may have taken them away (ms). */
const SENT_MS = 600_000;
const HISTORY_MS = 4000;
const MISSING_TRIES = 6;
const MISSING_PAUSE_MS = 1000;
/** So many holders in a row may have come and gone without a checkpoint. */
const MOST_LATER = 16;

const read = reader(ManifestRecord);

export class ModelCopies {
  readonly #models: KV;
  readonly #pages: Pages;
  readonly #link: FleetLink;
  readonly #bucket: string;
  /** camera -> hash -> when it was sent under which token */
  readonly #sent = new Map<string, Map<string, { readonly token: number; readonly atMs: number }>>();
  /** Since the start. */
  readonly counts = { copies: 0, pages: 0, bytes: 0 };

  constructor(models: KV, pages: Pages, link: FleetLink, bucket: string) {
    this.#models = models;
    this.#pages = pages;
    this.#link = link;
    this.#bucket = bucket;
  }

  /** Tokens under which there are lists of a camera, highest first. */
  async #tokens(camera: string): Promise<number[]> {
    const prefix = `$KV.${this.#bucket}.${camera}.`;
    const { state } = await withRetries(() =>
      this.#link.manager.streams.info(`KV_${this.#bucket}`, { subjects_filter: `${prefix}*` }),
    );
    return Object.keys(state.subjects ?? {})
      .map((subject) => Number(subject.slice(prefix.length)))
      .toSorted((a, b) => b - a);
  }

  async #forget(camera: string, token: number): Promise<void> {
    const subject = `$KV.${this.#bucket}.${camera}.${token}`;
    while (await removeLast(this.#link, `KV_${this.#bucket}`, subject));
  }

  async #bytesUnder(camera: string, token: number): Promise<Uint8Array | null> {
    const entry = await withRetries(() => this.#models.get(`${camera}.${token}`));
    return entry === null || entry.operation !== 'PUT' ? null : entry.value;
  }

  async #listUnder(camera: string, token: number): Promise<ManifestRecord | null> {
    const bytes = await this.#bytesUnder(camera, token);
    return bytes === null ? null : understood(camera, token, bytes);
  }

  /** Highest token under which there is a list, whether it can be read or not; 0: none. */
  async newestToken(camera: string): Promise<number> {
    return (await this.#newest(camera, Infinity))?.token ?? 0;
  }

  /**
   * The newest list of a camera, under a token from `from` on and below `below`; null: there is none. Throws
   * CortexdError('newer_version') when a newer cortexd has written it.
   */
  async newest(camera: string, below: number, from = 0): Promise<ManifestRecord | null> {
    const newest = await this.#newest(camera, below);
    return newest === null || newest.token < from ? null : understood(camera, newest.token, newest.bytes);
  }

  /** Asks only those who keep the lists: while the cluster chooses a leader nobody can tell which subjects there are. */
  async #newest(camera: string, below: number): Promise<{ readonly token: number; readonly bytes: Uint8Array } | null> {
    const subject = `$KV.${this.#bucket}.${camera}.*`;
    const ask = () => this.#link.manager.streams.getMessage(`KV_${this.#bucket}`, { last_by_subj: subject });
    const last = await withRetries(() => within(HISTORY_MS, 'the newest list', ask()));
    if (last === null) return null;
    // Written last, but perhaps late: a later holder may have written before.
    const least = Number(last.subject.slice(subject.length - 1));
    for (let token = Math.min(below - 1, least + MOST_LATER); token > least; token--) {
      const bytes = await this.#bytesUnder(camera, token);
      if (bytes !== null) return { token, bytes };
    }
    return { token: least, bytes: last.data };
  }

  /**
   * Copy a checkpoint. `partsOf` gives it with those pages that are not known. Throws CortexdError('unavailable') when a later
   * holder has saved already.
   */
  async save(
    saved: Saved,
    partsOf: (known: ReadonlySet<string>) => Promise<ModelParts | null>,
  ): Promise<Copied | null> {
    const { camera, token } = saved;
    const newest = await this.#newest(camera, token + 1);
    if (newest !== null && newest.token > token) throw overtaken(camera, token, newest.token);
    // One that cannot be read is of a former holder, and was left out on purpose: nothing is built on it.
    const list = newest === null ? null : read(newest.bytes);
    const before = list instanceof Newer ? null : list;
    const known = new Map((before?.parts ?? []).map(([hash, of]) => [hash, of]));
    const now = performance.now();
    const sent = this.#sent.get(camera) ?? new Map<string, { token: number; atMs: number }>();
    for (const [hash, { token: of, atMs }] of sent)
      if (of === token && now - atMs < SENT_MS && !known.has(hash)) known.set(hash, of);
    const model = await partsOf(new Set(known.keys()));
    if (model === null) return null;
    this.#sent.set(camera, sent);
    let bytes = 0;
    for (const part of model.parts) {
      await this.#pages.write(pageName(camera, token, part.hash), part.bytes);
      sent.set(part.hash, { token, atMs: performance.now() });
      known.set(part.hash, token);
      bytes += part.bytes.length;
    }
    const manifest = listOf(saved, model, known);
    // Nobody else writes under this token, and what lies under a lower one is not looked at any more.
    await withRetries(() => this.#models.put(`${camera}.${token}`, JSON.stringify(manifest)));
    sent.clear();
    await this.#clean(camera, before, manifest);
    const copied = { pages: model.parts.length, bytes };
    this.counts.copies++;
    this.counts.pages += copied.pages;
    this.counts.bytes += copied.bytes;
    return copied;
  }

  /**
   * The newest checkpoint that is whole, under a token from `from` on, and what of newer ones is not. Null where there is none
   * at all; throws CortexdError('corrupt') when none is whole, and 'newer_version' as `newest` does.
   */
  async fetch(
    camera: string,
    below = Infinity,
    from = 0,
  ): Promise<(Fetched & { readonly lost: readonly string[] }) | null> {
    const lost: string[] = [];
    for await (const manifest of this.#newestFirst(camera, below)) {
      if (manifest.token < from) continue;
      try {
        return { manifest, image: await this.#assemble(manifest), lost };
      } catch (error) {
        if (!(error instanceof CortexdError) || error.code !== 'corrupt') throw error;
        lost.push(`the checkpoint of ${manifest.saved_at} (step ${manifest.step}): ${messageOf(error)}`);
      }
    }
    if (lost.length === 0) return null;
    throw new CortexdError('corrupt', `Expected a whole checkpoint of ${camera} in the fleet but ${lost.join('; ')}`);
  }

  /** All lists there are: those of the highest token with the one before each, then the next. */
  async *#newestFirst(camera: string, below: number): AsyncGenerator<ManifestRecord> {
    const first = await this.newest(camera, below);
    if (first === null) return;
    yield first;
    for (const token of await this.#tokens(camera)) {
      const newest: ManifestRecord | null = token === first.token ? first : await this.#listUnder(camera, token);
      if (newest === null) continue;
      if (newest !== first) yield newest;
      const history = async (): Promise<KvEntry[]> => {
        const entries: KvEntry[] = [];
        for await (const entry of await this.#models.history({ key: `${camera}.${token}` })) entries.push(entry);
        return entries;
      };
      const entries = await withRetries(() => within(HISTORY_MS, 'the list before', history()));
      const [before] = entries.toReversed().slice(1);
      const manifest = before?.operation === 'PUT' ? understood(camera, token, before.value) : null;
      if (manifest !== null) yield manifest;
    }
  }

  async #assemble(manifest: ManifestRecord): Promise<ModelImage> {
    const { camera, token, step, signature, length, saved_at: savedAt, pages, parts } = manifest;
    const tokens = new Map(parts);
    const hashes = pages.map((page) => parts[page]?.[0] ?? '');
    const bytes = await assembleModel(length, hashes, (hash) =>
      this.#readPatiently(pageName(camera, tokens.get(hash) ?? 0, hash)),
    );
    return { camera, step, signature, bytes, savedAt, token };
  }

  /** A server that has just come back may answer before it has caught up: what is missing then is there a moment later. */
  async #readPatiently(name: string): Promise<Uint8Array | null> {
    for (let left = MISSING_TRIES; ; left--) {
      const bytes = await this.#pages.read(name);
      if (bytes !== null || left <= 1) return bytes;
      await sleep(MISSING_PAUSE_MS);
    }
  }

  /** Pages of the last list but one that the last two do not name, and lists of former holders. Whatever fails is left to the sweep. */
  async #clean(camera: string, before: ManifestRecord | null, now: ManifestRecord): Promise<void> {
    const older = this.#older.get(camera) ?? new Set<string>();
    const kept = new Set([...namesOf(now), ...(before === null ? [] : namesOf(before))]);
    this.#older.set(camera, new Set(before === null ? [] : namesOf(before)));
    try {
      // The list of the holder before is what is gone back to, until there are two of our own.
      if (before?.token === now.token)
        for (const token of await this.#tokens(camera)) if (token < now.token) await this.#forget(camera, token);
      await this.#pages.remove([...older].filter((name) => !kept.has(name)));
    } catch {
      // Nothing depends on it.
    }
  }

  /** camera -> pages of the list before the newest */
  readonly #older = new Map<string, Set<string>>();
}

/** A list; null: nonsense. Throws CortexdError('newer_version') when a newer cortexd has written it. */
function understood(camera: string, token: number, bytes: Uint8Array): ManifestRecord | null {
  const list = read(bytes);
  if (list instanceof Newer) throw writtenByNewer(`the model of ${camera} under token ${token}`, list.recordVersion);
  return list;
}

/** Names of all pages that a list needs. */
export function namesOf({ camera, parts }: ManifestRecord): string[] {
  return parts.map(([hash, token]) => pageName(camera, token, hash));
}

function listOf(saved: Saved, model: ModelParts, tokens: ReadonlyMap<string, number>): ManifestRecord {
  const { camera, token, node, instance, settings } = saved;
  const { generation, step, signature, length, savedAt, hashes } = model;
  const places = new Map([...new Set(hashes)].map((hash, place) => [hash, place]));
  return {
    version: 1,
    camera,
    token,
    node,
    instance,
    generation,
    step,
    signature,
    length,
    saved_at: savedAt,
    pages: hashes.map((hash) => places.get(hash)!),
    parts: [...places.keys()].map((hash) => [hash, tokens.get(hash)!]),
    settings,
  };
}

function overtaken(camera: string, token: number, theirs: number): CortexdError {
  return new CortexdError(
    'unavailable',
    `Expected to save ${camera} under token ${token} but it was saved under token ${theirs} meanwhile`,
  );
}
