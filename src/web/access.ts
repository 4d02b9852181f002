/**
 * access.ts - who may ask. A request is let in when it comes over the Unix socket, from this machine by the daemon's own user or
 * root, or with the token; and never because some web page in a browser sent it.
 *
 *     Host     must name this machine, or a web site could reach it through a renamed address
 *     Origin   must be this page where a browser tells it; other pages may neither read nor send
 *     token    `Authorization: Bearer`, or the cookie that a page gets for it; compared in constant time
 *     user     of the other end of a loopback connection, as the kernel knows it
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { type Socket, isIP, isIPv4 } from 'node:net';
import { hostname } from 'node:os';

export type AccessOptions = {
  readonly token: string;
  readonly allowedHosts: readonly string[];
  /** The user id whose requests are let in from this machine, beside root's; undefined: only the token lets in. */
  readonly ownUid: number | undefined;
};

export type Refusal = { readonly status: 401 | 403 | 429; readonly message: string; readonly hint?: string };

const COOKIE = 'cortexd';
const LOOPBACK_NAMES = ['localhost', 'localhost.localdomain', 'ip6-localhost'];
/** Wrong tokens of one address that are looked at in a minute. */
const MOST_WRONG = 20;
const WRONG_MS = 60_000;
/** Addresses that are remembered for that. */
const MOST_ADDRESSES = 1000;
const YEAR_S = 31_536_000;

export class Access {
  readonly #options: AccessOptions;
  readonly #session: string;
  readonly #names: ReadonlySet<string>;
  readonly #users = new WeakMap<Socket, Promise<number | undefined>>();
  readonly #wrong = new Map<string, { count: number; sinceMs: number }>();

  constructor(options: AccessOptions) {
    this.#options = options;
    // What a browser keeps is not the token itself: it must not be readable out of a profile and used elsewhere.
    this.#session = createHmac('sha256', options.token).update('cortexd session').digest('base64url');
    const own = hostname().toLowerCase();
    const names = [...LOOPBACK_NAMES, own, `${own}.local`, ...options.allowedHosts];
    this.#names = new Set(names.map((name) => name.toLowerCase()));
  }

