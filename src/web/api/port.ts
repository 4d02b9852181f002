/**
 * port.ts - what the API asks of the daemon.
 */
import type { PlanRow } from '../../cortex/plan.ts';
import type { Portrait } from '../../cortex/portrait.ts';
import type { FleetOverview } from '../../fleet/overview.ts';
import type { Command } from '../../mqtt/commands.ts';
import type { RuntimeValues } from '../../mqtt/publisher.ts';
import type { HealthRecord } from '../../records/bridge.ts';
import type { EventRecord } from '../../records/event.ts';
import type { EventFilter } from '../../store/journal.ts';
import type { EvidenceSince, ScoreSpan } from '../../store/looking-back.ts';
import type { ModelDiff } from '../../store/model-diff.ts';
import type { SnapshotInfo } from '../../store/snapshots.ts';
import type { LiveHub } from '../live.ts';

/** Snapshots of running models. The command line does the same on its own when no daemon runs. */
export type SnapshotPort = {
  readonly create: (name: string, camera: string | undefined) => Promise<SnapshotInfo>;
  readonly list: () => Promise<readonly SnapshotInfo[]>;
  /** Resolves to the name under which the replaced model is kept, or null. */
  readonly restore: (name: string, camera: string | undefined) => Promise<string | null>;
  /** Take back the last restore of a camera, or of any. */
  readonly undo: (
    camera: string | undefined,
  ) => Promise<{ readonly restored: string; readonly replaced: string | null }>;
  readonly remove: (name: string) => Promise<void>;
  readonly exportFile: (name: string) => Promise<Uint8Array>;
  readonly importFile: (name: string, file: Uint8Array) => Promise<SnapshotInfo>;
};

/** A command without what only messages have. */
export type Wanted = Command extends infer C ? (C extends Command ? Omit<C, 'transaction'> : never) : never;

export type KindRow = {
  readonly kind: number;
  readonly count: number;
  readonly last_at: string;
  readonly columns: readonly number[];
  readonly has_picture: boolean;
};

/** What is fixed of a camera or number sensor. */
export type Watched = {
  readonly name: string;
  readonly kind: 'camera' | 'sensor';
  /** px of the model's picture; null for sensors */
  readonly width: number | null;
  readonly height: number | null;
  readonly source: string;
  readonly preset: string | null;
};

export type ConfigState = {
  /** null: the demo has no file */
  readonly file: string | null;
  /** What would be wrong with it at a restart; empty: nothing. */
  readonly problems: readonly string[];
  readonly hint: string | null;
  /** In effect, without secrets. */
  readonly effective: unknown;
};

export type ApiPort = {
  readonly version: string;
  readonly live: LiveHub;
  /** Something inside has broken while `asked` (method and path) was answered. */
  readonly broke: (asked: string, error: unknown) => void;
  /** Whether everything that was configured is watched, or known to be away. */
  readonly isReady: () => boolean;
  readonly status: () => Promise<HealthRecord & { readonly version: string }>;
  /** The fleet as this node sees it; null: there is none. */
  readonly fleet: () => FleetOverview | null;
  readonly config: () => ConfigState;
  readonly watched: () => readonly Watched[];
  readonly settings: (name: string) => RuntimeValues;
  readonly isQuiet: (name: string) => boolean;
  /** Throws CortexdError('usage') when it cannot be done, and then nothing has changed. */
  readonly command: (command: Wanted) => Promise<unknown>;
  /** Without a name the only camera or sensor there is. */
  readonly nameOf: (camera: string | undefined) => string;
  readonly events: (filter: EventFilter) => Promise<readonly EventRecord[]>;
  readonly event: (id: string) => Promise<EventRecord | undefined>;
  readonly eventPicture: (id: string) => Promise<Uint8Array | undefined>;
  readonly stripTimes: (id: string) => Promise<readonly string[]>;
  readonly stripPicture: (id: string, index: number) => Promise<Uint8Array | undefined>;
  /** Times in ms since 1970. */
  readonly scores: (camera: string, fromMs: number, toMs: number, points: number) => Promise<readonly ScoreSpan[]>;
  readonly evidence: (camera: string, sinceMs: number) => Promise<EvidenceSince>;
  readonly portrait: (camera: string) => Promise<Portrait>;
  readonly predictedPicture: (camera: string) => Promise<Uint8Array | null>;
  readonly plan: (camera: string) => {
    readonly total_bytes: number;
    readonly saved_bytes: number;
    readonly fields: readonly PlanRow[];
  };
  readonly kinds: (camera: string) => readonly KindRow[];
  readonly kindPicture: (camera: string, kind: number) => Uint8Array | null;
  readonly snapshots: SnapshotPort;
  readonly verifySnapshot: (name: string) => Promise<void>;
  readonly diffSnapshots: (name: string, other: string | undefined) => Promise<ModelDiff>;
  readonly restart: () => Promise<void>;
  /** Address of the dashboard with the token in it; null when it is not served. */
  readonly link: () => string | null;
};
