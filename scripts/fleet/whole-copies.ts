/**
 * whole-copies.ts - lets each server lead the stream of pages in turn, and prints as one JSON object what each of them has: how many pages of
 * the newest models are missing.   node whole-copies.js URL CAMERA...
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openLink, openStores } from '../../src/fleet/link.ts';
import { ModelCopies, namesOf } from '../../src/fleet/model-copy.ts';
import { fleetNames } from '../../src/fleet/names.ts';
import { Pages } from '../../src/fleet/pages.ts';

const SERVERS = 3;
const TRIES = 20;
const PAUSE_MS = 2000;

const [url, ...cameras] = process.argv.slice(2);
const link = await openLink({ urls: [url!], name: 'whole copies', leaseMs: 20_000 });
const names = fleetNames('fleet');
const stores = await openStores(link, names, SERVERS);
const pages = new Pages(stores.pages, link, names);
const copies = new ModelCopies(stores.models, pages, link, names.models);
const stream = `OBJ_${names.pages}`;
const missing: { [server: string]: number } = {};
for (let left = TRIES; left > 0 && Object.keys(missing).length < SERVERS; left--) {
  const leader = (await link.manager.streams.info(stream).catch(() => null))?.cluster?.leader;
  if (leader !== undefined && missing[leader] === undefined) {
    const lists = await Promise.all(cameras.map((camera) => copies.newest(camera, Infinity)));
    let gone = 0;
    for (const name of lists.flatMap((list) => (list === null ? [] : namesOf(list))))
      if ((await pages.read(name)) === null) gone++;
    missing[leader] = gone;
  }
  await link.connection.request(`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`, '', { timeout: 3000 }).catch(() => null);
  await sleep(PAUSE_MS);
}
process.stdout.write(JSON.stringify(missing), () => void link.close());
