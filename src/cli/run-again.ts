/**
 * run-again.ts - a restart where no service manager does it: the daemon goes on in a process of its own, so that nothing of
 * its former life stays in memory, and this one passes signals on and ends as it ends.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What a supervised daemon ends with when it wants to be started again. */
export const RESTART_CODE = 85;
const SUPERVISED = 'CORTEXD_SUPERVISED';
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whether this process was started by `runAgain`. */
export function isSupervised(): boolean {
  return process.env[SUPERVISED] !== undefined;
}

/** Run the same command line again, and again for as long as it asks for it; resolves to its exit code. */
export async function runAgain(): Promise<number> {
  for (;;) {
    const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
      stdio: 'inherit',
      env: { ...process.env, [SUPERVISED]: '1' },
    });
    const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
    for (const signal of PASSED_ON) process.on(signal, pass);
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    for (const one of PASSED_ON) process.removeListener(one, pass);
    if (code !== RESTART_CODE) return code ?? (signal === 'SIGKILL' ? 137 : 1);
  }
}
