import { test } from 'tap';
import { PinMeaning } from '../../../src/daemon/control/pin-events.ts';
import { createLogger } from '../../../src/daemon/service/log.ts';

function pins(mode: 'tell' | 'gate' | 'boost') {
  const log: string[] = [];
  const done: string[] = [];
  const camera = (name: string, isAlerting: boolean) => ({
    name,
    isAlerting,
    apply: async () => undefined,
    label: async () => ({ saved: true }),
    feedback: async (verdict: string) => {
      done.push(`${name}: ${verdict}`);
      return { event: 'E1', signs: 1, saved: true };
    },
  });
  const meaning: PinMeaning = new PinMeaning({
    pir: { line: 4, active_low: false, hold_s: 1, mode, boost: 3 },
    cameras: () => [camera('porch', true), camera('gate', false)],
    apply: async ({ name }) => void done.push(`${name} x ${meaning.sensitivityFactor}`),
    snapshot: () => void done.push('snapshot'),
    log: createLogger('info', (line) => log.push(line), false),
  });
  return { meaning, done, log };
}

test('a gate is closed until somebody is there, a boost begins then, and telling changes nothing', (t) => {
  const expected = { tell: [1, 1, 1], gate: [0.1, 1, 0.1], boost: [1, 3, 1] } as const;
  for (const mode of ['tell', 'gate', 'boost'] as const) {
    const { meaning, done, log } = pins(mode);
    const factors = [meaning.sensitivityFactor];
    for (const present of [true, false]) {
      meaning.presence(present);
      factors.push(meaning.sensitivityFactor);
    }
    t.same(factors, expected[mode], mode);
    t.equal(done.length, mode === 'tell' ? 0 : 4, 'both cameras take it over each time');
    t.equal(log.length, 2);
  }
  t.end();
});

test('a short press is feedback for the cameras that give an alarm, a long one a snapshot', async (t) => {
  const { meaning, done } = pins('tell');
  meaning.shortPress();
  meaning.longPress();
  await new Promise(setImmediate);
  t.same(done, ['porch: normal', 'snapshot']);
});
