import { spawnSync } from 'node:child_process';
import { test } from 'tap';
import { Store } from '../../src/store/store.ts';
import { shortFolder } from '../support/folder.ts';
import { eventOf, imageOf } from './support.ts';

const canMount = process.getuid?.() === 0;

test(
  'a full disk fails the checkpoint, harms nothing that was saved, and is over when there is room again',
  { skip: !canMount && 'only root can mount a small file system' },
  async (t) => {
    const directory = shortFolder(t);
    const mount = (...args: string[]): void => {
      const { status, stderr } = spawnSync('mount', [...args, directory]);
      if (status !== 0) throw new Error(stderr.toString());
    };
    mount('-t', 'tmpfs', '-o', 'size=4m', 'none');
    t.teardown(() => spawnSync('umount', ['-l', directory]));
    const store = new Store({ directory, outboxLimit: 100, program: '0', lock: true });
    store.checkpoint(imageOf(1, 8));
    t.throws(() => store.checkpoint(imageOf(2, 80)), /full/);
    let written = 0;
    t.throws(() => {
      for (; written < 1000; written++) store.saveEvent(eventOf(`E${written}`), new Uint8Array(50_000), true);
    }, /full/);
    t.equal(
      store.events({ limit: 2000 }).length,
      written,
      'what was acknowledged is there, the one that failed is not',
    );
    t.equal(store.health().outboxDepth, written, 'event and message go together');
    t.match(await store.loadModel('porch'), { kind: "loaded", lost: null, image: { step: 1 } });
    mount('-o', 'remount,size=64m');
    t.equal(store.checkpoint(imageOf(3, 80)).generation, 2);
    store.saveEvent(eventOf('LAST'), null, true);
    store.close();
    const again = new Store({ directory, outboxLimit: 100, program: '0', lock: true });
    t.match(await again.loadModel('porch'), { kind: 'loaded', lost: null, image: { step: 3 } });
    again.close();
  },
);
