/**
 * sensor-worker.ts - the thread that owns the models of all number sensors. They lie side by side in one memory with one
 * scratch: when the next value is another sensor's, what its step needs of the scratch is derived anew.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { CortexdError } from '../../errors.ts';
import { faultHook } from '../../faults.ts';
import { allocateSideBySide } from '../../memory/model-memory.ts';
import { planSeries } from '../../series/plan.ts';
import type { FailedReply } from '../service/worker-line.ts';
import type { SensorReply, SensorRequest, SensorState, SensorWorkerData } from './sensor-protocol.ts';
import { NumberModel } from './series-model.ts';

const fault = faultHook(process.env['CORTEXD_FAULT']);
/** What a step has left half-done is never saved. */
let broken: Error | null = null;

const port = parentPort;
if (port === null) throw new Error('Expected sensor-worker.ts to be started as a worker thread');

const { settings, seeds, shadow } = workerData as SensorWorkerData;
const memories = allocateSideBySide(planSeries(settings), seeds.length);
const models = seeds.map((seed, i) => new NumberModel(settings, seed, memories[i]));
/** The one that the scratch belongs to: the last that was made. */
let atWork = models.at(-1)!;

const reply = (message: SensorReply | FailedReply): void => port.postMessage(message);

port.on('message', (request: SensorRequest) => {
  try {
    if (broken !== null) throw broken;
    answer(request);
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    const { message, stack } = broken;
    reply({ type: 'failed', message, stack: stack ?? message });
  }
});
reply({ type: 'ready' });

function stateOf({ values, missing, learning }: NumberModel): SensorState {
  return { values, missing, learning };
}

function answer(request: SensorRequest): void {
  switch (request.type) {
    case 'step': {
      const { epochMs, value, learn } = request;
      const started = performance.now();
      if (fault !== null) fault('sensor step');
      const model = models[request.sensor]!;
      if (model !== atWork) model.resume();
      atWork = model;
      const observation = model.step(epochMs, value, learn);
      reply({ type: 'observation', observation, stepMs: performance.now() - started, state: stateOf(model) });
      return;
    }
    case 'copy_image': {
      const model = models[request.sensor]!;
      new Uint8Array(shadow).set(model.image);
      reply({ type: 'image_copied', state: stateOf(model) });
      return;
    }
    case 'restore': {
      const model = models[request.sensor]!;
      atWork = model;
      try {
        model.restore(request.image, request.signature);
      } catch (error) {
        if (!(error instanceof CortexdError)) throw error;
        const { code, message, hint } = error;
        reply({ type: 'refused', code, message, hint });
        return;
      }
      reply({ type: 'restored', state: stateOf(model) });
      return;
    }
    case 'set_threshold':
      models[request.sensor]!.threshold = request.threshold;
      reply({ type: 'done' });
      return;
    case 'ping':
      reply({ type: 'done' });
      return;
    case 'close':
      port?.close();
  }
}
