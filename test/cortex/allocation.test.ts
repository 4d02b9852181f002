import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';

const CHILD = new URL(`./allocation-child${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);
/** What a frame may leave behind; 2.4 KB are usual. */
const MOST_BYTES = 4000;

void test('a step leaves little behind in a street with traffic', async (t) => {
  // A process of its own that knows nothing of coverage, which the runner hands on to all children by their environment: while it is
  // counted fewer functions are merged, and more numbers boxed.
  const args = ['-i', process.execPath, fileURLToPath(CHILD)];
  const printed = execFileSync('env', args);
  const { things, bytes } = JSON.parse(printed.toString()) as { things: number; bytes: number };
  t.ok(things > 1, `${things} things at a time`);
  t.ok(bytes < MOST_BYTES, `${bytes} bytes a frame`);
});
