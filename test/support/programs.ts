/**
 * programs.ts - stands in for programs that this machine lacks the hardware for: a folder of executables for $PATH.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { packageFile } from '../../src/package-root.ts';

/** Put the named doubles first on $PATH for the rest of the test. */
export function onPath(t: Pick<Test, 'teardown'>, folder: string, ...names: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  for (const name of names) {
    // The tools of one package are one double: it is told by which name it was called.
    const double = name.startsWith('gpio') ? 'gpio' : name;
    const script = packageFile(`test/support/programs/${double}.cjs`);
    // The environment of children is cut to what they need, so what the double needs stands here.
    const lines = ['#!/bin/sh', `DOUBLE='${name}' DOUBLES='${folder}' exec '${process.execPath}' '${script}' "$@"`, ''];
    writeFileSync(join(folder, name), lines.join('\n'), { mode: 0o755 });
  }
  const before = process.env['PATH'];
  process.env['PATH'] = `${folder}:${before}`;
  t.teardown(() => {
    process.env['PATH'] = before;
  });
}
