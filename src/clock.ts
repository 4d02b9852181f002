/**
 * clock.ts - whether the wall clock can be trusted. A Pi without a battery clock starts in the past; events then carry
 * `clock_synced: false` until the time has come from the network.
 */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';

const CHECK_EVERY_MS = 60_000;
const ASK_LIMIT_MS = 3000;

/**
 * systemd-timesyncd leaves a file once it has set the clock; else timedatectl tells what the kernel knows, which is true
 * for chrony and ntpd as well. When neither can say, the clock is not taken for synchronized.
 */
export async function readClockSynced(flagFile = '/run/systemd/timesync/synchronized'): Promise<boolean> {
  try {
    await access(flagFile);
    return true;
  } catch {
    return askTimedatectl();
  }
}

async function askTimedatectl(): Promise<boolean> {
  try {
    const args = ['show', '--property=NTPSynchronized', '--value'];
    const { stdout } = await promisify(execFile)('timedatectl', args, { timeout: ASK_LIMIT_MS });
    return stdout.trim() === 'yes';
  } catch {
    return false;
  }
}

/** Keeps the answer fresh without anyone waiting for it. */
export class ClockWatch {
  #synced = false;
  readonly #timer: NodeJS.Timeout;

  constructor(read: () => Promise<boolean> = readClockSynced) {
    const check = async (): Promise<void> => {
      this.#synced = await read();
    };
    void check();
    this.#timer = setInterval(() => void check(), CHECK_EVERY_MS).unref();
  }

  /** As of the last check; false until the first one is done. */
  get synced(): boolean {
    return this.#synced;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
