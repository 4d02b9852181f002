/**
 * csv-lines.ts - the lines of a file or of the standard input, as they come: a row from a pipe is not kept back until the
 * next one. UTF-8, or UTF-16 where the first bytes say so.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { CortexdError, messageOf } from '../errors.ts';

export type TextLine = {
  readonly text: string;
  /** Whether the file ends behind it without an end of line: it may still be being written. */
  readonly isCut: boolean;
};

/** Longer lines are no rows of numbers: something else was given. */
const LONGEST_LINE = 1 << 20;

/** `name`: what the file is called in messages. Throws CortexdError('no_input'). */
export async function* linesOf(path: string, name: string): AsyncGenerator<TextLine> {
  let rest = '';
  let decoder: TextDecoder | undefined;
  for await (const chunk of bytesOf(path, name)) {
    decoder ??= decoderFor(chunk);
    rest += decoder.decode(chunk, { stream: true });
    if (rest.includes('\0')) {
      throw new CortexdError('no_input', `Expected lines of text in ${name} but it holds zero bytes`, {
        hint: 'Is it a CSV file? Save it as UTF-8, or as UTF-16 with its mark at the beginning.',
      });
    }
    const lines = rest.split(/\r\n|\n/);
    rest = lines.pop() ?? '';
    for (const text of lines) yield { text, isCut: false };
    if (rest.length > LONGEST_LINE) {
      throw new CortexdError('no_input', `Expected lines of at most ${LONGEST_LINE} characters in ${name}`, {
        hint: 'Is it a CSV file?',
      });
    }
  }
  if (rest !== '') yield { text: rest, isCut: true };
}

async function* bytesOf(path: string, name: string): AsyncGenerator<Buffer> {
  try {
    if (path !== '-' && (await stat(path)).isDirectory()) throw new Error('it is a folder');
    const stream = path === '-' ? process.stdin : createReadStream(path);
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    throw new CortexdError(
      'no_input',
      `Expected rows of numbers in ${name} but it cannot be read: ${messageOf(error)}`,
    );
  }
}

function decoderFor(first: Buffer): TextDecoder {
  if (first[0] === 0xff && first[1] === 0xfe) return new TextDecoder('utf-16le');
  if (first[0] === 0xfe && first[1] === 0xff) return new TextDecoder('utf-16be');
  return new TextDecoder('utf-8');
}
