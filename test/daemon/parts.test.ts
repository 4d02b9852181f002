import { test } from 'tap';
import { CortexdError } from '../../src/errors.ts';
import { Checkpointer } from '../../src/daemon/watched/checkpointer.ts';
import { Lifecycle, type Stage, allOf } from '../../src/daemon/service/lifecycle.ts';
import { createLogger, formatLine } from '../../src/daemon/service/log.ts';
import { MinuteScores } from '../../src/daemon/watched/minute-scores.ts';
import { OpenEvents } from '../../src/daemon/watched/open-events.ts';
import { encodeHeatMap, encodePicture } from '../../src/daemon/camera/picture.ts';
import { openPins } from '../../src/daemon/pins.ts';
import sharp from 'sharp';
import { eventOf } from '../store/support.ts';

test('stages start in order and stop in reverse; a failing start stops those before it', async (t) => {
  const log: string[] = [];
  const stage = (name: string, fails = false): Stage => ({
    name,
    start: async () => {
      log.push(`+${name}`);
      if (fails) throw new Error(`${name} broke`);
    },
    stop: async () => {
      log.push(`-${name}`);
      if (name === 'b') throw new Error('b will not stop');
    },
  });
  const lifecycle = new Lifecycle();
  await lifecycle.start([stage('a'), stage('b'), stage('c')]);
  const troubles: string[] = [];
  await lifecycle.stop((name) => troubles.push(name));
  t.same(log, ['+a', '+b', '+c', '-c', '-b', '-a']);
  t.same(troubles, ['b'], 'one that will not stop does not keep the others from it');
  log.length = 0;
  await t.rejects(new Lifecycle().start([stage('a'), stage('x', true), stage('c')]), { message: 'x broke' });
  t.same(log, ['+a', '+x', '-a']);
});

test('work that is done side by side comes to its end before its failure is told', async (t) => {
  const log: string[] = [];
  const work = async (name: string, ms: number, fails = false): Promise<string> => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    log.push(name);
    if (fails) throw new Error(`${name} broke`);
    return name;
  };
  t.same(await allOf([work('slow', 20), work('quick', 0)]), ['slow', 'quick'], 'in the order asked for');
  t.same(log.splice(0), ['quick', 'slow'], 'and not one after the other');
  await t.rejects(allOf([work('quick', 0, true), work('slow', 20)]), { message: 'quick broke' });
  t.same(log, ['quick', 'slow'], 'nothing is left under way');
});

test('a checkpoint is due after its interval, one at a time, and a failed one is tried again', async (t) => {
  let now = 0;
  let step = 0;
  let finish: (error?: Error) => void = () => undefined;
  const failures: unknown[] = [];
  const saves: number[] = [];
  let allowed = true;
  const checkpointer = new Checkpointer(
    {
      copyImage: async () => ++step,
      save: (saved) => {
        saves.push(saved);
        return new Promise((resolve, reject) => (finish = (error) => (error ? reject(error) : resolve())));
      },
      failed: (error) => failures.push(error),
      allows: () => allowed,
      now: () => now,
    },
    { intervalMs: 1000, longestMs: 20_000 },
    0,
  );
  await checkpointer.ifDue();
  t.same(saves, [], 'not yet');
  now = 1000;
  await checkpointer.ifDue();
  now = 5000;
  await checkpointer.ifDue();
  t.same(saves, [1], 'the first is still being written');
  t.equal(checkpointer.savedStep, 0);
  finish();
  await new Promise(setImmediate);
  t.equal(checkpointer.savedStep, 1);
  await checkpointer.ifDue();
  finish(new Error('disk full'));
  await new Promise(setImmediate);
  t.equal(failures.length, 1);
  t.equal(checkpointer.savedStep, 1);
  now = 9000;
  await checkpointer.ifDue();
  t.same(saves, [1, 2, 3]);
  finish();
  await new Promise(setImmediate);
  allowed = false;
  now = 28_000;
  await checkpointer.ifDue();
  t.equal(saves.length, 3, 'the write budget makes it wait');
  now = 29_000;
  await checkpointer.ifDue();
  t.equal(saves.length, 4, 'but not for ever');
  const commanded = checkpointer.save();
  finish();
  await new Promise(setImmediate);
  finish();
  await commanded;
  t.equal(checkpointer.savedStep, 5, 'a save by command waits for the one under way and is not asked of the budget');
});

