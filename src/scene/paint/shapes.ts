/**
 * shapes.ts - flat things: a body with a window band and a darker foot, enough texture to have a form and to be followed.
 */
import type { Shape } from '../play.ts';
import { type Canvas, slab } from './canvas.ts';

export function paintShape(canvas: Canvas, { x, y, width, height, shade, isPlain }: Shape): void {
  const aspect = canvas.height / canvas.width;
  const at = (share: number): number => (y + share * height) * aspect;
  slab(canvas, x, at(0), x + width, at(1), shade);
  const window = shade > 128 ? shade - 90 : shade + 70;
  if (!isPlain) slab(canvas, x + 0.2 * width, at(0.2), x + 0.8 * width, at(0.5), window);
  slab(canvas, x, at(0.8), x + width, at(1), Math.max(0, shade - 15));
}
