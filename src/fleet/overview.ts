/**
 * overview.ts - the fleet for people: its nodes and who watches which camera.
 */
import { Type, type Static } from 'typebox';
import type { Board } from './board.ts';
import { isFree } from './placement.ts';

export const FleetNode = Type.Object(
  {
    node: Type.String(),
    state: Type.Union(
      [
        Type.Literal('up'),
        Type.Literal('leaving'),
        Type.Literal('drained'),
        Type.Literal('gone'),
        Type.Literal('newer'),
      ],
      {
        description: 'newer: a version of cortexd that is newer than the one that is asked; the rest is not known then',
      },
    ),
    cameras: Type.Integer({ description: 'held' }),
    room: Type.Number({ description: 'more cameras it could take, by the CPU that is idle' }),
    busy: Type.Number({ description: 'share of all cores' }),
    renewed_s: Type.Number({ description: 'seconds since its lease was renewed, as seen here' }),
    version: Type.String(),
    address: Type.String(),
    cannot: Type.Array(Type.String(), {
      description: 'cameras that it has tried to watch and cannot; its log says why',
    }),
  },
  { additionalProperties: false },
);
export const FleetCamera = Type.Object(
  {
    camera: Type.String(),
    node: Type.Union([Type.String(), Type.Null()], { description: 'who watches it; null: nobody at the moment' }),
    token: Type.Integer({ description: 'fencing token of its lease' }),
    since: Type.Union([Type.String(), Type.Null()]),
    steps: Type.Boolean({ description: 'whether frames are stepped' }),
    moving_to: Type.Union([Type.String(), Type.Null()]),
    reason: Type.String({ description: 'why it changed hands last' }),
  },
  { additionalProperties: false },
);
export const FleetOverview = Type.Object(
  {
    fleet: Type.String(),
    node: Type.String({ description: 'who is asked' }),
    is_member: Type.Boolean({ description: 'whether that one may watch cameras of the fleet now' }),
    trouble: Type.Union([Type.String(), Type.Null()]),
    nodes: Type.Array(FleetNode),
    cameras: Type.Array(FleetCamera),
  },
  { additionalProperties: false },
);
export type FleetOverview = Static<typeof FleetOverview>;

/** `nowMs`: by the clock of the board; or, where it was read only once, of the cluster (`isWall`). */
export function overview(board: Board, nowMs: number, isWall = false): Pick<FleetOverview, 'nodes' | 'cameras'> {
  const nodes = board.all('node');
  const leases = board.all('lease');
  const drained = new Set(board.all('drain').keys());
  const view = {
    nowMs,
    me: '',
    nodes,
    leases,
    drained,
    cameras: board.all('camera'),
    moves: new Map([...board.all('move')].map(([camera, { value }]) => [camera, value.to])),
    newer: { nodes: new Set(board.newer('node')), leases: new Set(board.newer('lease')) },
  };
  const ageMs = ({ seenMs, writtenAt }: { seenMs: number; writtenAt: number }): number =>
    Math.max(0, nowMs - (isWall ? writtenAt : seenMs));
  const holds = new Map<string, string>();
  for (const [camera, { value }] of leases)
    if (view.cameras.has(camera) && value.node !== null && !isFree(view, camera)) holds.set(camera, value.node);
  const unknown = { cameras: 0, room: 0, busy: 0, renewed_s: 0, version: '', address: '', cannot: [] };
  return {
    nodes: [
      ...[...nodes].map(([node, entry]) => {
        const { state, room, busy, program, address, lease_ms: leaseMs, cannot = [] } = entry.value;
        const isGone = state === 'gone' || ageMs(entry) > leaseMs;
        return {
          node,
          state: isGone ? ('gone' as const) : drained.has(node) ? ('drained' as const) : state,
          cameras: [...holds.values()].filter((name) => name === node).length,
          room: isGone ? 0 : room,
          busy: isGone ? 0 : busy,
          renewed_s: Math.round(ageMs(entry) / 100) / 10,
          version: program,
          address,
          cannot,
        };
      }),
      ...[...view.newer.nodes].map((node) => ({ ...unknown, node, state: 'newer' as const })),
    ].toSorted((a, b) => a.node.localeCompare(b.node)),
    cameras: [...view.cameras]
      .filter(([, { value }]) => value.removed !== true)
      .map(([camera]) => {
        const lease = leases.get(camera)?.value;
        const node = holds.get(camera) ?? null;
        return {
          camera,
          node,
          token: lease?.token ?? 0,
          since: node === null ? null : (lease?.since ?? null),
          steps: node !== null && nodes.get(node)?.value.cameras.includes(camera) === true,
          moving_to: view.moves.get(camera) ?? null,
          reason: view.newer.leases.has(camera) ? 'a newer version of cortexd has it' : (lease?.reason ?? ''),
        };
      })
      .toSorted((a, b) => a.camera.localeCompare(b.camera)),
  };
}
