/**
 * complaints.ts - what the log says of commands: each that was carried out, and one line for each kind of refusal, with a
 * count when it goes on. Whoever may publish may write anything, as often as he likes; he must not fill the log.
 */
import { shortened } from '../../redact.ts';
import type { Logger } from '../service/log.ts';

/** A kind of refusal is told again after so long (ms). */
const AGAIN_MS = 3_600_000;
/** Kinds that are told apart; what comes beyond is told as one. */
const MOST_KINDS = 50;

export class Complaints {
  readonly #log: Pick<Logger, 'info' | 'warn'>;
  readonly #now: () => number;
  /** Kind -> when it was told, and how often it came since. */
  readonly #kinds = new Map<string, { toldMs: number; since: number }>();

  constructor(log: Pick<Logger, 'info' | 'warn'>, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /** A command was carried out (`error` null) or refused. */
  told(path: string, error: string | null): void {
    const topic = shortened(path);
    if (error === null) {
      this.#log.info({ topic }, 'Command');
      return;
    }
    // What is new in each message (a number, a name) does not make a new kind.
    const wanted = error.replace(/ but received.*$/s, '').replace(/\d+(\.\d+)?/g, '0');
    const kind = this.#kinds.has(wanted) || this.#kinds.size < MOST_KINDS ? wanted : 'others';
    const known = this.#kinds.get(kind);
    const now = this.#now();
    if (known !== undefined && now - known.toldMs < AGAIN_MS) {
      known.since++;
      return;
    }
    this.#kinds.set(kind, { toldMs: now, since: 0 });
    const fields = { topic, ...(known === undefined || known.since === 0 ? {} : { more_since: known.since }) };
    this.#log.warn(fields, `Command refused: ${shortened(error, 300)}`);
  }
}
