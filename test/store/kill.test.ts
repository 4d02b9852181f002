import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'tap';
import { Store } from '../../src/store/store.ts';
import { imageOf } from './support.ts';

const KILLS = Number(process.env['CORTEXD_KILLS'] ?? 15);
const CHILD = new URL(`./kill-child${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

type Progress = { acknowledgedStep: number; acknowledgedEvents: number };

/** Let the child write until it has said `after` more messages, then kill it in the middle of whatever it does. */
async function killWhileWriting(directory: string, after: number, progress: Progress): Promise<void> {
  const child: ChildProcess = fork(CHILD, [directory], { stdio: 'inherit' });
  let heard = 0;
  const enough = new Promise<void>((resolve) => {
    child.on('message', (message: { step?: number; events?: number }) => {
      if (message.step !== undefined) progress.acknowledgedStep = message.step;
      if (message.events !== undefined) progress.acknowledgedEvents = message.events;
      if (++heard >= after) resolve();
    });
  });
  await Promise.race([enough, once(child, 'exit')]);
  child.kill('SIGKILL');
  await once(child, 'exit').catch(() => undefined);
}

test(`${KILLS} kills at any moment: no damage, nothing torn, nothing acknowledged is lost`, async (t) => {
  const directory = t.testdir();
  const progress: Progress = { acknowledgedStep: 0, acknowledgedEvents: 0 };
  for (let kill = 0; kill < KILLS; kill++) {
    await killWhileWriting(directory, 1 + ((kill * 7) % 23), progress);
    const store = new Store({ directory, outboxLimit: 1e6, program: '0', lock: true });
    const loaded = store.loadModel('porch');
    t.equal(loaded.kind, 'loaded');
    if (loaded.kind === 'loaded') {
      const { step, bytes } = loaded.image;
      t.ok(step >= progress.acknowledgedStep, `step ${step} of ${progress.acknowledgedStep} acknowledged`);
      t.ok(Buffer.from(bytes).equals(Buffer.from(imageOf(step, 8).bytes)), 'the image is of one piece');
      t.equal(loaded.lost, null);
    }
    const events = store.events({ limit: 1e6 }).length;
    t.ok(events >= progress.acknowledgedEvents, `${events} events of ${progress.acknowledgedEvents} acknowledged`);
    store.close();
  }
});
