/**
 * dashboard.ts - the dashboard, which is no reason not to watch: where its port is taken it is tried again, and said so once.
 */
import type { Config } from '../config/schema.ts';
import { CortexdError, messageOf } from '../errors.ts';
import { Access } from '../web/access.ts';
import type { ApiPort } from '../web/api/port.ts';
import { type App, type PageServer, createApp, serveTcp } from '../web/server.ts';
import { tokenOf } from '../web/token.ts';
import type { Logger } from './service/log.ts';

const AGAIN_MS = 60_000;

export class Dashboard {
  readonly #port: ApiPort;
  readonly #config: Config['web'];
  readonly #log: Logger;
  readonly #token: string;
  readonly #access: Access;
  /** Made once, however often its port is tried: what it counts and who hears of events must not pile up. */
  #app: Promise<App> | undefined;
  #server: PageServer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hasComplained = false;

  /** Throws CortexdError('config') for a token file that is no good. */
  constructor(port: ApiPort, config: Config['web'], stateDirectory: string, log: Logger) {
    this.#port = port;
    this.#config = config;
    this.#log = log;
    this.#token = tokenOf(stateDirectory, config.token_file);
    this.#access = new Access({
      token: this.#token,
      allowedHosts: config.allowed_hosts,
      ownUid: process.getuid?.(),
    });
  }

  /** Address, if it is served now. */
  get url(): string | undefined {
    return this.#server?.url;
  }

  /** The same with the token, which a browser does not send on. */
  get link(): string | null {
    return this.#server === undefined ? null : `${this.#server.url}#token=${this.#token}`;
  }

  /** Serve it, now or when the port is free. Never fails. */
  async open(): Promise<void> {
    const { host, port } = this.#config;
    try {
      this.#app ??= createApp({ port: this.#port, access: this.#access });
      this.#server = await serveTcp(await this.#app, host, port);
      this.#log.info({ url: this.#server.url }, 'Dashboard');
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
