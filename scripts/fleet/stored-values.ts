/** stored-values.ts - prints what is stored of some cameras, leases and lists of pages, as one JSON array:   node stored-values.js URL CAMERA... */
import { openLink } from '../../src/fleet/link.ts';
import { fleetNames } from '../../src/fleet/names.ts';

const [url, ...cameras] = process.argv.slice(2);
const link = await openLink({ urls: [url!], name: 'stored values', leaseMs: 20_000 });
const { board, models } = fleetNames('fleet');
const values: string[] = [];
for (const camera of cameras)
  for (const [bucket, subject] of [
    [board, `lease.${camera}.*`],
    [models, `${camera}.*`],
  ]) {
    const last = await link.manager.streams.getMessage(`KV_${bucket}`, { last_by_subj: `$KV.${bucket}.${subject}` });
    values.push(`${last?.subject} ${last?.string()}`);
  }
process.stdout.write(JSON.stringify(values), () => void link.close());
