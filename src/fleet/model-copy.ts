/**
 * model-copy.ts - checkpoints for whoever takes a camera over: changed pages go to the object store, by their content, and a
 * list of the pages of each whole checkpoint to a bucket.
 *
 * A list is written over the one before, by its revision, and never over one with a higher token: who has lost a lease cannot
 * take anything back. Pages that neither the new list nor the one before names are deleted by who wrote the new one; a page
 * bears the token of who wrote it in its name, so nobody ever deletes a page that a later holder has written.
 */
import type { KV, KvEntry } from '@nats-io/kv';
import type { ObjectStore } from '@nats-io/obj';
import { CortexdError, messageOf } from '../errors.ts';
import type { ModelImage } from '../store/model-image.ts';
import { type ModelParts, assembleModel } from '../store/model-parts.ts';
import { isConflict } from './link.ts';
import { pageName } from './names.ts';
import { ManifestRecord, reader } from './records.ts';

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

const read = reader(ManifestRecord);

export class ModelCopies {
  readonly #models: KV;
  readonly #pages: ObjectStore;
  readonly #deleted: (names: readonly string[]) => Promise<void>;
  /** camera -> hash -> when it was sent under which token */
  readonly #sent = new Map<string, Map<string, { readonly token: number; readonly atMs: number }>>();
  /** Since the start. */
  readonly counts = { copies: 0, pages: 0, bytes: 0 };

  /** `remove`: deletes pages by name. */
  constructor(models: KV, pages: ObjectStore, remove: (names: readonly string[]) => Promise<void>) {
    this.#models = models;
    this.#pages = pages;
    this.#deleted = remove;
  }

  /** The newest list of a camera; null: there is none. */
  async newest(camera: string): Promise<{ readonly manifest: ManifestRecord; readonly revision: number } | null> {
    const entry = await this.#models.get(camera);
    const manifest = entry === null || entry.operation !== 'PUT' ? null : read(entry.value);
    return manifest === null ? null : { manifest, revision: entry!.revision };
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
    const entry = await this.#models.get(camera);
    const before = entry === null || entry.operation !== 'PUT' ? null : read(entry.value);
    if (before !== null && before.token > token) throw overtaken(camera, token, before.token);
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
      await this.#pages.putBlob({ name: pageName(camera, token, part.hash) }, part.bytes);
      sent.set(part.hash, { token, atMs: performance.now() });
      known.set(part.hash, token);
      bytes += part.bytes.length;
    }
    const manifest = listOf(saved, model, known);
    try {
      const text = JSON.stringify(manifest);
      await (entry === null ? this.#models.create(camera, text) : this.#models.update(camera, text, entry.revision));
    } catch (error) {
      if (!isConflict(error)) throw error;
      throw overtaken(camera, token, (await this.newest(camera))?.manifest.token ?? token);
    }
    sent.clear();
    await this.#clean(camera, before, manifest);
    const copied = { pages: model.parts.length, bytes };
    this.counts.copies++;
    this.counts.pages += copied.pages;
    this.counts.bytes += copied.bytes;
    return copied;
  }

  /**
   * The newest checkpoint that is whole, and what of newer ones is not. Null where there is none at all; throws
   * CortexdError('corrupt') when none is whole.
   */
  async fetch(camera: string): Promise<(Fetched & { readonly lost: readonly string[] }) | null> {
    const entries: KvEntry[] = [];
    for await (const entry of await this.#models.history({ key: camera })) entries.push(entry);
    const lost: string[] = [];
    for (const { value, operation } of entries.toReversed()) {
      const manifest = operation === 'PUT' ? read(value) : null;
      if (manifest === null) continue;
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

  async #assemble(manifest: ManifestRecord): Promise<ModelImage> {
    const { camera, token, step, signature, length, saved_at: savedAt, pages, parts } = manifest;
    const tokens = new Map(parts);
    const hashes = pages.map((page) => parts[page]?.[0] ?? '');
    const bytes = await assembleModel(length, hashes, (hash) =>
      this.#pages.getBlob(pageName(camera, tokens.get(hash) ?? 0, hash)),
    );
    return { camera, step, signature, bytes, savedAt, token };
  }

  /** Pages of the last list but one that the last two do not name. Whatever fails is left to the sweep. */
  async #clean(camera: string, before: ManifestRecord | null, now: ManifestRecord): Promise<void> {
    const older = this.#older.get(camera) ?? new Set<string>();
    const kept = new Set([...namesOf(now), ...(before === null ? [] : namesOf(before))]);
    await this.#deleted([...older].filter((name) => !kept.has(name))).catch(() => undefined);
    this.#older.set(camera, new Set(before === null ? [] : namesOf(before)));
  }

  /** camera -> pages of the list before the newest */
  readonly #older = new Map<string, Set<string>>();
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
