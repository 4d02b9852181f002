/**
 * picture-file.ts - the bytes of a picture file, with limits: on what it is, on its size, and on how long reading may take.
 */
import { constants, open } from 'node:fs/promises';
import { CortexdError, messageOf } from '../errors.ts';

const MOST_BYTES = 64 << 20;

/**
 * Read a file; throws CortexdError('no_input') when it is no plain file (a pipe would never end), too large, or gone.
 */
export async function readPicture(path: string): Promise<Buffer> {
  let file;
  try {
    // Without O_NONBLOCK, opening a pipe that nobody writes to never returns.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new CortexdError('no_input', `Expected a picture at ${path} but received: ${messageOf(error)}`);
  }
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new CortexdError('no_input', `Expected a picture at ${path} but it is no plain file`);
    if (found.size > MOST_BYTES) {
      throw new CortexdError(
        'no_input',
        `Expected a picture of at most ${MOST_BYTES} bytes at ${path} but received ${found.size}`,
      );
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}
