/**
 * placement.ts - who is to watch what: decided by each node for itself, from what it sees, always in the same way. Two that
 * see something different may both try; the cluster lets one of them.
 */
import { type CameraEntry, KNOWN, type LeaseRecord, type NodeRecord } from './records.ts';

type Seen<T> = { readonly value: T; readonly seenMs: number };

/** The fleet as a node sees it at a moment `nowMs` of the clock that `seenMs` is of. */
export type View = {
  readonly nowMs: number;
  readonly me: string;
  readonly nodes: ReadonlyMap<string, Seen<NodeRecord>>;
  readonly cameras: ReadonlyMap<string, Seen<CameraEntry>>;
  readonly leases: ReadonlyMap<string, Seen<LeaseRecord>>;
  /** Camera -> node */
  readonly moves: ReadonlyMap<string, string>;
  /** Nodes that are to watch nothing. */
  readonly drained: ReadonlySet<string>;
  /** Nodes and leases of which only a newer cortexd knows how they stand. */
  readonly newer: { readonly nodes: ReadonlySet<string>; readonly leases: ReadonlySet<string> };
};

/** Between the first in the row and the next (ms). */
const TURN_MS = 400;
/** A camera goes elsewhere by itself when there is room for so many more than here. */
const WORTH_MOVING = 3;

/** Nodes whose lease has run out although they did not say good-bye: whoever sees it may end them. */
export function expired({ nowMs, me, nodes }: View): string[] {
  return [...nodes]
    .filter(([name, { value, seenMs }]) => name !== me && value.state !== 'gone' && nowMs - seenMs > value.lease_ms)
    .map(([name]) => name);
}

/** Whether nobody may watch a camera now: it was given back, or its holder is gone. What is not understood is not free. */
export function isFree({ nodes, leases, newer }: View, camera: string): boolean {
  if (newer.leases.has(camera)) return false;
  const lease = leases.get(camera)?.value;
  if (lease === undefined || lease.node === null) return true;
  if (newer.nodes.has(lease.node)) return false;
  const holder = nodes.get(lease.node)?.value;
  return holder === undefined || holder.state === 'gone' || holder.session !== lease.session;
}

/**
 * Nodes that could take a camera, best first; without those that have said that they cannot, or would not understand what we
 * write of it.
 */
export function candidates(view: View, camera: string): string[] {
  const fit = withRoom(view).filter((name) => {
    const { cannot = [], reads = 1 } = view.nodes.get(name)!.value;
    return reads >= KNOWN && !cannot.includes(camera);
  });
  return inOrder(view, camera, fit);
}

/** Nodes that are there and may take one more camera. */
function withRoom(view: View): string[] {
  const load = loads(view);
  return [...view.nodes]
    .filter(([name, { value, seenMs }]) => {
      const isHere = value.state === 'up' && (name === view.me || view.nowMs - seenMs <= value.lease_ms);
      return isHere && !view.drained.has(name) && (load.get(name)?.held ?? 0) < value.most_cameras;
    })
    .map(([name]) => name);
}

function inOrder(view: View, camera: string, able: readonly string[]): string[] {
  const lease = view.leases.get(camera)?.value;
  const tried = new Set(lease?.tried ?? []);
  const load = loads(view);
  const fresh = able.filter((name) => !tried.has(name));
  const wanted = view.moves.get(camera) ?? lease?.to ?? null;
  // Who had it and has not given it back has its newest checkpoint.
  const last = lease?.node ?? null;
  // What nobody has got frames of goes round again.
  return (fresh.length > 0 ? fresh : able).toSorted(
    (a, b) =>
      Number(b === wanted) - Number(a === wanted) ||
      Number(b === last) - Number(a === last) ||
      load.get(b)!.room - load.get(a)!.room ||
      spread(camera, a) - spread(camera, b),
  );
}

/** Whether this node is to take a camera that has been free for `freeMs`. */
export function isMyTurn(view: View, camera: string, freeMs: number, leaseMs: number): boolean {
  const fit = candidates(view, camera);
  // What nobody can watch is tried again now and then by those who could not.
  const row = fit.length > 0 ? fit : inOrder(view, camera, withRoom(view));
  const at = row.indexOf(view.me);
  if (at < 0) return false;
  const wanted = view.moves.get(camera) ?? view.leases.get(camera)?.value.to ?? null;
  // It was given away for someone: the others wait until that one had its time.
  const isForAnother = wanted !== null && wanted !== view.me && row[0] === wanted;
  return freeMs >= at * TURN_MS + (isForAnother ? leaseMs : 0);
}

/** A camera of ours, newest first in `mine`, that would be better off elsewhere, and where; null: all is well. */
export function surplus(view: View, mine: readonly string[]): { readonly camera: string; readonly to: string } | null {
  const [camera] = mine;
  if (camera === undefined) return null;
  const load = loads(view);
  const own = load.get(view.me);
  const [best] = candidates(view, camera).filter((name) => name !== view.me);
  if (own === undefined || best === undefined) return null;
  return load.get(best)!.room - own.room >= WORTH_MOVING ? { camera, to: best } : null;
}

/** What each node holds, and how many more it could take: as it said, less what it has taken since. */
function loads({ nodes, leases }: View): Map<string, { held: number; room: number }> {
  const held = new Map<string, number>();
  for (const { value } of leases.values()) {
    if (value.node === null || nodes.get(value.node)?.value.session !== value.session) continue;
    held.set(value.node, (held.get(value.node) ?? 0) + 1);
  }
  return new Map(
    [...nodes].map(([name, { value }]) => {
      const now = held.get(name) ?? 0;
      const room = Math.min(value.room - (now - value.cameras.length), value.most_cameras - now);
      return [name, { held: now, room }];
    }),
  );
}

/** So that equals do not all take the same first. */
function spread(camera: string, node: string): number {
  let hash = 2166136261;
  for (const letter of `${camera}/${node}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619) >>> 0;
  return hash;
}
