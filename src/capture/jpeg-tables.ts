/**
 * jpeg-tables.ts - cameras that send motion JPEG leave out the Huffman tables, since they are always those of the standard
 * (ISO/IEC 10918-1, annex K); decoders of still pictures want them.
 */

const MARK = 0xff;
const HUFFMAN = 0xc4;
const SCAN = 0xda;

/** One segment with the four tables. */
const TABLES = Buffer.from(
  '/8QBogAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoLAQADAQEBAQEBAQEBAAAAAAAAAQIDBAUGBwgJCgsQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUS' +
    'ITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeI' +
    'iYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+hEAAgECBAQDBAcFBAQAAQJ3AAEC' +
    'AxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6' +
    'goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6',
  'base64',
);

/** The picture itself where it has tables (or is none), else with those of the standard before its first scan. */
export function withTables(jpeg: Buffer): Buffer {
  for (let at = 2; at + 4 <= jpeg.length && jpeg[at] === MARK;) {
    const code = jpeg[at + 1]!;
    if (code === HUFFMAN) return jpeg;
    if (code === SCAN) return Buffer.concat([jpeg.subarray(0, at), TABLES, jpeg.subarray(at)]);
    at += code === MARK ? 1 : 2 + jpeg.readUInt16BE(at + 2);
  }
  return jpeg;
}
