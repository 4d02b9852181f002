/**
 * http-client.ts - asks a camera for its picture or stream: with login, a few redirections, time limits, and a connection
 * that is kept.
 */
import { Agent, type IncomingMessage, request } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { CortexdError, messageOf } from '../errors.ts';
import { HttpLogin } from './http-login.ts';
import type { HttpSourceConfig } from './types.ts';

const ANSWER_MS = 15_000;
const MOST_REDIRECTIONS = 3;

export class HttpClient {
  readonly #config: Pick<HttpSourceConfig, 'url' | 'login' | 'insecure'>;
  readonly #login: HttpLogin | undefined;
  readonly #agents: { readonly 'http:': Agent; readonly 'https:': TlsAgent };

  constructor(config: Pick<HttpSourceConfig, 'url' | 'login' | 'insecure'>) {
    this.#config = config;
    this.#login = config.login === null ? undefined : new HttpLogin(config.login);
    const options = { keepAlive: true, maxSockets: 1 };
    this.#agents = {
      'http:': new Agent(options),
      'https:': new TlsAgent({ ...options, rejectUnauthorized: !config.insecure }),
    };
  }

  /** The answer to a GET, 200 or 304, its body unread. Throws CortexdError('unavailable') for everything else. */
  async get(headers: { readonly [name: string]: string }, signal: AbortSignal): Promise<IncomingMessage> {
    const first = new URL(this.#config.url);
    let address = first;
    let asked = 0;
    for (let redirections = 0; redirections <= MOST_REDIRECTIONS;) {
      const login = address.origin === first.origin ? this.#login : undefined;
      const path = `${address.pathname}${address.search}`;
      const authorization = login?.authorization('GET', path);
      const response = await this.#ask(
        address,
        authorization === undefined ? { ...headers } : { ...headers, authorization },
        signal,
      );
      const status = response.statusCode ?? 0;
      if (status === 200 || status === 304) return response;
      // What is not wanted is not read.
      response.destroy();
      const { location } = response.headers;
      if (status === 401) {
        const isKnown = login !== undefined && asked++ < 2 && login.asked(response.headers['www-authenticate']);
        if (!isKnown) throw this.#refused();
      } else if ([301, 302, 303, 307, 308].includes(status) && location !== undefined) {
        redirections++;
        address = new URL(location, address);
        if (!(address.protocol in this.#agents))
          throw this.#failed(`a redirection to ${address.protocol}, which is not http`);
      } else {
        throw this.#failed(`status ${status} ${response.statusMessage ?? ''}`.trim());
      }
    }
    throw this.#failed(`more than ${MOST_REDIRECTIONS} redirections`);
  }

  close(): void {
    this.#agents['http:'].destroy();
    this.#agents['https:'].destroy();
  }

  #ask(address: URL, headers: { [name: string]: string }, signal: AbortSignal): Promise<IncomingMessage> {
    const isTls = address.protocol === 'https:';
    return new Promise((resolve, reject) => {
      const options = { headers, signal, agent: isTls ? this.#agents['https:'] : this.#agents['http:'] };
      const asked = (isTls ? tlsRequest : request)(address, options, (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      const timer = setTimeout(() => asked.destroy(new Error(`no answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS);
      asked.on('error', (error) => {
        clearTimeout(timer);
        reject(this.#failed(messageOf(error) || (error as NodeJS.ErrnoException).code || 'no connection'));
      });
      asked.end();
    });
  }

  #failed(reason: string): CortexdError {
    const untrusted = /self.signed|certificate/i.test(reason);
    return new CortexdError(
      'unavailable',
      `Expected pictures from ${this.#config.url} but received: ${reason}`,
      untrusted ? { hint: 'Cameras often sign their certificate themselves: source.insecure takes any.' } : {},
    );
  }

  #refused(): CortexdError {
    return new CortexdError(
      'unavailable',
      `Expected pictures from ${this.#config.url} but received: status 401, the camera wants a login`,
      {
        hint:
          this.#login === undefined
            ? 'Set source.username and source.password_file.'
            : 'The camera refuses source.username and its password.',
      },
    );
  }
}
