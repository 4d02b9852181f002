/**
 * canvas.ts - soft-edged shapes on a plane of grey levels. Measures are shares of the picture's width, so that a scene looks
 * alike at every size; `seen` collects how far everything reached that was painted since it was last cleared.
 */

export type Canvas = {
  /** [height, width] */
  readonly plane: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly seen: { left: number; top: number; right: number; bottom: number };
};

export function createCanvas(width: number, height: number): Canvas {
  const canvas = {
    plane: new Uint8Array(width * height),
    width,
    height,
    seen: { left: 0, top: 0, right: 0, bottom: 0 },
  };
  clearSeen(canvas);
  return canvas;
}

export function clearSeen({ seen }: Canvas): void {
  seen.left = seen.top = Infinity;
  seen.right = seen.bottom = -Infinity;
}

function reach({ seen }: Canvas, left: number, top: number, right: number, bottom: number): void {
  if (left < seen.left) seen.left = left;
  if (top < seen.top) seen.top = top;
  if (right > seen.right) seen.right = right;
  if (bottom > seen.bottom) seen.bottom = bottom;
}

/** A filled ellipse; all lengths in widths of the picture. */
export function blob(canvas: Canvas, x: number, y: number, rx: number, ry: number, shade: number, opacity = 1): void {
  reach(canvas, x - rx, y - ry, x + rx, y + ry);
  const { plane, width, height } = canvas;
  const cx = x * width - 0.5;
  const cy = y * width - 0.5;
  const ax = Math.max(0.35, rx * width);
  const ay = Math.max(0.35, ry * width);
  const soft = Math.min(ax, ay);
  const right = Math.min(width - 1, Math.floor(cx + ax + 1));
  const bottom = Math.min(height - 1, Math.floor(cy + ay + 1));
  for (let row = Math.max(0, Math.ceil(cy - ay - 1)); row <= bottom; row++) {
    const v = (row - cy) / ay;
    for (let column = Math.max(0, Math.ceil(cx - ax - 1)); column <= right; column++) {
      const u = (column - cx) / ax;
      const cover = (1 - Math.sqrt(u * u + v * v)) * soft + 0.5;
      if (cover <= 0) continue;
      const share = opacity * (cover > 1 ? 1 : cover);
      const at = row * width + column;
      plane[at] = plane[at]! + share * (shade - plane[at]!) + 0.5;
    }
  }
}

/** A shadow with a soft edge: `depth` of the light is taken away. It is no part of what casts it. */
export function darken(canvas: Canvas, x: number, y: number, rx: number, ry: number, depth: number): void {
  const { plane, width, height } = canvas;
  const cx = x * width - 0.5;
  const cy = y * width - 0.5;
  const ax = 1.25 * Math.max(0.5, rx * width);
  const ay = 1.25 * Math.max(0.5, ry * width);
  const right = Math.min(width - 1, Math.floor(cx + ax));
  const bottom = Math.min(height - 1, Math.floor(cy + ay));
  for (let row = Math.max(0, Math.ceil(cy - ay)); row <= bottom; row++) {
    const v = (row - cy) / ay;
    for (let column = Math.max(0, Math.ceil(cx - ax)); column <= right; column++) {
      const u = (column - cx) / ax;
      const inside = 1 - Math.sqrt(u * u + v * v);
      if (inside <= 0) continue;
      const at = row * width + column;
      plane[at] = plane[at]! * (1 - depth * Math.min(1, 2.5 * inside)) + 0.5;
    }
  }
}

/** A filled rectangle. */
export function slab(canvas: Canvas, left: number, top: number, right: number, bottom: number, shade: number): void {
  reach(canvas, left, top, right, bottom);
  const { plane, width, height } = canvas;
  const x0 = left * width;
  const x1 = right * width;
  const y0 = top * width;
  const y1 = bottom * width;
  const lastRow = Math.min(height - 1, Math.ceil(y1) - 1);
  const lastColumn = Math.min(width - 1, Math.ceil(x1) - 1);
  for (let row = Math.max(0, Math.floor(y0)); row <= lastRow; row++) {
    const down = Math.min(1, row + 1 - y0, y1 - row, y1 - y0);
    for (let column = Math.max(0, Math.floor(x0)); column <= lastColumn; column++) {
      const share = down * Math.min(1, column + 1 - x0, x1 - column, x1 - x0);
      if (share <= 0) continue;
      const at = row * width + column;
      plane[at] = plane[at]! + share * (shade - plane[at]!) + 0.5;
    }
  }
}

/** A stroke with round ends. */
export function limb(
  canvas: Canvas,
  xa: number,
  ya: number,
  xb: number,
  yb: number,
  radius: number,
  shade: number,
): void {
  reach(
    canvas,
    Math.min(xa, xb) - radius,
    Math.min(ya, yb) - radius,
    Math.max(xa, xb) + radius,
    Math.max(ya, yb) + radius,
  );
  const { plane, width, height } = canvas;
  const ax = xa * width - 0.5;
  const ay = ya * width - 0.5;
  const dx = (xb - xa) * width;
  const dy = (yb - ya) * width;
  const square = Math.max(1e-9, dx * dx + dy * dy);
  const r = Math.max(0.4, radius * width);
  const left = Math.max(0, Math.ceil(Math.min(ax, ax + dx) - r - 1));
  const right = Math.min(width - 1, Math.floor(Math.max(ax, ax + dx) + r + 1));
  const top = Math.max(0, Math.ceil(Math.min(ay, ay + dy) - r - 1));
  const bottom = Math.min(height - 1, Math.floor(Math.max(ay, ay + dy) + r + 1));
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const along = Math.min(1, Math.max(0, ((column - ax) * dx + (row - ay) * dy) / square));
      const px = column - ax - along * dx;
      const py = row - ay - along * dy;
      const cover = r - Math.sqrt(px * px + py * py) + 0.5;
      if (cover <= 0) continue;
      const at = row * width + column;
      plane[at] = plane[at]! + (cover > 1 ? 1 : cover) * (shade - plane[at]!) + 0.5;
    }
  }
}
