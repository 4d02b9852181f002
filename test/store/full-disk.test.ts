import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { writeCortexFile } from '../../src/store/cortex-file.ts';
import { Store } from '../../src/store/store.ts';
import { shortFolder } from '../support/folder.ts';
import { eventOf, noiseOf } from './support.ts';

const canMount = process.getuid?.() === 0;
const NOW = '2026-11-23T12:00:00.000Z';

test(
  'a full disk fails what is written, harms nothing that was saved, and is over when there is room again',
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
    store.checkpoint(noiseOf(1, 8));
    t.throws(() => store.checkpoint(noiseOf(2, 80)), /full/);
    t.match(store.health().failing, { reason: /full/ });
    let written = 0;
    t.throws(() => {
      for (; written < 1000; written++) store.saveEvent(eventOf(`E${written}`), new Uint8Array(50_000), true);
    }, /full/);
    t.equal(
      store.events({ limit: 2000 }).length,
      written,
      'what was acknowledged is there, the one that failed is not',
    );
    t.equal(store.health().outboxDepth, Math.min(100, written), 'event and message go together');
    await t.rejects(store.createSnapshot('monday', 'porch', NOW), /full/);
    await t.rejects(writeCortexFile(join(directory, 'a.cortex'), noiseOf(1, 80), '0'), { code: 'store' });
    t.notOk(
      readdirSync(directory).some((name) => name.includes('cortex.')),
      'no half of an exported file is left',
    );
    t.match(await store.loadModel('porch'), { kind: 'loaded', lost: null, image: { step: 1 } });
    mount('-o', 'remount,size=64m');
    t.equal(store.checkpoint(noiseOf(3, 80)).generation, 2);
    t.equal(store.health().failing, null);
    store.saveEvent(eventOf('LAST'), null, true);
    await store.createSnapshot('monday', 'porch', NOW);
    store.close();
    const again = new Store({ directory, outboxLimit: 100, program: '0', lock: true });
    t.match(await again.loadModel('porch'), { kind: 'loaded', lost: null, image: { step: 3 } });
    again.close();
  },
);

test(
  'pictures of its own never fill the disk: the oldest give way, and what comes is kept',
  { skip: !canMount && 'only root can mount a small file system' },
  async (t) => {
    const directory = shortFolder(t);
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'none', directory]);
    t.teardown(() => spawnSync('umount', ['-l', directory]));
    const store = new Store({ directory, outboxLimit: 100, program: '0', lock: true });
    store.checkpoint(noiseOf(1, 8));
    for (let i = 0; i < 2000; i++) {
      store.saveEvent(eventOf(`E${i}`), new Uint8Array(50_000), false);
      store.saveStrip(eventOf(`E${i}`).id, [{ at: NOW, bytes: new Uint8Array(20_000) }]);
      while (store.idle());
    }
    store.checkpoint(noiseOf(2, 80));
    t.equal(store.health().failing, null);
    t.equal(store.events({ limit: 3000 }).length, 2000, 'every event is there');
    t.equal(store.picture(eventOf('E1').id), undefined, 'the oldest pictures are gone');
    t.equal(store.picture(eventOf('E1999').id)?.length, 50_000);
    t.equal(store.stripTimes(eventOf('E1999').id).length, 1);
    store.close();
  },
);
