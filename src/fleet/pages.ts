/**
 * pages.ts - pages of models in the object store. A page is one chunk, so it is read by two plain questions, each with a time
 * limit, in place of a subscription that hangs when a server dies; written by two messages that may be repeated, where the
 * library takes a chunk away again whose list it could not confirm; and deleted without the mark that would stay for ever.
 * Deleted message by message: a server that is started again does a purge of one subject once more, and to all
 * (docs/decisions/0222-models-as-lists-of-pages.md).
 */
import { createHash } from 'node:crypto';
import type { ObjectStore } from '@nats-io/obj';
import { within, withRetries } from './deadline.ts';
import { ASK_MS, type FleetLink, removeLast } from './link.ts';
import type { FleetNames } from './names.ts';

const DIRECT_MS = 1000;
/** A page is never longer (bytes). */
const CHUNK = 131_072;
const LIST_MS = 60_000;

export type Listed = { readonly name: string; readonly writtenMs: number };

export class Pages {
  readonly #objects: ObjectStore;
  readonly #link: FleetLink;
  readonly #bucket: string;

  constructor(objects: ObjectStore, link: FleetLink, names: FleetNames) {
    this.#objects = objects;
    this.#link = link;
    this.#bucket = names.pages;
  }

  get #stream(): string {
    return `OBJ_${this.#bucket}`;
  }

  /** Written as any object of one chunk, but by two plain messages that may be sent again as often as need be. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    const nuid = chunkOf(name);
    const mtime = new Date().toISOString();
    const digest = `SHA-256=${createHash('sha256').update(bytes).digest('base64url')}=`;
    const meta = {
      name,
      bucket: this.#bucket,
      nuid,
      size: bytes.length,
      chunks: 1,
      digest,
      mtime,
      options: { max_chunk_size: CHUNK },
    };
    await this.#replace(`$O.${this.#bucket}.C.${nuid}`, bytes);
    await this.#replace(`$O.${this.#bucket}.M.${encoded(name)}`, Buffer.from(JSON.stringify(meta)));
  }

  /** The only message of its subject. */
  async #replace(subject: string, bytes: Uint8Array): Promise<void> {
    const headers = this.#link.headers();
    headers.set('Nats-Rollup', 'sub');
    await withRetries(() => this.#link.stream.publish(subject, bytes, { headers }));
  }

  /** null: there is none of that name. */
  async read(name: string): Promise<Uint8Array | null> {
    return withRetries(async () => {
      const meta = await this.#last(`$O.${this.#bucket}.M.${encoded(name)}`);
      if (meta === null) return null;
      const { nuid, deleted } = JSON.parse(Buffer.from(meta).toString()) as { nuid?: string; deleted?: boolean };
      return deleted === true || nuid === undefined ? null : this.#last(`$O.${this.#bucket}.C.${nuid}`);
    });
  }

  /**
   * From any server that has a copy, so that nobody waits until one of them leads: a page is known by its hash, however old the copy.
   * What that one does not have, or not any more, the leader is asked for.
   */
  async #last(subject: string): Promise<Uint8Array | null> {
    const { manager } = this.#link;
    const query = { last_by_subj: subject };
    try {
      const near = manager.direct.getMessage(this.#stream, query);
      const message = await within(DIRECT_MS, 'an answer of any server', near);
      if (message !== null) return message.data;
    } catch {
      // It may have died, or be cut off.
    }
    const led = manager.streams.getMessage(this.#stream, query);
    const message = await within(2 * ASK_MS, 'an answer of the object store', led);
    return message?.data ?? null;
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names)
      for (const subject of [`M.${encoded(name)}`, `C.${chunkOf(name)}`])
        await removeLast(this.#link, this.#stream, `$O.${this.#bucket}.${subject}`);
  }

  async list(): Promise<Listed[]> {
    const all = await within(LIST_MS, 'the list of pages', this.#objects.list());
    return all.map(({ name, mtime }) => ({ name, writtenMs: Date.parse(mtime) }));
  }
}

/** The chunk of a page goes by the page's name: written again it is the same one. */
function chunkOf(name: string): string {
  return name.replaceAll('/', '-');
}

/** As names of objects stand in subjects: base64url with padding. */
function encoded(name: string): string {
  return Buffer.from(name).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
