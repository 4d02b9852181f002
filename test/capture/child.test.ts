import { test } from 'tap';
import { FrameChild } from '../../src/capture/child.ts';

const node = (script: string, limits: { firstMs?: number; betweenMs?: number } = {}): FrameChild =>
  new FrameChild({ command: process.execPath, args: ['-e', script], firstMs: 10_000, betweenMs: 10_000, ...limits });
async function all(child: FrameChild, size: number): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of child.pieces(size)) pieces.push(piece);
  return pieces;
}
const isAlive = (pid: number | undefined): boolean => {
  try {
    process.kill(pid ?? -1, 0);
    return true;
  } catch {
    return false;
  }
};

test('output is cut into pieces of the asked size, wherever the pipe broke it; a rest is dropped', async (t) => {
  const child = node(
    'const b = Buffer.from(Array.from({length: 10}, (_, i) => i)); process.stdout.write(b.subarray(0, 3)); setTimeout(() => process.stdout.write(b.subarray(3)), 20)',
  );
  t.same(
    (await all(child, 4)).map((piece) => Array.from(piece)),
    [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ],
  );
});

test('a failing child is reported with its code and last words, without passwords', async (t) => {
  const child = node("console.error('cannot open rtsp://admin:hunter2@cam/1'); process.exitCode = 3");
  await t.rejects(all(child, 4), { code: 'unavailable', message: /code 3: cannot open rtsp:\/\/admin:\*\*\*@cam/ });
});

test('a program that is not there is named, with the package to install', async (t) => {
  const child = new FrameChild({ command: 'no-such-program', args: [], firstMs: 1000, betweenMs: 1000 });
  await t.rejects(all(child, 4), { code: 'unavailable', hint: /apt install no-such-program/ });
});

test('a child that hangs before the first or between two frames is given up', async (t) => {
  const silent = node('setInterval(() => {}, 1000)', { firstMs: 100 });
  await t.rejects(all(silent, 4), { message: /received none for 0\.1 s/ });
  await silent.close();
  const stuck = node('process.stdout.write(Buffer.alloc(4)); setInterval(() => {}, 1000)', { betweenMs: 100 });
  const pieces: number[] = [];
  await t.rejects(
    (async () => {
      for await (const piece of stuck.pieces(4)) pieces.push(piece.length);
    })(),
    { message: /received none/ },
  );
  t.same(pieces, [4]);
  await stuck.close();
  t.notOk(isAlive(stuck.pid));
});

test('closing ends also a child that ignores SIGTERM', async (t) => {
  const child = node(
    "process.on('SIGTERM', () => {}); process.stdout.write(Buffer.alloc(4)); setInterval(() => {}, 1000)",
  );
  for await (const piece of child.pieces(4)) {
    t.equal(piece.length, 4);
    break;
  }
  await child.close();
  t.notOk(isAlive(child.pid));
});

test('a child that is killed from outside is an error, not an end', async (t) => {
  const child = node(
    "process.stdout.write(Buffer.alloc(8)); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 30)",
  );
  await t.rejects(all(child, 4), { message: /SIGKILL/ });
});
