/** model-image.ts - a model's bytes and what they are. */
import { createHash } from 'node:crypto';

export type ModelImage = {
  readonly camera: string;
  readonly step: number;
  readonly signature: string;
  readonly bytes: Uint8Array;
  /** ISO 8601 */
  readonly savedAt: string;
  /** Fencing token of the lease under which it was learned, in a fleet; without it that of the checkpoint before. */
  readonly token?: number;
};

/** No model is larger (bytes); presets end at 40 MiB. */
export const MAX_IMAGE = 128 << 20;

/** Hex SHA-256 of bytes, which may lie in shared memory. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
