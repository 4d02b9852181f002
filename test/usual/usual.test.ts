import { test } from 'tap';
import { planCortex } from '../../src/cortex/plan.ts';
import { createCortex } from '../../src/cortex/cortex.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import { LIVE, PATH } from '../../src/things/pool.ts';
import { cellAt } from '../../src/usual/places.ts';
import { beginThing, judgeThing, learnFullPath } from '../../src/usual/usual.ts';

void test('what is always there is learned on its way, each time its path is full', async (t) => {
  const { judge } = createCortex(planCortex({ ...PRESETS['pi-zero2'], width: 128, height: 96, fps: 10 }), 1);
  const { usual, things } = judge;
  things.status[0] = LIVE;
  things.id[0] = 7;
  beginThing(usual, 0);
  const cells = new Set<number>();
  const goTo = (place: number): void => {
    things.x[0] = 0.1 + 0.05 * (place % 20);
    things.y[0] = 0.1 + 0.05 * Math.floor(place / 20);
    cells.add(cellAt(usual.places, things.x[0], things.y[0]));
    judgeThing(usual, things, 0, 1000 * (place + 1), 100, 60_000);
    learnFullPath(usual, 0);
  };
  for (let place = 0; cells.size < PATH - 1; place++) goTo(place);
  t.equal(usual.visits.things[0], 0, 'not before it is full');
  for (let place = cells.size; cells.size < PATH; place++) goTo(place);
  t.equal(usual.visits.things[0], 1);
  for (const cell of cells) t.equal(usual.visits.visits[cell], 1);
  t.equal(usual.births.things[0], 0, 'where it began is learned when it is gone');
});
