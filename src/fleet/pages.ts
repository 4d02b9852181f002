/**
 * pages.ts - pages of models in the object store. A page is one chunk, so it is read by two plain questions, each with a time
 * limit, in place of a subscription that hangs when a server dies; and deleted without the mark that would stay for ever.
 */
import type { JetStreamManager } from '@nats-io/jetstream';
import type { ObjectStore } from '@nats-io/obj';
import { within, withRetries } from './deadline.ts';
import { ASK_MS } from './link.ts';
import type { FleetNames } from './names.ts';

const TRIES = 4;
const LIST_MS = 60_000;

export type Listed = { readonly name: string; readonly writtenMs: number };

export class Pages {
  readonly #objects: ObjectStore;
  readonly #manager: JetStreamManager;
  readonly #bucket: string;

  constructor(objects: ObjectStore, manager: JetStreamManager, names: FleetNames) {
    this.#objects = objects;
    this.#manager = manager;
    this.#bucket = names.pages;
  }

  get #stream(): string {
    return `OBJ_${this.#bucket}`;
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    await withRetries(TRIES, () =>
      within(2 * ASK_MS, `page ${name} to be stored`, this.#objects.putBlob({ name }, bytes)),
    );
  }

  /** null: there is none of that name. */
  async read(name: string): Promise<Uint8Array | null> {
    return withRetries(TRIES, async () => {
      const meta = await this.#last(`$O.${this.#bucket}.M.${encoded(name)}`);
      if (meta === null) return null;
      const { nuid, deleted } = JSON.parse(Buffer.from(meta).toString()) as { nuid?: string; deleted?: boolean };
      return deleted === true || nuid === undefined ? null : this.#last(`$O.${this.#bucket}.C.${nuid}`);
    });
  }

  async #last(subject: string): Promise<Uint8Array | null> {
    const message = await within(
      2 * ASK_MS,
      'an answer of the object store',
      this.#manager.streams.getMessage(this.#stream, { last_by_subj: subject }),
    );
    return message?.data ?? null;
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) {
      await within(2 * ASK_MS, 'a page to be deleted', this.#objects.delete(name));
      const filter = `$O.${this.#bucket}.M.${encoded(name)}`;
      await within(2 * ASK_MS, 'its mark to be deleted', this.#manager.streams.purge(this.#stream, { filter }));
    }
  }

  async list(): Promise<Listed[]> {
    const all = await within(LIST_MS, 'the list of pages', this.#objects.list());
    return all.map(({ name, mtime }) => ({ name, writtenMs: Date.parse(mtime) }));
  }
}

/** As names of objects stand in subjects: base64url with padding. */
function encoded(name: string): string {
  return Buffer.from(name).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
