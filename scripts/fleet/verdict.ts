/**
 * verdict.ts - what the brokers heard, the logs say and the journals hold, against what must hold.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import type { Machine } from './machine.ts';

/** A message with a score, as it was really published. `atMs`: of the one clock of this computer. */
export type Told = {
  readonly atMs: number;
  readonly camera: string;
  readonly token: number;
  readonly node: string;
  /** Towards ready; grows with each frame until then. */
  readonly progress: number;
};

/** As much as is heard of eight cameras in some seconds (bytes). */
const TAIL = 1 << 16;

export type Verdict = {
  readonly messages: number;
  /** Longest time without a score from anybody (s), and at which camera. */
  readonly unwatchedS: number;
  readonly unwatchedCamera: string;
  readonly changes: number;
  /** Tokens that two nodes have used. */
  readonly sharedTokens: number;
  /** Messages that came after one with a higher token, and the latest of them (ms). */
  readonly late: number;
  readonly latestMs: number;
  /** Longest time between what a holder had saved last and its last frame, where another went on (s). */
  readonly learningLostS: number;
  readonly takenOver: number;
  readonly journaled: number;
  readonly stored: number;
  /** Not stored yet: they wait in a journal. */
  readonly waiting: number;
  readonly lost: number;
  readonly double: number;
};

/** `stored`: payloads of the stream of events. Times before `fromMs` (of the wall) are the start and do not count. */
export function judge(machines: readonly Machine[], stored: readonly string[], fromMs: number, toMs: number): Verdict {
  const told = machines.flatMap(scoresOf).toSorted((a, b) => a.atMs - b.atMs);
  const verdict = {
    messages: told.length,
    unwatchedS: 0,
    unwatchedCamera: '',
    changes: 0,
    sharedTokens: 0,
    late: 0,
    latestMs: 0,
    ...learning(machines, told),
    ...events(machines, stored),
  };
  for (const camera of new Set(told.map((one) => one.camera))) {
    const own = told.filter((one) => one.camera === camera);
    const holders = new Map<number, Set<string>>();
    let [highest, since, lastMs] = [0, 0, fromMs];
    const unwatched = (untilMs: number): void => {
      const gapS = (untilMs - lastMs) / 1000;
      if (gapS > verdict.unwatchedS) Object.assign(verdict, { unwatchedS: gapS, unwatchedCamera: camera });
    };
    for (const { atMs, token, node } of own) {
      holders.set(token, (holders.get(token) ?? new Set()).add(node));
      if (token > highest) {
        if (highest > 0) verdict.changes++;
        [highest, since] = [token, atMs];
      } else if (token < highest) {
        verdict.late++;
        verdict.latestMs = Math.max(verdict.latestMs, atMs - since);
      }
      if (atMs > fromMs && atMs <= toMs) unwatched(atMs);
      if (atMs > fromMs) lastMs = atMs;
    }
    unwatched(toMs);
    verdict.sharedTokens += [...holders.values()].filter(({ size }) => size > 1).length;
  }
  return verdict;
}

/** Whether a machine has published a score of a camera since `sinceMs` (of the wall). */
export function hasScoreSince({ heardFile }: Machine, camera: string, sinceMs: number): boolean {
  const file = openSync(heardFile, 'r');
  try {
    const { size } = fstatSync(file);
    const end = Buffer.alloc(Math.min(size, TAIL));
    readSync(file, end, 0, end.length, size - end.length);
    return linesOf(end.toString('latin1')).some(
      ({ atMs, topic }) => atMs >= sinceMs && topic.endsWith(`/${camera}/score`),
    );
  } finally {
    closeSync(file);
  }
}

function heard({ heardFile }: Machine): { atMs: number; topic: string; payload: string }[] {
  return linesOf(readFileSync(heardFile, 'latin1'));
}

function linesOf(text: string): { atMs: number; topic: string; payload: string }[] {
  return text.split('\n').flatMap((line) => {
    const [, at, topic, payload] = /^(\d+\.\d+) (\S+) (.*)$/.exec(line) ?? [];
    return payload === undefined ? [] : [{ atMs: Number(at) * 1000, topic: topic!, payload }];
  });
}

export function scoresOf(machine: Machine): Told[] {
  return heard(machine).flatMap(({ atMs, topic, payload }) => {
    const [, node, camera, kind] = topic.split('/');
    if (kind !== 'score' || !camera!.startsWith('cam')) return [];
    const { token, learning } = JSON.parse(payload) as { token?: number; learning: { progress: number } };
    if (token === undefined) throw new Error(`a score without a token: ${topic} ${payload}`);
    return [{ atMs, camera: camera!, token, node: node!, progress: learning.progress }];
  });
}

/** How much of what a holder had seen the next one did not know. */
function learning(machines: readonly Machine[], told: readonly Told[]): { learningLostS: number; takenOver: number } {
  const saved = new Map<string, { atMs: number; node: string }>();
  const begun: { atMs: number; node: string; camera: string; step: number }[] = [];
  for (const { name, logFile } of machines) {
    for (const line of readFileSync(logFile, 'utf8').split('\n')) {
      const [, at, text = ''] = /^(\S+Z) \w+ +(.*)$/.exec(line) ?? [];
      const atMs = Date.parse(at ?? '');
      const [camera, step] = ['camera', 'step'].map((key) => new RegExp(`\\b${key}=(\\S+)`).exec(text)?.[1]);
      if (camera === undefined || step === undefined) continue;
      if (text.startsWith('checkpoint ')) saved.set(`${camera} ${step}`, { atMs, node: name });
      if (text.startsWith('Model resumed')) begun.push({ atMs, node: name, camera, step: Number(step) });
    }
  }
  let [learningLostS, takenOver] = [0, 0];
  for (const { atMs, camera, step } of begun) {
    const last = told.findLast((one) => one.camera === camera && one.atMs < atMs);
    const from = saved.get(`${camera} ${step}`);
    if (last === undefined || from === undefined) continue;
    takenOver++;
    learningLostS = Math.max(learningLostS, (last.atMs - from.atMs) / 1000);
  }
  return { learningLostS, takenOver };
}

/** Every record that was journaled and sent to a broker, and the newest record of every event in the journals, must be stored once. */
function events(
  machines: readonly Machine[],
  stored: readonly string[],
): Pick<Verdict, 'journaled' | 'stored' | 'waiting' | 'lost' | 'double'> {
  const journaled = new Set<string>();
  const waiting = new Set<string>();
  for (const machine of machines) {
    for (const { topic, payload } of heard(machine))
      if (/^[^/]+\/[^/]+\/cam\d+\/event$/.test(topic)) journaled.add(payload);
    const db = new Sqlite(machine.database, { readonly: true });
    for (const record of db.prepare('SELECT record FROM event').pluck().all() as string[]) journaled.add(record);
    for (const record of db.prepare('SELECT payload FROM fleet_outbox').pluck().all() as string[]) waiting.add(record);
    db.close();
  }
  const there = new Set(stored);
  return {
    journaled: journaled.size,
    stored: stored.length,
    waiting: [...waiting].filter((record) => !there.has(record)).length,
    lost: [...journaled].filter((record) => !there.has(record) && !waiting.has(record)).length,
    double: stored.length - there.size,
  };
}
