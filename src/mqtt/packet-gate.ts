/**
 * packet-gate.ts - what a broker sends, with every message cut to a size that fits in memory.
 *
 * An MQTT packet says its length before its content, up to 256 MiB, and the protocol library collects all of it. Here the
 * length of a message that is too long is rewritten and the surplus thrown away as it comes, so that memory stays bounded
 * and whoever handles the message still sees that it was too long. Topic, packet id and properties come first in a message
 * and are at most 64 KiB each, so they are never cut.
 *
 *     byte 0 type and flags | 1-4 bytes remaining length, 7 bits each, lowest first | content        (MQTT 5 §2.1)
 */
import { SPEAKS_TLS } from './refusal.ts';
import { Transform, type TransformCallback } from 'node:stream';

const PUBLISH = 3;

export class PacketGate extends Transform {
  readonly #limit: number;
  /** Bytes of the header under way: type, then the length. */
  readonly #header: number[] = [];
  /** Content still to pass on, and to throw away after that. */
  #passing = 0;
  #skipping = 0;
  #isFirst = true;
  /** Messages cut so far. */
  cut = 0;

  /** `limit`: most bytes of content that are passed on, above 200 KiB. */
  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let at = 0;
    if (this.#isFirst && chunk.length > 0) {
      this.#isFirst = false;
      // 21 3: an alert of TLS (RFC 8446 §5.1). As MQTT it would be a reserved packet type.
      if (chunk[0] === 21 && (chunk.length === 1 || chunk[1] === 3)) {
        done(new Error(SPEAKS_TLS));
        return;
      }
    }
    while (at < chunk.length) {
      if (this.#passing > 0) {
        const end = Math.min(chunk.length, at + this.#passing);
        this.push(chunk.subarray(at, end));
        this.#passing -= end - at;
        at = end;
      } else if (this.#skipping > 0) {
        const end = Math.min(chunk.length, at + this.#skipping);
        this.#skipping -= end - at;
        at = end;
      } else {
        const byte = chunk[at++]!;
        this.#header.push(byte);
        // A length of more than four bytes is malformed: the library says so.
        if (this.#header.length > 1 && (byte < 128 || this.#header.length === 5)) this.#endHeader();
      }
    }
    done();
  }

  #endHeader(): void {
    const [type, ...digits] = this.#header.splice(0) as [number, ...number[]];
    const length = digits.reduce((sum, digit, index) => sum + (digit & 127) * 128 ** index, 0);
    if (type >> 4 !== PUBLISH || length <= this.#limit) {
      this.push(Buffer.from([type, ...digits]));
      this.#passing = length;
      return;
    }
    this.cut++;
    this.push(Buffer.from([type, ...lengthBytes(this.#limit)]));
    this.#passing = this.#limit;
    this.#skipping = length - this.#limit;
  }
}

function lengthBytes(length: number): number[] {
  const bytes: number[] = [];
  for (let rest = length; ;) {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? digit | 128 : digit);
    if (rest === 0) return bytes;
  }
}
