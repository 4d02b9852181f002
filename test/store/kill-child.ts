/** kill-child.ts - writes checkpoints and events for ever and says what has been acknowledged, until it is killed. */
import { Store } from '../../src/store/store.ts';
import { eventOf, imageOf } from './support.ts';

const store = new Store({ directory: process.argv[2]!, outboxLimit: 1e6, program: '0', lock: true });
const loaded = store.loadModel('porch');
let step = loaded.kind === 'loaded' ? loaded.image.step : 0;
let events = store.events({ limit: 1e6 }).length;
const loop = (): void => {
  step++;
  store.checkpoint(imageOf(step, 8));
  process.send?.({ step });
  for (let i = 0; i < 3; i++) {
    store.saveEvent(eventOf(`E${events}`), null, true);
    events++;
    process.send?.({ events });
  }
  setImmediate(loop);
};
loop();
