/**
 * smooth-factor.ts - how much of one picture is another one under a factor that changes linearly over a window?
 *
 *     V(x, y) ~ U(x, y) * (a + b x + c y)        least squares over the pixels that were added; x, y from the window's middle
 *
 * V is what light makes of U: the picture of the background (light-plane.ts), the change between two frames of their mean
 * (moving-light.ts).
 */

/** Sums over the pixels of a window, and the factor found from them. One is enough for all windows, in turn. */
export type FactorFit = {
  /** The factor. */
  a: number;
  b: number;
  c: number;
  /** Sums of V V, V U, V U x, V U y. */
  vv: number;
  vu: number;
  vx: number;
  vy: number;
  /** Sums of U U, U U x, U U y, U U x x, U U x y, U U y y. */
  uu: number;
  ux: number;
  uy: number;
  xx: number;
  xy: number;
  yy: number;
};

export const newFactorFit = (): FactorFit => ({
  a: 0,
  b: 0,
  c: 0,
  vv: 0,
  vu: 0,
  vx: 0,
  vy: 0,
  uu: 0,
  ux: 0,
  uy: 0,
  xx: 0,
  xy: 0,
  yy: 0,
});

/** Begin another window. */
export function clearFit(fit: FactorFit): void {
  fit.vv = fit.vu = fit.vx = fit.vy = 0;
  fit.uu = fit.ux = fit.uy = fit.xx = fit.xy = fit.yy = 0;
}

/** One pixel of the window, at x, y from its middle. */
export function addToFit(fit: FactorFit, value: number, usual: number, x: number, y: number): void {
  const product = value * usual;
  const square = usual * usual;
  fit.vv += value * value;
  fit.vu += product;
  fit.vx += product * x;
  fit.vy += product * y;
  fit.uu += square;
  fit.ux += square * x;
  fit.uy += square * y;
  fit.xx += square * x * x;
  fit.xy += square * x * y;
  fit.yy += square * y * y;
}

/** Find the factor; false where the window does not say which. */
export function solveFit(fit: FactorFit): boolean {
  const { vu, vx, vy, uu, ux, uy, xx, xy, yy } = fit;
  // The symmetric 3 x 3 system by its cofactors.
  const c00 = xx * yy - xy * xy;
  const c01 = uy * xy - ux * yy;
  const c02 = ux * xy - uy * xx;
  const determinant = uu * c00 + ux * c01 + uy * c02;
  if (determinant <= 0) return false;
  const c12 = ux * uy - uu * xy;
  fit.a = (c00 * vu + c01 * vx + c02 * vy) / determinant;
  fit.b = (c01 * vu + (uu * yy - uy * uy) * vx + c12 * vy) / determinant;
  fit.c = (c02 * vu + c12 * vx + (uu * xx - ux * ux) * vy) / determinant;
  return true;
}

/** The part of the sum of V V that the factor explains. */
export function explainedByFit({ a, b, c, vu, vx, vy }: FactorFit): number {
  return a * vu + b * vx + c * vy;
}
