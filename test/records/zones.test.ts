import { test } from 'tap';
import { sharedArea, zonesTouching } from '../../src/records/zones.ts';

const LEFT = [
  [0, 0],
  [0.5, 0],
  [0.5, 1],
  [0, 1],
] as const;
/** A "U": two towers on a low base. */
const U = [
  [0, 0],
  [0.2, 0],
  [0.2, 0.8],
  [0.8, 0.8],
  [0.8, 0],
  [1, 0],
  [1, 1],
  [0, 1],
] as const;

void test('shared area of a polygon and a rectangle', async (t) => {
  const near = (value: number, expected: number): void =>
    void t.ok(Math.abs(value - expected) < 1e-9, `${value} = ${expected}`);
  near(sharedArea(LEFT, [0.25, 0.25, 0.5, 0.5]), 0.125);
  near(sharedArea(LEFT, [0.6, 0, 0.4, 1]), 0);
  near(sharedArea(U, [0, 0, 1, 1]), 0.52);
  near(sharedArea(U, [0, 0, 1, 0.5]), 0.2);
});

void test('a zone is touched by area, not by an edge or by its hollow', async (t) => {
  t.strictSame(zonesTouching({ left: LEFT, u: U }, [[0.5, 0, 0.2, 0.5]]), []);
  t.strictSame(zonesTouching({ left: LEFT, u: U }, [[0.1, 0.1, 0.2, 0.2]]), ['left', 'u']);
  t.strictSame(zonesTouching({ left: LEFT }, []), []);
});
