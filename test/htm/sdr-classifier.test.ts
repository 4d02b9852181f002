/** sdr-classifier.test.ts - learns which class goes with which bits; the gradient is the softmax's. */
import t from 'tap';
import {
  inferClasses,
  learnClass,
  mostProbable,
  openSdrClassifier,
  sdrClassifierFields,
} from '../../src/htm/sdr-classifier.ts';
import { layOut, viewsOf } from '../../src/memory/layout.ts';

function classifier(inputs: number, classes: number, horizons = 1) {
  const table = sdrClassifierFields({ inputs, classes, horizons });
  return openSdrClassifier({ inputs, classes, horizons }, viewsOf(table, new ArrayBuffer(layOut(table).totalBytes)));
}

t.test('a newborn gives every class the same probability', async (t) => {
  const c = classifier(8, 4);
  const p = new Float64Array(4);
  inferClasses(c, 0, Uint16Array.of(1, 2), 2, p);
  t.strictSame([...p], [0.25, 0.25, 0.25, 0.25]);
});

t.test('one step of learning is the delta rule', async (t) => {
  const c = classifier(4, 2);
  const before = learnClass(c, 0, Uint16Array.of(0, 3), 2, 1, 0.1);
  t.equal(before, 0.5);
  t.strictSame([...c.views.weight], [...Float32Array.of(-0.05, 0.05, 0, 0, 0, 0, -0.05, 0.05)]);
  t.strictSame([...c.views.bias], [...Float32Array.of(-0.05, 0.05)]);
  t.strictSame([...c.views.probability], [0.5, 0.5], 'what was inferred stays readable');
});

t.test('learns two patterns that share bits, and horizons do not disturb each other', async (t) => {
  const c = classifier(10, 3, 2);
  const a = Uint16Array.of(0, 1, 2, 3);
  const b = Uint16Array.of(2, 3, 4, 5);
  for (let i = 0; i < 200; i++) {
    learnClass(c, 0, a, 4, 0, 0.1);
    learnClass(c, 0, b, 4, 1, 0.1);
    learnClass(c, 1, a, 4, 2, 0.1);
  }
  inferClasses(c, 0, a, 4);
  t.equal(mostProbable(c), 0);
  t.ok(c.views.probability[0]! > 0.95);
  inferClasses(c, 0, b, 4);
  t.equal(mostProbable(c), 1);
  inferClasses(c, 1, a, 4);
  t.equal(mostProbable(c), 2);
});

t.test('probabilities follow frequencies when the same bits mean two things', async (t) => {
  const c = classifier(4, 2);
  const bits = Uint16Array.of(0, 1);
  for (let i = 0; i < 4000; i++) learnClass(c, 0, bits, 2, i % 4 === 0 ? 1 : 0, 0.005);
  inferClasses(c, 0, bits, 2);
  t.ok(Math.abs(c.views.probability[1]! - 0.25) < 0.03, `${c.views.probability[1]} is near 1/4`);
});

t.test('a class that does not exist is refused and nothing is learned', async (t) => {
  const c = classifier(4, 2);
  t.throws(
    () => learnClass(c, 0, Uint16Array.of(0), 1, 2, 0.1),
    /Expected a class to be a whole number from 0 to 1 but received 2/,
  );
  t.ok(c.views.weight.every((w) => w === 0));
  t.throws(() => classifier(4, 1), /classes to be a whole number from 2/);
});