  /** Host and Origin; null: all is well. `asks`: whether it is more than a file of the page. */
  refuseStranger(method: string, headers: IncomingHttpHeaders, asks: boolean): Refusal | null {
    const { host = '', origin, 'sec-fetch-site': site } = headers;
    const name = nameOf(host);
    if (name === null || !(isIP(name) !== 0 || this.#names.has(name))) {
      return {
        status: 403,
        message: `Expected a Host that names this machine but received "${printable(host)}"`,
        hint: 'Names of a reverse proxy go into web.allowed_hosts.',
      };
    }
    const changes = method !== 'GET' && method !== 'HEAD';
    const isForeign = origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
    if ((changes && isForeign) || (asks && (site === 'cross-site' || site === 'same-site')))
      return { status: 403, message: 'Expected a request of this page but received one of another' };
    return null;
  }

  /** Whether a request may see and change what is not for everybody; null: it may. */
  async refuse(socket: Socket, headers: IncomingHttpHeaders): Promise<Refusal | null> {
    const address = socket.remoteAddress ?? '';
    const given = tokenOf(headers);
    if (given !== null && this.isRight(given)) return null;
    if (isLoopback(address) && (await this.#isOwn(socket))) return null;
    if (given === null) return NO_TOKEN;
    return this.#countWrong(address) ? WRONG_TOKEN : TOO_MANY;
  }

  /** Whether a token, or the cookie made of it, is right. Takes the same time whatever is wrong with it. */
  isRight({ token, cookie }: Given): boolean {
    return token === undefined ? isSame(cookie ?? '', this.#session) : isSame(token, this.#options.token);
  }

  /** Try a token that someone has typed in. */
  enter(address: string, token: string): Refusal | null {
    if (this.isRight({ token })) return null;
    return this.#countWrong(address) ? WRONG_TOKEN : TOO_MANY;
  }

  /** The cookie that stands for the token. */
  cookie(): string {
    return `${COOKIE}=${this.#session}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${YEAR_S}`;
  }

  async #isOwn(socket: Socket): Promise<boolean> {
    const { ownUid } = this.#options;
    if (ownUid === undefined) return false;
    const known = this.#users.get(socket) ?? userOf(socket);
    this.#users.set(socket, known);
    const uid = await known;
    return uid !== undefined && (uid === 0 || uid === ownUid);
  }

  /** False when there were too many. */
  #countWrong(address: string): boolean {
    const now = performance.now();
    const known = this.#wrong.get(address);
    if (known === undefined || now - known.sinceMs > WRONG_MS) {
      this.#wrong.delete(address);
      this.#wrong.set(address, { count: 1, sinceMs: now });
      const [oldest] = this.#wrong.keys();
      if (this.#wrong.size > MOST_ADDRESSES && oldest !== undefined) this.#wrong.delete(oldest);
      return true;
    }
    return ++known.count <= MOST_WRONG;
  }
}

export const SIGN_OUT = `${COOKIE}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0`;

const HINT = 'On the machine itself: cortexd dashboard (as root or in the group cortexd) prints a link with the token.';
const NO_TOKEN: Refusal = {
  status: 401,
  message: 'Expected the token of this dashboard but received none',
  hint: HINT,
};
const WRONG_TOKEN: Refusal = {
  status: 401,
  message: 'Expected the token of this dashboard but received another',
  hint: HINT,
};
const TOO_MANY: Refusal = { status: 429, message: `Expected at most ${MOST_WRONG} wrong tokens a minute` };

type Given = { readonly token?: string; readonly cookie?: string };

function tokenOf({ authorization, cookie }: IncomingHttpHeaders): Given | null {
  const bearer = /^Bearer\s+(\S{1,512})$/i.exec(authorization ?? '');
  if (bearer) return { token: bearer[1]! };
  for (const part of (cookie ?? '').slice(0, 4096).split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === COOKIE && value) return { cookie: value };
  }
  return null;
}

/** By their hashes, so that neither length nor content shows in the time it takes. */
function isSame(given: string, wanted: string): boolean {
  const hash = (text: string): Buffer => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}

/** The name or address in a Host header, lower case, without brackets and port; null when it is none. */
function nameOf(host: string): string | null {
  const match = /^(?:\[([0-9a-f:.%]+)\]|([0-9a-z._-]+))(?::\d{1,5})?$/i.exec(host);
  return match ? (match[1] ?? match[2]!).toLowerCase().replace(/\.$/, '') : null;
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

function printable(text: string): string {
  return text.slice(0, 100).replace(/[^\x20-\x7e]/g, '?');
}

/** The user of the other end of a loopback connection, as the kernel lists it; undefined where that cannot be read. */
async function userOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): Promise<number | undefined> {
  const [theirs, ours] = [listed(remoteAddress, remotePort), listed(localAddress, localPort)];
  if (theirs === null || ours === null) return undefined;
  const pattern = new RegExp(`^\\s*\\d+: ${theirs} ${ours} 01 \\S+ \\S+ \\S+\\s+(\\d+) `, 'm');
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '');
    const match = pattern.exec(text);
    if (match) return Number(match[1]);
  }
  return undefined;
}

/**
 * A loopback address and port as the kernel lists them, as a pattern; null for others. The address counts: another user may
 * use the same ports between other addresses of this machine.
 */
function listed(address: string | undefined, port: number | undefined): string | null {
  if (address === undefined || port === undefined || !isLoopback(address)) return null;
  const short = address.replace(/^::ffff:/, '');
  // In words of four bytes, the last byte first; IPv4 over an IPv6 socket with its prefix.
  const words = isIPv4(short)
    ? `(?:0{16}FFFF0000)?${hexOf(Uint8Array.from(short.split('.').toReversed(), Number))}`
    : '0{24}01000000';
  return `${words}:${hexOf(Uint8Array.of(port >> 8, port))}`;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}
