/**
 * records.ts - what lies in the buckets of a fleet. Whatever is read there is checked first: others have written it.
 *
 * Fields may be added at any time, and are passed over by who does not know them. A record whose meaning has changed bears a
 * higher `version`; who does not know that one leaves it alone (docs/decisions/0225-newer-records-are-left-alone.md).
 */
import { Ajv } from 'ajv';
import { Type, type Static, type TSchema } from 'typebox';
import { CortexdError } from '../errors.ts';

const Name = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$' });
const Token = Type.Integer({ minimum: 0 });

/** A node that is there. It is renewed all the time; who holds it may publish for the cameras it has leased. */
export const NodeRecord = Type.Object({
  version: Type.Literal(1),
  node: Name,
  /** Of this life of the node. */
  session: Type.String(),
  /** Of its state directory: a node that comes back is known by it. */
  instance: Type.String(),
  program: Type.String(),
  /** Counts renewals, so that one's own is known again when its answer was lost. */
  count: Type.Integer({ minimum: 0 }),
  lease_ms: Type.Number({ minimum: 1000 }),
  state: Type.Union([Type.Literal('up'), Type.Literal('leaving'), Type.Literal('gone')]),
  /** Cameras that were stepped lately, or that no other node can watch either: those that are renewed. */
  cameras: Type.Array(Name),
  /** So many more cameras it could take, by the CPU that is idle. */
  room: Type.Number(),
  /** Share of all cores that is busy, 0..1, and cores a camera takes. */
  busy: Type.Number({ minimum: 0 }),
  cores_per_camera: Type.Number({ minimum: 0 }),
  most_cameras: Type.Integer({ minimum: 0 }),
  address: Type.String(),
  /** Highest version of records that it understands; 1 where it does not say. */
  reads: Type.Optional(Type.Integer({ minimum: 1 })),
  /** Cameras that it has tried to watch and cannot. */
  cannot: Type.Optional(Type.Array(Name)),
});
export type NodeRecord = Static<typeof NodeRecord>;

/** Who may watch a camera. The token grows with each taking and never again names another holder. */
export const LeaseRecord = Type.Object({
  version: Type.Literal(1),
  token: Token,
  /** null: nobody */
  node: Type.Union([Name, Type.Null()]),
  session: Type.String(),
  /** ISO 8601, for people */
  since: Type.String(),
  /** Who is to have it, for a while: it was moved there. */
  to: Type.Union([Name, Type.Null()]),
  /** Nodes that got no frames of it since frames came last. */
  tried: Type.Array(Name),
  reason: Type.String(),
});
export type LeaseRecord = Static<typeof LeaseRecord>;

/** A camera of the fleet: its settings as in a configuration, without secrets. */
export const CameraEntry = Type.Object({
  version: Type.Literal(1),
  settings: Type.Object({}, { additionalProperties: true }),
  /** Nobody is to watch it any more, whatever a configuration says. */
  removed: Type.Optional(Type.Boolean()),
  /** Models that were saved under a lower token are not gone on from: it is to begin anew. */
  anew_from: Type.Optional(Token),
  by: Type.String(),
  at: Type.String(),
});
export type CameraEntry = Static<typeof CameraEntry>;

/** Someone wants a camera to be at a node. */
export const MoveOrder = Type.Object({ version: Type.Literal(1), to: Name, at: Type.String() });
export type MoveOrder = Static<typeof MoveOrder>;

/** A node is to watch nothing of the fleet. */
export const DrainOrder = Type.Object({ version: Type.Literal(1), at: Type.String() });
export type DrainOrder = Static<typeof DrainOrder>;

/** Which pages make up a model. */
export const ManifestRecord = Type.Object({
  version: Type.Literal(1),
  camera: Name,
  token: Token,
  node: Name,
  instance: Type.String(),
  generation: Type.Integer({ minimum: 1 }),
  step: Type.Integer({ minimum: 0 }),
  signature: Type.String(),
  length: Type.Integer({ minimum: 0, maximum: 128 << 20 }),
  saved_at: Type.String(),
  /** Hashes of the pages in order, as places in `parts`. */
  pages: Type.Array(Type.Integer({ minimum: 0 })),
  /** Each page once: its hash (SHA-256), and the token under which it was written. */
  parts: Type.Array(Type.Tuple([Type.String({ pattern: '^[0-9a-f]{64}$' }), Token])),
  /** Values of the camera that were set while running. */
  settings: Type.Record(Type.String(), Type.String()),
});
export type ManifestRecord = Static<typeof ManifestRecord>;

/** The highest version of records that is known here, and the one that is written. */
export const KNOWN = 1;

/** In place of a record that a newer version of cortexd has written. */
export class Newer {
  readonly recordVersion: number;

  constructor(version: number) {
    this.recordVersion = version;
  }
}

/** Reads JSON of one kind; null for anything else. */
export function reader<S extends TSchema>(schema: S): (bytes: Uint8Array) => Static<S> | Newer | null {
  let check: ReturnType<Ajv['compile']> | undefined;
  return (bytes) => {
    try {
      const value = JSON.parse(Buffer.from(bytes).toString()) as { version?: unknown } | null;
      const version = value?.version;
      if (Number.isSafeInteger(version) && (version as number) > KNOWN) return new Newer(version as number);
      check ??= new Ajv({ strict: false }).compile(JSON.parse(JSON.stringify(schema)) as object);
      return check(value) ? (value as Static<S>) : null;
    } catch {
      return null;
    }
  };
}

/** What this program does not understand it does not touch. */
export function writtenByNewer(what: string, version: number): CortexdError {
  return new CortexdError(
    'newer_version',
    `Expected "${what}" in the fleet to be of a version that is known here but a newer cortexd has written it (record version ${version})`,
    { hint: 'Install the newer version on this machine too. Nothing was changed.' },
  );
}
