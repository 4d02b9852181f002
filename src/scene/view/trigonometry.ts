/**
 * trigonometry.ts - sine made of + - * / only, so that scenes have equal pixels on every machine. Accurate to about 1e-12
 * for angles below a million.
 */
const TURN = 2 * Math.PI;

/** `angle` in radians. */
export function sine(angle: number): number {
  let rest = angle - Math.round(angle / TURN) * TURN; // [-pi, pi]
  if (rest > Math.PI / 2) rest = Math.PI - rest;
  else if (rest < -Math.PI / 2) rest = -Math.PI - rest;
  const square = rest * rest;
  let sum = 1;
  for (let term = 17; term >= 3; term -= 2) sum = 1 - (sum * square) / (term * (term - 1));
  return rest * sum;
}

export function cosine(angle: number): number {
  return sine(angle + Math.PI / 2);
}
