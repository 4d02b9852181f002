/**
 * node-name.ts - the name of this machine in topics, from its host name.
 */
import { createHash } from 'node:crypto';

/**
 * Letters, digits, _ and - stay, dots become -. Where anything else had to be replaced, a few digits made from the whole
 * name keep two machines apart whose names differ only there. A machine without a name is "cortexd".
 */
export function nodeNameOf(host: string): string {
  if (host.trim() === '') return 'cortexd';
  const dashed = host.replaceAll('.', '-');
  const plain = dashed.replace(/[^A-Za-z0-9_-]/gu, '-').replace(/^[^A-Za-z0-9]+/, '');
  if (plain === dashed && plain.length <= 64) return plain;
  const digits = createHash('sha256').update(host).digest('hex').slice(0, 6);
  return `${plain.slice(0, 56) || 'cortexd'}-${digits}`;
}
