/**
 * write-log.ts - what a process wrote to the files of a directory, and what it told its parent, in order, from a trace of
 * its system calls (strace -f -xx -y).
 */

export type Entry =
  | { readonly kind: 'write'; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly file: string; readonly length: number }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'unlink'; readonly file: string }
  /** The process has told that a checkpoint, or events, are durable. */
  | { readonly kind: 'told'; readonly step?: number; readonly events?: number };

export function entryInWords(entry: Entry): string {
  switch (entry.kind) {
    case 'write':
      return `write ${entry.file} ${entry.bytes.length} bytes at ${entry.offset}`;
    case 'truncate':
      return `truncate ${entry.file} to ${entry.length}`;
    case 'told':
      return `told${entry.step === undefined ? '' : ` step ${entry.step}`}${entry.events === undefined ? '' : ` events ${entry.events}`}`;
    case 'sync':
    case 'unlink':
      return `${entry.kind} ${entry.file}`;
  }
}

const CALL = /^(\d+) +(\w+)\((\d+)<([^>]*)>(?:, )?(.*)\) += (-?\d+)/;

export function readTrace(text: string, directory: string): Entry[] {
  const entries: Entry[] = [];
  // A call that another thread interrupts is written in two lines.
  const halves = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, thread = '', begun] = /^(\d+) +(.*) <unfinished \.\.\.>$/.exec(line) ?? [];
    if (begun !== undefined) {
      halves.set(thread, begun);
      continue;
    }
    const [, resumed = '', rest] = /^(\d+) +<\.\.\. \w+ resumed>(.*)$/.exec(line) ?? [];
    const whole = rest === undefined ? line : `${resumed} ${halves.get(resumed) ?? ''}${rest}`;
    const entry = entryOf(whole, directory);
    if (entry !== null) entries.push(entry);
  }
  return entries;
}

function entryOf(line: string, directory: string): Entry | null {
  const unlinked = /^\d+ +unlink\("([^"]*)"\) += 0/.exec(line)?.[1];
  if (unlinked !== undefined) {
    const path = unescape(unlinked).toString();
    return path.startsWith(`${directory}/cortexd.db`)
      ? { kind: 'unlink', file: path.slice(directory.length + 1) }
      : null;
  }
  const [, , name, , escapedPath = '', args = '', result = '-1'] = CALL.exec(line) ?? [];
  if (name === undefined || Number(result) < 0) return null;
  const path = unescape(escapedPath).toString();
  if (['write', 'writev', 'sendmsg'].includes(name) && !path.startsWith(directory)) return told(args);
  if (!path.startsWith(`${directory}/cortexd.db`) || path.endsWith('-shm')) return null;
  const file = path.slice(directory.length + 1);
  if (name === 'fsync' || name === 'fdatasync') return { kind: 'sync', file };
  if (name === 'ftruncate') return { kind: 'truncate', file, length: Number(args) };
  if (name !== 'pwrite64') return null;
  const [, data = '', offset = '0'] = /^"([^"]*)", \d+, (\d+)$/.exec(args) ?? [];
  return { kind: 'write', file, offset: Number(offset), bytes: unescape(data).subarray(0, Number(result)) };
}

/** A message to the parent: JSON on a socket. Several may stand in one call. */
function told(args: string): Entry | null {
  const [, data = ''] = /"([^"]*)"/.exec(args) ?? [];
  const text = unescape(data).toString('latin1');
  const last = (pattern: RegExp): number | undefined => {
    const found = [...text.matchAll(pattern)].at(-1)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const step = last(/"type":"saved","step":(\d+)/g);
  const events = last(/"type":"events","count":(\d+)/g);
  if (step === undefined && events === undefined) return null;
  return { kind: 'told', ...(step === undefined ? {} : { step }), ...(events === undefined ? {} : { events }) };
}

function unescape(text: string): Buffer {
  if (!text.startsWith('\\x')) return Buffer.from(text, 'latin1');
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}
