/**
 * kept-view.ts - a view that is kept until it is drawn: a copy, and no larger than what is drawn of it needs.
 *
 * Seven moments before an event are always kept. At the size of a view they would take 3 MB of each camera, and half a megabyte
 * twice a second would be given back, to leave holes in the memory that nothing fits into.
 */
import type { View } from '../../capture/view.ts';

/** A picture in bytes of its own: whole pixels are averaged as long as its longest side stays at least `longest` px. */
export function keepView(view: View, longest: number): View {
  // Packed pictures are small, and their bytes belong to them alone.
  if (view.kind === 'encoded') return view;
  const { kind, data, width, height } = view;
  const by = Math.max(1, Math.floor(Math.max(width, height) / longest));
  // Planes of colour have half the width and height, whole numbers of pixels in both.
  const even = kind === 'yuv420' ? 2 : 1;
  const side = (length: number): number => Math.max(even, Math.floor(length / by / even) * even);
  const [w, h] = by === 1 ? [width, height] : [side(width), side(height)];
  const planes = [{ from: 0, to: 0, stride: width, w, h }];
  if (kind === 'yuv420') {
    const [stride, colours] = [width >> 1, { w: w >> 1, h: h >> 1 }];
    const [from, to] = [width * height, w * h];
    planes.push({ from, to, stride, ...colours });
    planes.push({ from: from + stride * (height >> 1), to: to + colours.w * colours.h, stride, ...colours });
  }
  const kept = new Uint8Array(planes.reduce((bytes, plane) => bytes + plane.w * plane.h, 0));
  for (const plane of planes) average(data, kept, plane, by);
  return { ...view, data: kept, width: w, height: h };
}

/** `from`, `to`: where the plane begins in both; `stride`: bytes of a row of the source. */
type Plane = {
  readonly from: number;
  readonly to: number;
  readonly stride: number;
  readonly w: number;
  readonly h: number;
};

/** Each byte of the plane becomes the mean of `by` x `by` of the source. */
function average(source: Uint8Array, into: Uint8Array, { from, to, stride, w, h }: Plane, by: number): void {
  const count = by * by;
  for (let y = 0, at = to; y < h; y++) {
    for (let x = 0; x < w; x++, at++) {
      let sum = count >> 1;
      for (let row = 0; row < by; row++) {
        const start = from + (y * by + row) * stride + x * by;
        for (let i = start; i < start + by; i++) sum += source[i]!;
      }
      into[at] = sum / count;
    }
  }
}
