import { test } from 'tap';
import { againFields, cameAgain } from '../../../src/cortex/judge/again.ts';
import { cellAt, placesOf } from '../../../src/usual/places.ts';
import { ATTRIBUTES } from '../../../src/usual/usual.ts';
import { viewsFor } from '../../support/views.ts';

const places = placesOf(16 / 9);
const [here, near, far] = [cellAt(places, 0.5, 0.5), cellAt(places, 0.54, 0.52), cellAt(places, 1.5, 0.2)];
const DIRECTION = ATTRIBUTES.indexOf('direction');
const STAY = ATTRIBUTES.indexOf('stay');

void test('what breaks the usual in one way at one place is becoming usual from the third time on', async (t) => {
  const again = viewsFor(againFields(places));
  t.notOk(cameAgain(again, places, DIRECTION, here, 15), 'the first');
  t.notOk(cameAgain(again, places, DIRECTION, near, 1), 'the second: 15 and 1 of 16 are two apart');
  t.ok(cameAgain(again, places, DIRECTION, here, 0));
  t.notOk(cameAgain(again, places, DIRECTION, here, 8), 'the other way round is another break');
  t.notOk(cameAgain(again, places, DIRECTION, far, 0), 'and so is another place');
  t.notOk(cameAgain(again, places, STAY, here, 2), 'and another attribute');
});

void test('amounts are alike within a factor of about 1.4, and old breaks are forgotten', async (t) => {
  const again = viewsFor(againFields(places));
  cameAgain(again, places, STAY, here, Math.log(10));
  cameAgain(again, places, STAY, here, Math.log(13));
  t.notOk(cameAgain(again, places, STAY, here, Math.log(30)));
  t.ok(cameAgain(again, places, STAY, here, Math.log(11)));
  for (let i = 0; i < 32; i++) cameAgain(again, places, DIRECTION, far, i % 16);
  t.notOk(cameAgain(again, places, STAY, here, Math.log(11)));
});
