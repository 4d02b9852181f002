/**
 * host.ts - what the agent of a fleet needs of the daemon around it.
 */
import type { CameraEntry, NodeRecord } from './records.ts';

/** What a camera is watched under. Nothing may leave the node for it while `isValid` is false. */
export type Fence = { readonly node: string; readonly token: number; readonly isValid: () => boolean };

/** Who watches cameras; the daemon. */
export type Host = {
  /** Resolves when it is being watched; rejects when it cannot be. */
  readonly start: (camera: string, entry: CameraEntry, fence: Fence) => Promise<void>;
  /** Stop it. `isWhole`: save and hand over everything first; else there is no time for that. Never rejects. */
  readonly stop: (camera: string, isWhole: boolean) => Promise<void>;
  /** Monotonic time of the last frame (ms); null: none is expected, it was switched off. */
  readonly lastFrameMs: (camera: string) => number | null;
  /** Without a frame for so long others may try (ms). */
  readonly patienceMs: (camera: string) => number;
  readonly load: () => Pick<NodeRecord, 'room' | 'busy' | 'cores_per_camera'>;
};
