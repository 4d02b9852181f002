/**
 * canvas.ts - small pictures as plain RGB planes: grey levels enlarged, cells coloured, panels side by side.
 */
export type Rgb = readonly [red: number, green: number, blue: number];
export type Picture = { readonly width: number; readonly height: number; readonly rgb: Uint8Array };

const GAP = 8;
const PAPER = 255;

/** A plane of grey levels [height, width], each pixel `scale` x `scale`. */
export function fromGrey(grey: Uint8Array, width: number, height: number, scale: number): Picture {
  const picture = {
    width: width * scale,
    height: height * scale,
    rgb: new Uint8Array(width * height * scale ** 2 * 3),
  };
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      const value = grey[((y / scale) | 0) * width + ((x / scale) | 0)]!;
      picture.rgb.fill(value, (y * picture.width + x) * 3, (y * picture.width + x) * 3 + 3);
    }
  }
  return picture;
}

/** Mix `color` into every cell of a grid laid over the picture, by that cell's share 0..1. Cells as `divide` cuts them. */
export function tint(
  picture: Picture,
  columns: number,
  rows: number,
  share: (cell: number) => number,
  color: Rgb,
): void {
  const { width, height, rgb } = picture;
  for (let y = 0; y < height; y++) {
    const row = Math.min(rows - 1, Math.floor((y * rows) / height));
    for (let x = 0; x < width; x++) {
      const cell = row * columns + Math.min(columns - 1, Math.floor((x * columns) / width));
      const part = Math.min(1, Math.max(0, share(cell)));
      if (part === 0) continue;
      for (let c = 0; c < 3; c++) {
        const at = (y * width + x) * 3 + c;
        rgb[at] = Math.round(rgb[at]! + part * (color[c]! - rgb[at]!));
      }
    }
  }
}

/** The lines between the cells of a grid. */
export function ruleGrid({ width, height, rgb }: Picture, columns: number, rows: number, color: Rgb): void {
  const paint = (x: number, y: number): void => rgb.set(color, (y * width + x) * 3);
  for (let column = 1; column < columns; column++) {
    for (let y = 0; y < height; y++) paint(Math.floor((column * width) / columns), y);
  }
  for (let row = 1; row < rows; row++) {
    for (let x = 0; x < width; x++) paint(x, Math.floor((row * height) / rows));
  }
}

/** Panels of equal height, from left to right. */
export function beside(panels: readonly Picture[]): Picture {
  const height = panels[0]!.height;
  const width = panels.reduce((sum, panel) => sum + panel.width, GAP * (panels.length - 1));
  const rgb = new Uint8Array(width * height * 3).fill(PAPER);
  let left = 0;
  for (const panel of panels) {
    for (let y = 0; y < height; y++) {
      rgb.set(panel.rgb.subarray(y * panel.width * 3, (y + 1) * panel.width * 3), (y * width + left) * 3);
    }
    left += panel.width + GAP;
  }
  return { width, height, rgb };
}

/** Panels of equal size, `across` in a row, from the upper left on. */
export function inRows(panels: readonly Picture[], across: number): Picture {
  const { width, height } = panels[0]!;
  const columns = Math.min(across, panels.length);
  const rows = Math.ceil(panels.length / across);
  const whole = { width: columns * (width + GAP) - GAP, height: rows * (height + GAP) - GAP };
  const rgb = new Uint8Array(whole.width * whole.height * 3).fill(PAPER);
  panels.forEach((panel, i) => {
    const [left, top] = [(i % across) * (width + GAP), Math.floor(i / across) * (height + GAP)];
    for (let y = 0; y < height; y++)
      rgb.set(panel.rgb.subarray(y * width * 3, (y + 1) * width * 3), ((top + y) * whole.width + left) * 3);
  });
  return { ...whole, rgb };
}

/** The edges of a box relative to the picture. */
export function ruleBox({ width, height, rgb }: Picture, [x, y, w, h]: readonly number[], color: Rgb): void {
  const at = (share: number, length: number): number => Math.min(length - 1, Math.max(0, Math.round(share * length)));
  const [left, right] = [at(x!, width), at(x! + w!, width)];
  const [top, bottom] = [at(y!, height), at(y! + h!, height)];
  const paint = (column: number, row: number): void => rgb.set(color, (row * width + column) * 3);
  for (let column = left; column <= right; column++) for (const row of [top, bottom]) paint(column, row);
  for (let row = top; row <= bottom; row++) for (const column of [left, right]) paint(column, row);
}
