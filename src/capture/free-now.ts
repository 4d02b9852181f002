/**
 * free-now.ts - gives the memory of bytes that were read back at once.
 *
 * Whatever comes through a pipe comes in a buffer of its own, 64 KiB mostly: for a camera's pictures megabytes a second, which
 * lie about until the garbage collector looks, bring it to look more often, and leave holes in the memory. A buffer that is sent
 * away leaves its sender at once; one that is sent to nobody is gone.
 */
import { MessageChannel } from 'node:worker_threads';

const { port1: nobody } = new MessageChannel();
nobody.close();

/** Nobody may look at the bytes any more. What is a part of a larger buffer stays: others may use the rest. */
export function freeNow(bytes: Uint8Array): void {
  const { buffer, byteLength } = bytes;
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== byteLength) return;
  nobody.postMessage(null, [buffer]);
}
