/**
 * ports.ts - what a camera or a sensor needs of the rest of the daemon.
 */
import type { CapturedFrame } from '../../capture/types.ts';
import { CortexdError } from '../../errors.ts';
import { shapeDifference } from '../../memory/signature.ts';
import type { Publisher } from '../../mqtt/publisher.ts';
import type { StoreClient } from '../../store/store-client.ts';
import type { LiveHub } from '../../web/live.ts';
import type { Logger } from '../service/log.ts';
import type { StepResult } from '../camera/model-client.ts';
import type { CheckpointTimes } from './checkpointer.ts';
import type { WriteBudget } from './write-budget.ts';
import type { Described } from '../camera/pipeline.ts';

/** The database, as far as a camera needs it. */
export type CameraStore = Pick<StoreClient, 'call' | 'callWithin'>;
/** What a camera sends. */
export type CameraPublisher = Pick<
  Publisher,
  'availability' | 'score' | 'anomaly' | 'prediction' | 'picture' | 'unwrittenEvent'
>;

/** What a camera needs of the rest of the daemon. */
export type CameraPorts = {
  readonly store: CameraStore;
  /** null: MQTT is switched off */
  readonly publisher: CameraPublisher | null;
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
  readonly workDone: (camera: string) => void;
  /** Called for every record, for those who watch (the demo). */
  readonly watch?: ((described: Described, frame: CapturedFrame, result: StepResult) => void) | undefined;
};

export type CameraLimits = { readonly checkpoint: CheckpointTimes; readonly budget: WriteBudget };

/** A saved model that the configuration no longer fits, by the signatures of both. */
export function shapeMismatch(camera: string, saved: string, wanted: string): CortexdError {
  return new CortexdError(
    'model_shape',
    `Expected a saved model of "${camera}" that fits the configuration but ${shapeDifference(saved, wanted)}`,
    {
      hint:
        'Set preset, width, height and the other restart settings as they were; or restore a snapshot of the new shape ' +
        '(cortexd snapshot list); or begin anew with: cortexd snapshot forget NAME (the old model is kept as a snapshot).',
    },
  );
}
