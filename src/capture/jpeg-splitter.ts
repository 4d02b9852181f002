/**
 * jpeg-splitter.ts - cuts JPEG pictures out of a stream of bytes, whatever stands between them: the parts of a multipart
 * answer, garbage, halves of pictures.
 *
 * The markers of the format are followed, so that a thumbnail inside a picture is no end, and a picture is given at its
 * last byte: waiting for what comes after would make every picture one picture late. Memory is bounded by the largest
 * picture that is taken.
 */

const MARK = 0xff;
const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;
const LEAST_SEGMENT = 2;
const START_BYTES = Buffer.from([MARK, START, MARK]);

export class JpegSplitter {
  readonly #mostBytes: number;
  #bytes: Buffer = Buffer.alloc(0);
  /** Where the walk over the picture at the beginning of `#bytes` has come to; 0 = no picture has begun. */
  #at = 0;
  /** Whether the walk is in picture data, where only certain marks mean something. */
  #inScan = false;
  /** Pictures that were begun and given up. */
  bad = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Take the next bytes; gives every picture that is complete with them. */
  *push(chunk: Uint8Array): Generator<Buffer> {
    this.#bytes = this.#bytes.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      if (this.#at === 0 && !this.#findStart()) return;
      const end = this.#walk();
      if (end > 0) {
        yield this.#bytes.subarray(0, end);
        this.#bytes = this.#bytes.subarray(end);
        this.#begin();
      } else if (end < 0) {
        // No picture: look for the next beginning behind this one.
        this.bad++;
        this.#bytes = this.#bytes.subarray(-end);
        this.#begin();
      } else if (this.#bytes.length > this.#mostBytes) {
        this.bad++;
        this.#bytes = this.#bytes.subarray(START_BYTES.length);
        this.#begin();
      } else {
        return;
      }
    }
  }

  #begin(): void {
    this.#at = 0;
    this.#inScan = false;
  }

  #findStart(): boolean {
    const start = this.#bytes.indexOf(START_BYTES);
    if (start < 0) {
      // The beginning may be cut in two.
      this.#bytes = Buffer.from(this.#bytes.subarray(Math.max(0, this.#bytes.length - START_BYTES.length + 1)));
      return false;
    }
    this.#bytes = this.#bytes.subarray(start);
    this.#at = 2;
    return true;
  }

  /** Go on to the end of the picture: its length, 0 when bytes are missing, or minus the bytes to throw away. */
  #walk(): number {
    const bytes = this.#bytes;
    for (;;) {
      if (this.#inScan) {
        const mark = bytes.indexOf(MARK, this.#at);
        if (mark < 0) {
          this.#at = bytes.length;
          return 0;
        }
        this.#at = mark;
      }
      const code = bytes[this.#at + 1];
      if (code === undefined) return 0;
      if (bytes[this.#at] !== MARK) return -this.#at;
      if (code === MARK) {
        this.#at++;
      } else if (this.#inScan && (code === 0 || isRestart(code))) {
        this.#at += 2;
      } else if (code === END) {
        return this.#at + 2;
      } else if (code === START) {
        // Another picture begins in the midst of this one: the rest of this one is lost.
        return -this.#at;
      } else if (isRestart(code) || code === 1) {
        this.#at += 2;
      } else {
        if (bytes.length < this.#at + 4) return 0;
        const length = bytes.readUInt16BE(this.#at + 2);
        if (length < LEAST_SEGMENT) return -this.#at;
        this.#at += 2 + length;
        this.#inScan = code === SCAN;
      }
    }
  }
}

function isRestart(code: number): boolean {
  return code >= 0xd0 && code <= 0xd7;
}
