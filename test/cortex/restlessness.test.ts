import { test } from 'tap';
import { isRestless, restlessnessFields } from '../../src/cortex/restlessness.ts';
import { viewsFor } from '../support/views.ts';

/** Frames of 100 ms; returns which of them are restless. */
function watcher() {
  const views = viewsFor(restlessnessFields());
  let timeMs = 0;
  return {
    views,
    show: (share: number, frames: number, learn = true): boolean[] =>
      Array.from({ length: frames }, () => isRestless(views, share, share > 0, (timeMs += 100), learn)),
  };
}

void test('much more foreground than usual is restless, and so is the time just after it', async (t) => {
  const { show } = watcher();
  t.notOk(show(0.02, 500).includes(true));
  t.notOk(show(0.04, 20).includes(true), 'two things instead of one are nothing special');
  t.notOk(show(0.2, 10).includes(false));
  const after = show(0.02, 30);
  t.same([after[5], after[29]], [true, false]);
});

void test('what is usual is a median: rare crowds hardly move it, a new normal does in the end', async (t) => {
  const { views, show } = watcher();
  show(0.02, 500);
  const before = views.usualShare[0]!;
  show(0.5, 20);
  t.ok(views.usualShare[0]! < before * 1.2);
  show(0.1, 2000);
  t.notOk(show(0.1, 50).includes(true));
});

void test('without learning nothing is got used to', async (t) => {
  const { views, show } = watcher();
  show(0.02, 200);
  const before = views.usualShare[0]!;
  show(0.5, 500, false);
  t.equal(views.usualShare[0], before);
});
