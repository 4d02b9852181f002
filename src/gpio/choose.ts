/**
 * choose.ts - what drives the pins on this machine: the kernel's older interface through onoff where there is one, else the
 * tools of libgpiod, else nothing.
 */
import { chooseOnoff } from './onoff-backend.ts';
import type { BackendChoice } from './port.ts';
import { chooseTools } from './tools-backend.ts';

/** Look whether pins can be used here. Never throws: a machine without pins is a fact, not a fault. */
export function chooseBackend(chipLabel: string | undefined, sysfs?: string): BackendChoice {
  const onoff = chooseOnoff(chipLabel, sysfs);
  if (onoff.backend !== null) return onoff;
  const tools = chooseTools(chipLabel);
  return tools.backend === null ? { backend: null, reason: `${onoff.reason}; ${tools.reason}` } : tools;
}