test('log lines carry pairs, hide passwords, and under the journal a priority', async (t) => {
  const lines: string[] = [];
  const log = createLogger('info', (line) => lines.push(line), true);
  log.debug('unseen');
  log.warn({ camera: 'porch', url: 'rtsp://me:secret@cam/1', password: 'hunter2' }, 'No frames');
  log.error({ err: new Error('boom') }, 'Broken');
  t.equal(lines[0], '<4>No frames camera=porch url=rtsp://me:***@cam/1 password=***\n');
  t.match(lines[1], /^<3>Broken error=boom stack=.*\n$/);
  t.equal(lines[1]?.split('\n').length, 2, 'one line per record, stacks included');
  log.error({ err: new CortexdError('store', 'disk full') }, 'Not saved');
  t.equal(lines[2], '<3>Not saved error="disk full"\n', 'trouble that was foreseen has no stack');
  t.match(formatLine('{"level":30,"time":0,"msg":"hi"}', false), /^1970-01-01T00:00:00\.000Z info {2}hi$/);
});

test('scores are kept as one row per minute', async (t) => {
  const rows: unknown[] = [];
  const scores = new MinuteScores('porch', (row) => rows.push(row));
  const at = Date.UTC(2026, 10, 23, 9, 30, 0);
  scores.add(at, 0.1);
  scores.add(at + 30_000, 0.5);
  scores.add(at + 60_000, 0.9);
  scores.flush();
  scores.flush();
  t.same(rows, [
    { camera: 'porch', minute: '2026-11-23T09:30Z', frames: 2, min: 0.1, mean: 0.3, max: 0.5 },
    { camera: 'porch', minute: '2026-11-23T09:31Z', frames: 1, min: 0.9, mean: 0.9, max: 0.9 },
  ]);
});

test('open events know whether one deserves the alarm', async (t) => {
  const open = new OpenEvents();
  open.note(eventOf('A', { severity: 'notice', score: 0.9 }));
  t.notOk(open.alerting);
  open.note(eventOf('B', { score: 0.6 }));
  t.ok(open.alerting);
  open.note(eventOf('B', { type: 'end' }));
  t.notOk(open.alerting);
  t.equal(open.all.length, 1);
});

test('pictures are enlarged JPEGs with the place marked in color', async (t) => {
  const plane = { luma: new Uint8Array(64 * 48).fill(100), width: 64, height: 48 };
  const stats = async (jpeg: Buffer): Promise<number[]> => (await sharp(jpeg).stats()).channels.map(({ max }) => max);
  const plain = await encodePicture(plane);
  t.match(await sharp(plain).metadata(), { format: 'jpeg', width: 512, height: 384 });
  const [red, , blue] = await stats(await encodePicture(plane, [0.2, 0.2, 0.4, 0.4]));
  t.ok(red! > 200 && blue! < red!, 'a yellow frame');
  const spot = async (stream: number): Promise<number[]> => {
    const heat = new Float32Array(3 * 5 * 4);
    heat[stream * 20 + 7] = 3;
    return stats(await encodeHeatMap(plane, { heat, gridColumns: 5, gridRows: 4 }));
  };
  const strongest = (channels: number[]): number => channels.indexOf(Math.max(...channels));
  t.equal(strongest(await spot(0)), 2, 'form is blue');
  t.equal(strongest(await spot(1)), 0, 'motion is red');
  t.equal(strongest(await spot(2)), 1, 'sequence and timing are green');
});

test('pins that are configured on a machine without them are logged and done without', async (t) => {
  const lines: string[] = [];
  const log = createLogger('info', (line) => lines.push(line), true);
  const events = { shortPress: () => undefined, longPress: () => undefined, presence: () => undefined };
  const pins = openPins(
    { alarm: { line: 17, active_low: false, max_on_s: 60, pattern: 'steady' } },
    events,
    log,
    '/nonexistent',
  );
  t.match(pins.description, /^none: this kernel has no/);
  pins.setAlarm(true);
  pins.close();
  t.match(lines, [/No pins on this machine/]);
  t.equal(openPins(undefined, events, log).description, 'no pins configured');
});
