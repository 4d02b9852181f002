/** box.ts - a rectangle relative to the picture: [x, y, width, height], each 0..1. */
export type Box = readonly [number, number, number, number];
