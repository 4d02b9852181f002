/**
 * pipeline.ts - a frame's whole life, from the camera to everyone who wants to know.
 *
 *     take the newest frame -> step the model -> describe what it saw -> journal -> publish, alarm, live page
 *     -> checkpoint when one is due -> tell the watchdog that work was done
 *
 * Each call is awaited in this order, so a frame is done before the next is taken; frames that arrive meanwhile replace
 * each other in `LatestFrame`. Nothing here knows how a port does its work.
 */
import type { CapturedFrame } from '../../capture/types.ts';
import type { EventRecord } from '../../records/event.ts';
import type { PredictionRecord } from '../../records/prediction.ts';
import type { ScoreRecord } from '../../records/score.ts';
import type { StepResult } from './model-client.ts';

/** What the model's answer becomes outside: complete records with ids, wall-clock times and zone names. */
export type Described = {
  readonly score: ScoreRecord;
  readonly events: readonly EventRecord[];
  readonly prediction: PredictionRecord | null;
};

/** The world as the pipeline sees it. Every function resolves only when its work is done or safely handed on. */
export type PipelinePorts = {
  readonly stepModel: (frame: CapturedFrame) => Promise<StepResult>;
  readonly describe: (result: StepResult, frame: CapturedFrame) => Described;
  /** Durable before it resolves: an event that was journalled is never lost. */
  readonly journal: (event: EventRecord, frame: CapturedFrame, result: StepResult) => Promise<void>;
  readonly publish: (described: Described, frame: CapturedFrame, result: StepResult) => void;
  /** Starts a checkpoint in the background when one is due; takes the model's time for one copy only. */
  readonly checkpointIfDue: () => Promise<void>;
  /** Called once per stepped frame: the proof of work that feeds the watchdog. */
  readonly frameDone: (frame: CapturedFrame, result: StepResult) => void;
};

/** Run frames through until the source ends or `stopped` says so. */
export async function runPipeline(
  frames: AsyncIterable<CapturedFrame>,
  ports: PipelinePorts,
  stopped: () => boolean,
): Promise<void> {
  // The live page shows a frame until the next is done.
  let done: (() => void) | undefined;
  for await (const frame of frames) {
    if (stopped()) return;
    const { luma } = await processFrame(frame, ports);
    done?.();
    done = () => frame.giveBack?.(luma);
  }
}

/** One frame, start to end. */
export async function processFrame(taken: CapturedFrame, ports: PipelinePorts): Promise<StepResult> {
  const result = await ports.stepModel(taken);
  // The model had the pixels and has handed them back.
  const frame = { ...taken, luma: result.luma };
  const described = ports.describe(result, frame);
  for (const event of described.events) await ports.journal(event, frame, result);
  ports.publish(described, frame, result);
  await ports.checkpointIfDue();
  ports.frameDone(frame, result);
  return result;
}
