/**
 * http-login.ts - answers a camera that asks who is there: basic (RFC 7617) and digest (RFC 7616, MD5 and SHA-256, with and
 * without `qop`).
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Login } from './types.ts';

type Challenge = { readonly scheme: string; readonly fields: { readonly [name: string]: string } };

const ALGORITHMS: { readonly [name: string]: string } = { '': 'md5', md5: 'md5', 'sha-256': 'sha256' };

export class HttpLogin {
  readonly #login: Login;
  #challenge: Challenge | undefined;
  #uses = 0;

  constructor(login: Login) {
    this.#login = login;
  }

  /** Take over what the camera asked with (`WWW-Authenticate`); false when it asks for something unknown, or again the same. */
  asked(header: string | undefined): boolean {
    const challenges = parseChallenges(header ?? '');
    const digest = challenges.find(({ scheme, fields }) => scheme === 'digest' && algorithmOf(fields) !== undefined);
    const challenge = digest ?? challenges.find(({ scheme }) => scheme === 'basic');
    if (challenge === undefined) return false;
    const before = this.#challenge;
    this.#challenge = challenge;
    this.#uses = 0;
    // Basic has nothing that could have become stale; a digest's nonce has.
    return (
      before === undefined || (challenge.scheme === 'digest' && challenge.fields['nonce'] !== before.fields['nonce'])
    );
  }

  /** The `Authorization` of a request; undefined before the camera has asked. */
  authorization(method: string, path: string): string | undefined {
    const { username, password } = this.#login;
    if (this.#challenge === undefined) return undefined;
    const { scheme, fields } = this.#challenge;
    if (scheme === 'basic') return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const hash = (text: string): string => createHash(algorithmOf(fields)!).update(text, 'utf8').digest('hex');
    const { realm = '', nonce = '', opaque, algorithm } = fields;
    const qop = (fields['qop'] ?? '').split(',').some((kind) => kind.trim() === 'auth') ? 'auth' : undefined;
    const count = (++this.#uses).toString(16).padStart(8, '0');
    const own = randomBytes(8).toString('hex');
    const secret = hash(`${username}:${realm}:${password}`);
    const what = hash(`${method}:${path}`);
    const response = hash(
      qop === undefined ? `${secret}:${nonce}:${what}` : `${secret}:${nonce}:${count}:${own}:${qop}:${what}`,
    );
    const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
    return [
      `Digest username=${quoted(username)}`,
      `realm=${quoted(realm)}`,
      `nonce=${quoted(nonce)}`,
      `uri=${quoted(path)}`,
      `response="${response}"`,
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
      ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${count}`, `cnonce="${own}"`]),
    ].join(', ');
  }
}

function algorithmOf(fields: Challenge['fields']): string | undefined {
  return ALGORITHMS[(fields['algorithm'] ?? '').toLowerCase()];
}

/** `Digest realm="a", nonce="b", Basic realm="c"` */
function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; fields: { [name: string]: string } }[] = [];
  const part = /([A-Za-z0-9_-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?\s*,?/g;
  for (const [, name, quoted, plain] of header.slice(0, 4096).matchAll(part)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) challenges.push({ scheme: name!.toLowerCase(), fields: {} });
    else if (challenges.length > 0) challenges.at(-1)!.fields[name!.toLowerCase()] = value;
  }
  return challenges;
}
