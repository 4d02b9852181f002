/**
 * live-page.ts - the live page, which is no reason not to watch: where its port is taken it is tried again, and said so once.
 */
import { CortexdError, messageOf } from '../errors.ts';
import { PageServer, type PageServerOptions } from '../web/page-server.ts';
import type { Logger } from './service/log.ts';

const AGAIN_MS = 60_000;

export class LivePage {
  readonly #options: PageServerOptions;
  readonly #log: Logger;
  #server: PageServer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hasComplained = false;

  constructor(options: PageServerOptions, log: Logger) {
    this.#options = options;
    this.#log = log;
  }

  /** Address, if it is served now. */
  get url(): string | undefined {
    return this.#server?.url;
  }

  /** Serve it, now or when the port is free. Never fails. */
  async open(): Promise<void> {
    try {
      this.#server = await PageServer.start(this.#options);
      this.#log.info({ url: this.#server.url }, 'Live page');
    } catch (error) {
      const hint = error instanceof CortexdError && error.hint !== undefined ? ` (${error.hint})` : '';
      if (!this.#hasComplained) this.#log.warn(`${messageOf(error)}; going on without the page${hint}`);
      this.#hasComplained = true;
      this.#timer = setTimeout(() => void this.open(), AGAIN_MS).unref();
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#server?.close();
  }
}
