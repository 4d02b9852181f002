/**
 * placement.test.ts - who takes which camera: by room, by what was asked, by who has tried; and clocks that err to the safe side.
 */
import { test } from 'tap';
import { fleetClocks, leaseTimes } from '../../src/fleet/clocks.ts';
import { type View, candidates, expired, isFree, isMyTurn, surplus } from '../../src/fleet/placement.ts';
import type { LeaseRecord, NodeRecord } from '../../src/fleet/records.ts';
import { nodeRecord } from '../support/fleet-node.ts';

const LEASE_MS = 10_000;
const NOW = 100_000;

const node = (name: string, room: number, more: Partial<NodeRecord> = {}): NodeRecord =>
  nodeRecord(name, LEASE_MS, { room, ...more });

function lease(holder: string | null, more: Partial<LeaseRecord> = {}): LeaseRecord {
  const session = holder === null ? '' : `s-${holder}`;
  return { version: 1, token: 1, node: holder, session, since: '', to: null, tried: [], reason: '', ...more };
}

function view(
  me: string,
  nodes: NodeRecord[],
  leases: { [camera: string]: LeaseRecord },
  more: Partial<View> = {},
): View {
  const seen = <T>(value: T, seenMs = NOW): { value: T; seenMs: number } => ({ value, seenMs });
  return {
    nowMs: NOW,
    me,
    moves: new Map(),
    drained: new Set(),
    newer: { nodes: new Set(), leases: new Set() },
    cameras: new Map(),
    nodes: new Map(nodes.map((one) => [one.node, seen(one)])),
    leases: new Map(Object.entries(leases).map(([camera, one]) => [camera, seen(one)])),
    ...more,
  };
}

test('the node with the most room is first; what it has taken since it said so counts', async (t) => {
  const nodes = [node('a', 1), node('b', 3.5), node('c', 2)];
  t.same(candidates(view('a', nodes, {}), 'cam'), ['b', 'c', 'a']);
  t.same(candidates(view('a', nodes, { x: lease('b'), y: lease('b') }), 'cam'), ['c', 'b', 'a'], 'b has taken two');
  t.equal(isMyTurn(view('b', nodes, {}), 'cam', 0, LEASE_MS), true);
  t.equal(isMyTurn(view('c', nodes, {}), 'cam', 0, LEASE_MS), false, 'the second waits');
  t.equal(isMyTurn(view('c', nodes, {}), 'cam', 1000, LEASE_MS), true, 'and then takes what the first does not');
});

test('full, drained, leaving and silent nodes take nothing; one without idle CPU takes what nobody else can', async (t) => {
  const full = { x1: lease('a'), x2: lease('a'), x3: lease('a'), x4: lease('a') };
  const nodes = [node('a', 9), node('b', -3), node('c', 5, { state: 'leaving' }), node('d', 5)];
  const drained = new Set(['d']);
  t.same(candidates(view('b', nodes, full, { drained }), 'cam'), ['b']);
  const silent = view('b', nodes, full, { drained, nowMs: NOW + LEASE_MS + 1 });
  t.same(candidates(silent, 'cam'), ['b'], 'one does not count one as silent oneself');
  t.same(candidates({ ...silent, me: 'd' }, 'cam'), []);
});

test('what was moved goes there; others wait until that one had its time', async (t) => {
  const nodes = [node('a', 9), node('b', 1)];
  const given = view('a', nodes, { cam: lease(null, { to: 'b' }) });
  t.same(candidates(given, 'cam'), ['b', 'a']);
  t.equal(isMyTurn(given, 'cam', LEASE_MS - 1, LEASE_MS), false);
  t.equal(isMyTurn(given, 'cam', LEASE_MS + 1000, LEASE_MS), true);
  t.equal(isMyTurn({ ...given, me: 'b' }, 'cam', 0, LEASE_MS), true);
  const ordered = view('b', nodes, { cam: lease(null) }, { moves: new Map([['cam', 'b']]) });
  t.equal(isMyTurn(ordered, 'cam', 0, LEASE_MS), true);
});

test('who got no frames is asked last, and again when nobody got any', async (t) => {
  const nodes = [node('a', 9), node('b', 1)];
  t.same(candidates(view('a', nodes, { cam: lease(null, { tried: ['a'] }) }), 'cam'), ['b']);
  t.same(candidates(view('a', nodes, { cam: lease(null, { tried: ['a', 'b'] }) }), 'cam'), ['a', 'b']);
});

