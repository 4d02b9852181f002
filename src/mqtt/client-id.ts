/**
 * client-id.ts - the same client id at every start, another one on every machine and for every daemon on it.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * `cortexd-<hash>`: of the machine id and of what tells daemons on one machine apart (their base topic). Hashed, because
 * the machine id itself is to be kept private (machine-id(5)).
 */
export function stableClientId(instance: string, machineIdFile = '/etc/machine-id'): string {
  let machine: string;
  try {
    machine = readFileSync(machineIdFile, 'utf8').trim() || hostname();
  } catch {
    machine = hostname();
  }
  return `cortexd-${createHash('sha256').update(`cortexd\0${machine}\0${instance}`).digest('hex').slice(0, 12)}`;
}
