/**
 * model-worker.ts - the thread that owns one model: one frame per request.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { createCortex, restoreCortex } from '../../cortex/cortex.ts';
import { checkPools, checkSegments } from './check-model.ts';
import { takeFeedback } from '../../cortex/feedback/feedback.ts';
import { learnLabel } from '../../cortex/labels.ts';
import { levelNow } from '../../cortex/judge/level.ts';
import { kindSeen } from '../../cortex/kind-seen.ts';
import { lookAnew } from '../../cortex/interrupt.ts';
import { planCortex } from '../../cortex/plan.ts';
import { portraitOf } from '../../cortex/portrait.ts';
import { predictionQuality } from '../../cortex/prediction-quality.ts';
import { cortexStats } from '../../cortex/stats.ts';
import { endEvents, stepCortex } from '../../cortex/step.ts';
import { composePrediction } from '../../cortex/template-memory.ts';
import { faultHook } from '../../faults.ts';
import { checkRanges } from '../../memory/check-ranges.ts';
import { persistentImage } from '../../memory/model-memory.ts';
import type { FailedReply } from '../service/worker-line.ts';
import type { ModelReply, ModelRequest, ModelWorkerData } from './model-protocol.ts';

/** Frames between two reports of how good the predictions are. */
const QUALITY_EVERY = 50;

/** Requests that change nothing: when one fails the model is as sound as before. */
const ONLY_READING: ReadonlySet<ModelRequest['type']> = new Set(['predicted_picture', 'portrait']);

const fault = faultHook(process.env['CORTEXD_FAULT']);
/** What a step has left half-done is never saved. */
let broken: Error | null = null;

const port = parentPort;
if (port === null) throw new Error('Expected model-worker.ts to be started as a worker thread');

const { settings, seed, image, shadow } = workerData as ModelWorkerData;
const plan = planCortex(settings);
const cortex = createCortex(plan, seed);
const live = persistentImage(cortex.memory);
if (image !== null) resume(image);

const reply = (message: ModelReply | FailedReply, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

port.on('message', (request: ModelRequest) => {
  try {
    if (broken !== null) throw broken;
    answer(request);
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    if (!ONLY_READING.has(request.type)) broken = failure;
    const { message, stack } = failure;
    reply({ type: 'failed', message, stack: stack ?? message });
  }
});
reply({ type: 'ready', step: cortexStats(cortex).step });

function resume(bytes: Uint8Array): void {
  live.set(bytes);
  restoreCortex(cortex);
}

function answer(request: ModelRequest): void {
  switch (request.type) {
    case 'frame': {
      const started = performance.now();
      if (fault !== null) fault('model step');
      const observation = stepCortex(cortex, request.frame, request.learn);
      const stepMs = performance.now() - started;
      const { luma } = request.frame;
      // The grid is a view of the shared model buffer: a copy, or the reader would see later steps in it.
      const copied = {
        ...observation,
        grid: Float32Array.from(observation.grid),
        heat: Float32Array.from(observation.heat),
      };
      const quality = observation.step % QUALITY_EVERY === 0 ? predictionQuality(cortex) : null;
      const stats = cortexStats(cortex);
      const told = { level: levelNow(cortex), kind: kindSeen(cortex) };
      reply({ type: 'observation', observation: copied, luma, stepMs, stats, quality, ...told }, [
        luma.buffer as ArrayBuffer,
      ]);
      return;
    }
    case 'copy_image':
      new Uint8Array(shadow).set(live);
      reply({ type: 'image_copied', step: cortexStats(cortex).step });
      return;
    case 'predicted_picture': {
      const luma = new Uint8Array(settings.width * settings.height);
      const { templates, geometry, eye, global } = cortex;
      const probability = composePrediction(templates, geometry, eye.views, global, luma);
      reply({ type: 'predicted_picture', luma, probability }, [luma.buffer]);
      return;
    }
    case 'restore': {
      const before = live.slice();
      try {
        live.set(request.image);
        // Nothing is derived from what may be nonsense.
        checkRanges(cortex.memory);
        checkSegments(cortex);
        restoreCortex(cortex);
        checkPools(cortex);
      } catch (error) {
        // What cannot be a model of this program is not taken; the one before goes on.
        resume(before);
        reply({ type: 'refused', reason: error instanceof Error ? error.message : String(error) });
        return;
      }
      reply({ type: 'restored', step: cortexStats(cortex).step });
      return;
    }
    case 'portrait':
      reply({ type: 'portrait', portrait: portraitOf(cortex) });
      return;
    case 'set_sensitivity':
      cortex.calibration.sensitivity = request.sensitivity;
      cortex.calibration.alarmsPerDay = request.alarmsPerDay;
      reply({ type: 'done' });
      return;
    case 'look_anew':
      lookAnew(cortex);
      reply({ type: 'done' });
      return;
    case 'close_events':
      reply({ type: 'events_closed', events: endEvents(cortex, 'the camera was switched off'), signatures: 0 });
      return;
    case 'feedback': {
      const { verdict, key, fromStep, toStep } = request;
      const signatures = takeFeedback(cortex, verdict, key, fromStep, toStep);
      const events = verdict === 'normal' ? endEvents(cortex, 'someone said that it was normal') : [];
      reply({ type: 'events_closed', events, signatures });
      return;
    }
    case 'label':
      reply({ type: 'labelled', outcome: learnLabel(cortex.labels, request.name) });
      return;
    case 'close':
      port?.close();
  }
}