test('who had a camera and did not give it back is first: it has the newest checkpoint', async (t) => {
  const nodes = [node('a', 9), node('b', 1, { session: 'new' })];
  t.same(candidates(view('a', nodes, { cam: lease('b') }), 'cam'), ['b', 'a']);
  t.same(candidates(view('a', nodes, { cam: lease(null) }), 'cam'), ['a', 'b']);
  const gone = [node('a', 9), node('b', 1, { state: 'gone' })];
  t.same(candidates(view('a', gone, { cam: lease('b') }), 'cam'), ['a'], 'unless it is gone');
});

test('who has tried a camera and cannot watch it is handed it by nobody; when nobody can they try again', async (t) => {
  const cannot = ['cam'];
  const nodes = [node('a', 1), node('b', 9, { cannot })];
  t.same(candidates(view('a', nodes, {}), 'cam'), ['a']);
  t.same(candidates(view('a', nodes, {}), 'other'), ['b', 'a']);
  t.equal(isMyTurn(view('b', nodes, {}), 'cam', 60_000, LEASE_MS), false);
  const mine = { cam: lease('a') };
  t.equal(surplus(view('a', nodes, mine), ['cam']), null, 'it is not given away for balance either');
  const none = [node('a', 1, { cannot }), node('b', 9, { cannot })];
  t.equal(isMyTurn(view('b', none, {}), 'cam', 0, LEASE_MS), true);
});

test('a lease is free when it was given back, its holder is gone, or lives another life; not when it is only silent', async (t) => {
  const nodes = [node('a', 1), node('b', 1, { state: 'gone' })];
  const leases = {
    back: lease(null),
    gone: lease('b'),
    unknown: lease('x'),
    former: lease('a', { session: 'former' }),
    held: lease('a'),
    newer: lease('n'),
  };
  const newer = { nodes: new Set(['n']), leases: new Set(['of newer']) };
  const seen = view('c', nodes, leases, { nowMs: NOW + 2 * LEASE_MS, newer });
  t.equal(isFree(seen, 'never taken'), true);
  t.equal(isFree(seen, 'back'), true);
  t.equal(isFree(seen, 'gone'), true);
  t.equal(isFree(seen, 'unknown'), true, 'a holder that nobody knows');
  t.equal(isFree(seen, 'former'), true);
  t.equal(isFree(seen, 'held'), false, 'first it must be written that it is gone');
  t.equal(isFree(seen, 'newer'), false, 'how its holder stands only a newer version knows');
  t.equal(isFree(seen, 'of newer'), false, 'who holds it only a newer version knows');
  t.same(expired(seen), ['a']);
  t.same(expired({ ...seen, nowMs: NOW + LEASE_MS }), []);
});

test('balance: a camera goes where there is clearly more room, and nowhere for a little', async (t) => {
  const cameras = ['x', 'y', 'z'];
  const mine = Object.fromEntries(cameras.map((name) => [name, lease('a')]));
  const told = { cameras, most_cameras: 16 };
  t.same(surplus(view('a', [node('a', 1, told), node('b', 4, { most_cameras: 16 })], mine), cameras), {
    camera: 'x',
    to: 'b',
  });
  t.equal(surplus(view('a', [node('a', 1, told), node('b', 3, { most_cameras: 16 })], mine), cameras), null);
  t.equal(surplus(view('a', [node('a', 1, told)], mine), cameras), null);
});

test("one's own lease is measured by the faster clock, that of others by the monotonic one", async (t) => {
  let [mono, wall] = [0, 1e12];
  const clocks = fleetClocks(
    () => mono,
    () => wall,
  );
  const start = clocks.own();
  mono += 1000;
  wall += 1000;
  t.equal(clocks.own() - start, 1000);
  wall += 60_000;
  t.equal(clocks.own() - start, 61_000, 'the machine has slept: the monotonic clock stood still');
  t.equal(clocks.others(), 1000);
  mono += 1000;
  wall -= 3_600_000;
  t.equal(clocks.own() - start, 62_000, 'a wall clock that is set back gives no time');
  for (let asked = 0; asked < 10_000; asked++) {
    mono += 0.1;
    if (asked % 10 === 9) wall += 1;
    clocks.own();
  }
  t.equal(Math.round(clocks.own() - start), 63_000, 'asking often makes no time');
  for (let second = 0; second < 100; second++) {
    mono += 1000;
    wall += 1001;
  }
  t.ok(clocks.own() - start >= 163_050, 'a wall clock that runs ahead is believed');
});

test('a holder gives up before anyone can take over', async (t) => {
  for (const leaseMs of [4000, 20_000, 600_000]) {
    const { holdMs, stopMs, renewMs } = leaseTimes(leaseMs);
    t.ok(3 * renewMs < stopMs && stopMs < holdMs && holdMs <= leaseMs - 250, String(leaseMs));
  }
});
