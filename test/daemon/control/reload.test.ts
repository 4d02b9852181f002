/** reload.test.ts - what a second reading of the configuration changes at once, and what needs a restart. */
import { test } from 'tap';
import { parseConfig } from '../../../src/config/load.ts';
import { changesOf } from '../../../src/daemon/control/reload.ts';

test('reading the configuration again names what is in effect and what needs a restart', async (t) => {
  const read = (more: string) =>
    parseConfig(`cameras:\n  a: { source: { type: synthetic }${more} }\nstate_directory: s\n`, '/c.yaml').config;
  const before = read('');
  t.same(changesOf(before, read('')), { applied: [], needRestart: [] });
  t.same(changesOf(before, read(', sensitivity: 2, preset: pi5, masks: { m: [[0,0],[1,0],[1,1]] }')), {
    applied: ['cameras.a.masks', 'cameras.a.sensitivity'],
    needRestart: ['cameras.a.preset'],
  });
});

test('every setting that holds at once is one, and a camera that is gone is named as a whole', async (t) => {
  const config = (text: string) => parseConfig(text, '/c.yaml').config;
  const before = config(
    'cameras: { a: { source: { type: synthetic, seed: 1 } }, b: { source: { type: synthetic } } }\n',
  );
  const live = config(
    'log: { level: debug }\nmqtt: { score_interval_s: 5 }\nretention: { events_days: 3 }\ncameras: { a: { source: { type: synthetic, seed: 1 }, sensitivity: 2, learning: false, zones: { x: [[0,0],[1,0],[1,1]] } }, b: { source: { type: synthetic } } }\n',
  );
  t.same(changesOf(before, live).needRestart, []);
  t.same(changesOf(before, live).applied.toSorted(), [
    'cameras.a.learning',
    'cameras.a.sensitivity',
    'cameras.a.zones',
    'log.level',
    'mqtt.score_interval_s',
    'retention.events_days',
  ]);
  const other = config(
    'web: { port: 9999 }\ncameras: { a: { source: { type: synthetic, seed: 2 }, cooldown_s: 9 } }\n',
  );
  t.same(changesOf(before, other).needRestart.toSorted(), [
    'cameras.a.cooldown_s',
    'cameras.a.source.seed',
    'cameras.b',
    'web.port',
  ]);
});
