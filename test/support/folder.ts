/** folder.ts - a folder with a short path (a Unix socket's path has at most 107 bytes), deleted after the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

export function shortFolder(t: Pick<Test, 'teardown'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'ctx-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
