import { test } from 'tap';
import { parseConfig } from '../../../src/config/load.ts';
import { changesForRestart } from '../../../src/daemon/control/restart-changes.ts';

const config = (text: string) => parseConfig(text, '/c.yaml').config;

test('a reload names what needs a restart, and only that', (t) => {
  const before = config(
    'cameras: { a: { source: { type: synthetic, seed: 1 } }, b: { source: { type: synthetic } } }\n',
  );
  const live = config(
    'log: { level: debug }\nmqtt: { score_interval_s: 5 }\nretention: { events_days: 3 }\ncameras: { a: { source: { type: synthetic, seed: 1 }, sensitivity: 2, learning: false, zones: { x: [[0,0],[1,0],[1,1]] } }, b: { source: { type: synthetic } } }\n',
  );
  t.same(changesForRestart(before, live), []);
  const other = config(
    'web: { port: 9999 }\ncameras: { a: { source: { type: synthetic, seed: 2 }, cooldown_s: 9 } }\n',
  );
  t.same(changesForRestart(before, other).toSorted(), [
    'cameras.a.cooldown_s',
    'cameras.a.source.seed',
    'cameras.b',
    'web.port',
  ]);
  t.end();
});
