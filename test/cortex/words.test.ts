import { test } from 'tap';
import { describePlace, seconds, times } from '../../src/cortex/tell/words.ts';

void test('factors, times and places in words', async (t) => {
  t.same([1.5, 2, 2.1, 2.5, 3.2, 4.9, 7.4].map(times), [
    '1.5 times',
    'twice',
    'twice',
    '2.5 times',
    'three times',
    'five times',
    '7 times',
  ]);
  t.same([300, 3000, 15_400].map(seconds), ['0.3 s', '3 s', '15 s']);
  t.equal(describePlace([]), 'quiet');
  t.equal(describePlace([[0, 0, 0.2, 0.2]]), 'something at the top left');
});
