/**
 * size-limit.ts - how large a message may be for a broker: what it says itself (MQTT 5), else what it is seen not to take.
 *
 * A broker with a limit that it does not announce hangs up on a message that is too large, and would on every connection.
 * What it has acknowledged fits; when it hangs up and the largest message of that connection was larger than all that is
 * known to fit, that one is not sent again.
 */

/** One message as far as its size matters. */
export type Sized = { readonly topic: string; readonly bytes: number };

/** Bytes of a PUBLISH packet: header, length, topic with its length, packet id, properties' length (MQTT 5 §3.3). */
export function packetBytes(topic: string, payload: string | Uint8Array): number {
  const content = 2 + Buffer.byteLength(topic) + 2 + 1 + Buffer.byteLength(payload);
  return 1 + (content < 128 ? 1 : content < 16_384 ? 2 : content < 2_097_152 ? 3 : 4) + content;
}

export class SizeLimit {
  /** As the broker says it, or as it was learned; Infinity: none is known. */
  #limit = Infinity;
  #fits = 0;
  #largest: Sized = { topic: '', bytes: 0 };
  #learnedMs = -Infinity;

  get limit(): number {
    return this.#limit;
  }

  /** A connection has begun; `announced` by the broker, if it does. */
  connected(announced: number | undefined): void {
    if (announced !== undefined) this.#limit = announced;
    else if (performance.now() - this.#learnedMs > BELIEVED_MS) this.#limit = Infinity;
    this.#largest = { topic: '', bytes: 0 };
  }

  sent(message: Sized): void {
    if (message.bytes > this.#largest.bytes) this.#largest = message;
  }

  acknowledged({ bytes }: Sized): void {
    this.#fits = Math.max(this.#fits, bytes);
  }

  /**
   * The broker has hung up without a word, shortly after the connection began: the message that is not sent from now on, or
   * null where none is suspect.
   */
  hungUp(): Sized | null {
    const suspect = this.#largest;
    if (suspect.bytes <= Math.max(this.#fits, SMALL)) return null;
    this.#learnedMs = performance.now();
    this.#limit = suspect.bytes - 1;
    return suspect;
  }
}

/** No broker refuses so little (bytes). */
const SMALL = 512;
/** What was learned from a broker that hung up is believed so long (ms): it may have been the network. */
const BELIEVED_MS = 3_600_000;
