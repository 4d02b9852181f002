/**
 * power-cuts.ts - what a power cut leaves behind, simulated: all writes of a process that learns and saves are logged with
 * its fsyncs; a state of the disk is then what was synced up to an instant, and of each sector written since then the old or
 * the new content, by chance. Each state is opened and looked at as the kill test does. A state that is not as it should be
 * stays where it is, with the words for it and the last writes before the cut.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomBelow, seedWord } from '../../src/memory/random.ts';
import { messageOf } from '../../src/errors.ts';
import { Store } from '../../src/store/store.ts';
import { CAMERA, IMAGE_BYTES, eventNumber, writeImage } from './protocol.ts';
import { type Entry, entryInWords, readTrace } from './write-log.ts';

export type PowerCutResult = {
  states: number;
  corrupt: number;
  torn: number;
  lost: number;
  setBack: number;
  first: string | null;
  /** Folders of the states that were not as they should be. */
  readonly kept: string[];
};

const CHILD = new URL(`./child${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url).pathname;
const SECTOR = 512;
/** So long one process writes (ms). */
const LIFE_MS = 8000;
const TRACED = 'openat,pwrite64,write,writev,sendmsg,ftruncate,fsync,fdatasync,unlink';

/** So many entries of the log before a cut are written beside a bad state. */
const ENTRIES_TOLD = 200;
/** Every so many-th cut falls into the first entries: a database is created only once in a life, and lives are long. */
const EARLY_EVERY = 4;
const EARLY_ENTRIES = 150;

/** Simulate `count` power cuts at random instants of a process's life, each `earlyEvery`-th soon after its birth. */
export async function cutPower(
  directory: string,
  count: number,
  seed: number,
  { lifeMs = LIFE_MS, earlyEvery = EARLY_EVERY } = {},
): Promise<PowerCutResult> {
  const origin = join(directory, 'origin');
  mkdirSync(origin);
  const log = join(directory, 'trace');
  const traced: ChildProcess = spawn(
    'strace',
    ['-f', '-qq', '-xx', '-y', '-s', '2000000', '-e', `trace=${TRACED}`, '-o', log, process.execPath, CHILD, origin],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  traced.on('message', () => undefined);
  const exited = once(traced, 'exit');
  await Promise.race([sleep(lifeMs), exited]);
  // The one that is traced is killed, and strace ends with it; killed itself, strace would leave it running.
  const pid = Number(/^\d+/.exec(readFileSync(log, 'latin1').slice(0, 20))?.[0]);
  process.kill(pid, 'SIGKILL');
  await exited;
  const entries = readTrace(readFileSync(log, 'latin1'), origin);
  const random = new Uint32Array([seedWord(seed, 47)]);
  const result: PowerCutResult = { states: 0, corrupt: 0, torn: 0, lost: 0, setBack: 0, first: null, kept: [] };
  for (let cut = 0; cut < count; cut++) {
    const state = join(directory, 'state');
    rmSync(state, { recursive: true, force: true });
    mkdirSync(state);
    const among = cut % earlyEvery === 0 ? Math.min(EARLY_ENTRIES, entries.length) : entries.length;
    const before = entries.slice(0, 1 + randomBelow(random, among));
    leave(before, state, random);
    const found = join(directory, 'found');
    rmSync(found, { recursive: true, force: true });
    cpSync(state, found, { recursive: true });
    const bad = await look(state, acknowledgedIn(before), result);
    result.states++;
    if (bad !== null) keep(found, join(directory, `bad-${cut}`), bad, before, result);
  }
  return result;
}

/** Put a bad state aside, as it was before it was opened. */
function keep(found: string, aside: string, why: string, before: readonly Entry[], result: PowerCutResult): void {
  cpSync(found, aside, { recursive: true });
  const first = Math.max(0, before.length - ENTRIES_TOLD);
  const told = before.slice(first).map((entry, index) => `${first + index} ${entryInWords(entry)}`);
  writeFileSync(join(aside, 'why.txt'), `${why}\nthe cut is after entry ${before.length - 1}\n${told.join('\n')}\n`);
  result.first ??= why;
  result.kept.push(aside);
}

type Disk = { bytes: Buffer; length: number };

/** Write the files as the disk would have them. */
function leave(entries: readonly Entry[], state: string, random: Uint32Array): void {
  const files = new Map<string, { synced: Disk; pending: Entry[] }>();
  const fileOf = (name: string): { synced: Disk; pending: Entry[] } => {
    const known = files.get(name) ?? { synced: { bytes: Buffer.alloc(0), length: 0 }, pending: [] };
    files.set(name, known);
    return known;
  };
  /** Deleted, but not known to be so to the disk until something is synced. */
  const unlinked = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === 'told') continue;
    if (entry.kind === 'unlink') {
      unlinked.add(entry.file);
      continue;
    }
    if (entry.kind === 'sync' || unlinked.has(entry.file)) {
      for (const name of unlinked) files.delete(name);
      unlinked.clear();
    }
    const file = fileOf(entry.file);
    if (entry.kind !== 'sync') file.pending.push(entry);
    else {
      for (const done of file.pending) apply(file.synced, done, () => true);
      file.pending = [];
    }
  }
  for (const [name, { synced, pending }] of files) {
    if (unlinked.has(name) && randomBelow(random, 2) === 0) continue;
    for (const entry of pending) apply(synced, entry, () => randomBelow(random, 2) === 0);
    writeFileSync(join(state, name), synced.bytes.subarray(0, synced.length));
  }
}

/** `keeps`: asked for each sector, and for each change of length. */
function apply(disk: Disk, entry: Entry, keeps: () => boolean): void {
  if (entry.kind === 'truncate') {
    if (!keeps()) return;
    grow(disk, entry.length);
    disk.bytes.fill(0, Math.min(disk.length, entry.length), Math.max(disk.length, entry.length));
    disk.length = entry.length;
  } else if (entry.kind === 'write') {
    for (let at = 0; at < entry.bytes.length; at += SECTOR - ((entry.offset + at) % SECTOR)) {
      if (!keeps()) continue;
      const end = Math.min(entry.bytes.length, at + SECTOR - ((entry.offset + at) % SECTOR));
      grow(disk, entry.offset + end);
      entry.bytes.copy(disk.bytes, entry.offset + at, at, end);
      disk.length = Math.max(disk.length, entry.offset + end);
    }
  }
}

function grow(disk: Disk, length: number): void {
  if (disk.bytes.length < length)
    disk.bytes = Buffer.concat([disk.bytes, Buffer.alloc(2 * length - disk.bytes.length)]);
}

type Acknowledged = { readonly step: number; readonly events: number };

function acknowledgedIn(entries: readonly Entry[]): Acknowledged {
  let [step, events] = [0, 0];
  for (const entry of entries) {
    if (entry.kind !== 'told') continue;
    step = Math.max(step, entry.step ?? 0);
    events = Math.max(events, entry.events ?? 0);
  }
  return { step, events };
}

/** Returns what is wrong with a state, in words; null: nothing. */
async function look(directory: string, { step, events }: Acknowledged, result: PowerCutResult): Promise<string | null> {
  const wrong: string[] = [];
  let store: Store;
  try {
    store = new Store({ directory, outboxLimit: 50, program: 'power-cut', lock: true });
  } catch (error) {
    result.corrupt++;
    return messageOf(error);
  }
  try {
    const loaded = await store.loadModel(CAMERA);
    if (loaded.lost !== null || (loaded.kind === 'none' && step > 0)) {
      result.corrupt++;
      wrong.push(loaded.lost ?? `nothing was saved, after step ${step} was acknowledged`);
    }
    if (loaded.kind === 'loaded') {
      const expected = new Uint8Array(IMAGE_BYTES);
      writeImage(loaded.image.step, expected);
      if (!Buffer.from(loaded.image.bytes).equals(expected)) {
        result.torn++;
        wrong.push(`the image is not that of step ${loaded.image.step}`);
      }
      if (loaded.image.step < step) {
        result.setBack++;
        wrong.push(`step ${step} was acknowledged, step ${loaded.image.step} is there`);
      }
    }
    if (events > 0 && store.event(eventNumber(events - 1).id) === undefined) {
      result.lost++;
      wrong.push(`event ${events - 1} was acknowledged and is not there`);
    }
    return wrong.length === 0 ? null : wrong.join('; ');
  } catch (error) {
    result.corrupt++;
    return messageOf(error);
  } finally {
    store.close();
  }
}

export function powerCutsInWords({ states, corrupt, torn, lost, setBack, first, kept }: PowerCutResult): string {
  const why = first === null ? '' : `; the first: ${first} (kept in ${kept.join(', ')})`;
  return `power-cut states ${states}, corrupt ${corrupt}, torn ${torn}, lost ${lost}, acknowledged checkpoints lost ${setBack}${why}`;
}

export function isCleanCut({ states, corrupt, torn, lost, setBack }: PowerCutResult): boolean {
  return states > 0 && corrupt + torn + lost + setBack === 0;
}
