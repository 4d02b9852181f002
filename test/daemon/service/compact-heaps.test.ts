/** compact-heaps.test.ts - heaps full of holes come together in the beginning, and are left alone later. */
import { execFileSync } from 'node:child_process';
import { test } from 'tap';

/** Which share of its pages a heap uses when every other of its objects has gone. */
const SHARE_IN_USE = `
  const { getHeapSpaceStatistics } = await import('node:v8');
  function shareInUse() {
    let all = [];
    for (let i = 0; i < 200_000; i++) all.push({ i, text: ['x', i] });
    gc();
    all = all.filter(({ i }) => i % 2 === 0);
    gc();
    const old = getHeapSpaceStatistics().find((space) => space.space_name === 'old_space');
    return all.length === 100_000 ? old.space_used_size / old.physical_space_size : NaN;
  }`;

function printed(code: string): number[] {
  const module = new URL('../../../src/daemon/service/compact-heaps.js', import.meta.url).href;
  const args = ['--expose-gc', '--input-type=module', '-e'];
  const text = `const { compactHeaps } = await import(${JSON.stringify(module)});${SHARE_IN_USE}${code}`;
  return execFileSync(process.execPath, [...args, text])
    .toString()
    .trim()
    .split(' ')
    .map(Number);
}

test('a heap with holes is moved together in the beginning and now and then', (t) => {
  const [before] = printed('console.log(shareInUse())');
  const [first, between, again] = printed(`
    const until = async (isSo) => {
      for (let i = 0; i < 100; i++) {
        const share = shareInUse();
        if (isSo(share)) return share;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return NaN;
    };
    compactHeaps({ firstMs: 100, everyMs: 3000, forMs: 2000 });
    const first = shareInUse();
    const between = await until((share) => share < 0.7);
    const again = await until((share) => share > 0.85);
    console.log(first, between, again);
    process.exit();`);
  t.ok(before! < 0.7, `${before} without`);
  t.ok(first! > 0.85, `${first} with`);
  t.ok(between! < 0.7, `${between} afterwards`);
  t.ok(again! > 0.85, `${again} again`);
  t.end();
});
