/**
 * session.ts - that this node is there: an entry on the board that is renewed over its own last revision, again and again.
 *
 * All its leases hang on it. Whoever has not seen it renewed for the time of a lease may write over that same revision that it
 * is gone: then no renewal can succeed any more. The node counts from before it asked for the renewal, the others from when
 * they saw it, so the node always knows first.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import type { Board } from './board.ts';
import { type Clocks, leaseTimes } from './clocks.ts';
import { KNOWN, type NodeRecord, writtenByNewer } from './records.ts';

export type SessionPorts = {
  readonly board: Board;
  readonly clocks: Clocks;
  readonly node: string;
  readonly session: string;
  readonly instance: string;
  readonly leaseMs: number;
  /** What is told with each renewal. */
  readonly describe: () => Pick<
    NodeRecord,
    'program' | 'state' | 'cameras' | 'room' | 'busy' | 'cores_per_camera' | 'most_cameras' | 'address' | 'cannot'
  >;
  readonly warn: (message: string) => void;
};

/** Between two attempts when the cluster does not answer (ms). */
const AGAIN_MS = 200;

export class Session {
  readonly #ports: SessionPorts;
  readonly #over = new AbortController();
  #revision: number | null = null;
  #count = 0;
  /** Over which revision it is asked for, and since when, by the own clock: of several attempts the first may be the one that counts. */
  #asked: { readonly over: number | null; readonly ms: number } | undefined;
  #heldSinceMs = -Infinity;
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  constructor(ports: SessionPorts) {
    this.#ports = ports;
  }

  get id(): string {
    return this.#ports.session;
  }

  /** Whether whatever is published now is published by the only one who may. */
  get isValid(): boolean {
    return this.#ageMs < leaseTimes(this.#ports.leaseMs).holdMs && !this.isOver;
  }

  /** Whether it will be over soon: it is time to stop. */
  get isEnding(): boolean {
    return this.#ageMs >= leaseTimes(this.#ports.leaseMs).stopMs || this.isOver;
  }

  /** Somebody has written that it is gone, or it was ended. */
  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  get #ageMs(): number {
    return this.#ports.clocks.own() - this.#heldSinceMs;
  }

  /**
   * Begin. Resolves to null, or to why not yet: another node of that name is there. A former life of this very node, known by
   * its state directory, which only one can hold, is ended at once.
   */
  async open(): Promise<string | null> {
    const { board, node, instance, clocks } = this.#ports;
    await board.ready();
    const before = board.get('node', node);
    if (before !== null && before.newer !== null) return messageOf(writtenByNewer(`node.${node}`, before.newer));
    const other = before?.value ?? null;
    if (other !== null && other.state !== 'gone' && other.instance !== instance) {
      const silentMs = clocks.others() - before!.seenMs;
      if (silentMs <= other.lease_ms) return `another machine calls itself "${node}" in this fleet`;
    }
    this.#revision = before?.revision ?? null;
    return (await this.#renew()) ? null : `"${node}" was written by somebody else at the same moment`;
  }

  /** Renew until it is over or ended. */
  start(): void {
    this.#running = this.#run();
  }

  /** Tell at once what has changed. */
  tellNow(): void {
    this.#wake?.();
  }

  /** Say good-bye; whatever hung on it is free. */
  async end(): Promise<void> {
    this.#over.abort();
    this.#wake?.();
    await this.#running;
    if (this.#revision !== null) await this.#renew('gone').catch(() => undefined);
  }

  /** Not renewed any more, and not told: as if it had died. */
  abandon(): void {
    this.#over.abort();
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const { renewMs } = leaseTimes(this.#ports.leaseMs);
    let isFailing = false;
    while (!this.isOver) {
      try {
        if (!(await this.#renew())) {
          const by = this.#ports.board.get('node', this.#ports.node)?.value;
          this.#ports.warn(
            `The lease is over: the entry of this machine was written meanwhile (${by?.state ?? 'not readable'}, session ${by?.session ?? 'unknown'})`,
          );
          this.#revision = null;
          this.abandon();
          return;
        }
        isFailing = false;
        await this.#rest(renewMs);
      } catch (error) {
        if (!isFailing) this.#ports.warn(`The lease could not be renewed, trying again: ${messageOf(error)}`);
        isFailing = true;
        await this.#rest(AGAIN_MS);
      }
    }
  }

  async #rest(ms: number): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    if (!this.isOver) await sleep(ms, undefined, { signal: woken.signal }).catch(() => undefined);
  }

  /** Resolves to whether it is still ours; rejects when the cluster does not answer. */
  async #renew(state?: NodeRecord['state']): Promise<boolean> {
    const { board, node, session, instance, leaseMs, clocks, describe } = this.#ports;
    const over = this.#revision;
    if (this.#asked?.over !== over) this.#asked = { over, ms: clocks.own() };
    const count = this.#count + 1;
    const own = { node, session, instance, count, lease_ms: leaseMs };
    const record: NodeRecord = { version: 1, reads: KNOWN, ...own, ...describe() };
    const revision = await board.write('node', node, state === undefined ? record : { ...record, state }, over);
    // Another machine of that name may have said the same at the same moment.
    if (revision === null || board.get('node', node)?.value?.session !== session) return false;
    this.#revision = revision;
    this.#count = count;
    this.#heldSinceMs = this.#asked.ms;
    return true;
  }
}
