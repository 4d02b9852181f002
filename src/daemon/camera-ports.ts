/**
 * camera-ports.ts - what a camera needs of the rest of the daemon.
 */
import type { CapturedFrame } from '../capture/types.ts';
import { CortexdError } from '../errors.ts';
import type { Publisher } from '../mqtt/publisher.ts';
import type { StoreClient } from '../store/store-client.ts';
import type { LiveHub } from '../web/live.ts';
import type { Logger } from './log.ts';
import type { StepResult } from './model-client.ts';
import type { Described } from './pipeline.ts';

/** What a camera needs of the rest of the daemon. */
export type CameraPorts = {
  readonly store: StoreClient;
  /** null: MQTT is switched off */
  readonly publisher: Publisher | null;
  readonly isClockSynced: () => boolean;
  /** Tell the outbox that there is something to send. */
  readonly eventWritten: () => void;
  readonly live: LiveHub;
  readonly log: Logger;
  /** An alert event opened or the last one closed. */
  readonly alarmChanged: () => void;
  /** A broken contract inside: the daemon cannot go on. */
  readonly failed: (error: unknown) => void;
  /** Proof of work for the watchdog: a frame was stepped, or a lost camera was tried again. */
  readonly workDone: () => void;
  /** Called for every record, for those who watch (the demo). */
  readonly watch?: ((described: Described, frame: CapturedFrame, result: StepResult) => void) | undefined;
};

export type CameraLimits = { readonly checkpointMs: number };

/** A saved model that the configuration no longer fits. */
export function shapeMismatch(camera: string, savedBytes: number, wantedBytes: number): CortexdError {
  return new CortexdError(
    'model_shape',
    `Expected the saved model of camera "${camera}" to fit the configuration, but it has ${savedBytes} bytes of another shape ` +
      `where the configuration gives ${wantedBytes}`,
    {
      hint: 'Set preset, width, height and the other restart settings of the camera as they were, or begin anew with: cortexd snapshot forget CAMERA (the old model is kept as a snapshot).',
    },
  );
}
