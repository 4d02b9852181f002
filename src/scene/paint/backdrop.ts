/**
 * backdrop.ts - what never happens and always is there: ground with the worn ways on it, what stands behind, and trees whose
 * leaves sway in the wind.
 */
import { between, chance } from '../dice.ts';
import { type Camera, type Point, groundAt } from '../view/camera.ts';
import type { Path } from '../view/path.ts';
import { cosine, sine } from '../view/trigonometry.ts';
import { type Canvas, blob } from './canvas.ts';
import { type Texture, createTexture, roughNoise } from './texture.ts';

export type Way = { readonly path: Path; /** m to each side of its middle */ readonly half: number };

type Leaf = {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly shade: number;
  readonly phase: number;
};
type Tree = {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly phase: number;
  readonly leaves: readonly Leaf[];
};

export type Backdrop = {
  /** [height, width] everything that stands still */
  readonly still: Uint8Array;
  readonly trees: readonly Tree[];
};

const LEAVES = 110;
/** Ground farther away than this (m) is not painted as ground. */
const FARTHEST = 70;

export type BackdropOptions = { readonly isIndoor: boolean; readonly ways: readonly Way[]; readonly trees: number };

export function createBackdrop(
  width: number,
  height: number,
  camera: Camera,
  { isIndoor, ways, trees }: BackdropOptions,
  random: Uint32Array,
): Backdrop {
  const texture = createTexture(random);
  const tones = {
    soil: between(random, 90, 150),
    way: between(random, 70, 115),
    wall: between(random, 95, 185),
    sky: between(random, 165, 215),
    tiles: chance(random, isIndoor ? 0.7 : 0.3) ? between(random, 0.5, 1.5) : 0,
  };
  const houses = dealHouses(camera, random);
  const still = new Uint8Array(width * height);
  const lines = ways.map(({ path, half }) => ({ points: path.points.filter((_, i) => i % 2 === 0), half }));
  for (let row = 0, at = 0; row < height; row++) {
    const y = (row + 0.5) / height;
    for (let column = 0; column < width; column++, at++) {
      const x = (column + 0.5) / width;
      const ground = groundAt(camera, x, y);
      const isGround = ground !== null && ground[1] < FARTHEST;
      let shade = isGround
        ? shadeOfGround(texture, ground, tones, lines)
        : shadeBehind(texture, x, y * camera.aspect, tones, isIndoor);
      if (!isGround || y < camera.horizon + 0.09)
        shade = shadeOfHouses(texture, houses, x, y * camera.aspect, shade, isIndoor);
      still[at] = Math.min(235, Math.max(12, Math.round(shade)));
    }
  }
  return { still, trees: Array.from({ length: trees }, () => dealTree(camera, random)) };
}

type Tones = {
  readonly soil: number;
  readonly way: number;
  readonly wall: number;
  readonly sky: number;
  readonly tiles: number;
};

function shadeOfGround(
  texture: Texture,
  [x, y]: Point,
  { soil, way, tiles }: Tones,
  lines: readonly { readonly points: readonly Point[]; readonly half: number }[],
): number {
  let shade = soil * (0.72 + 0.56 * roughNoise(texture, x * 1.3 + 50, y * 1.3 + 50, 5));
  if (tiles > 0 && (isJoint(x, tiles) || isJoint(y, tiles))) shade *= 0.82;
  for (const { points, half } of lines) {
    let nearest = Infinity;
    for (let i = 1; i < points.length; i++) {
      const [ax, ay] = points[i - 1]!;
      const [bx, by] = points[i]!;
      const dx = bx - ax;
      const dy = by - ay;
      const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / Math.max(1e-9, dx * dx + dy * dy)));
      const px = x - ax - along * dx;
      const py = y - ay - along * dy;
      nearest = Math.min(nearest, px * px + py * py);
    }
    if (nearest < half * half) shade = way * (0.85 + 0.3 * roughNoise(texture, x * 3, y * 3, 4));
    else if (nearest < (half + 0.15) * (half + 0.15)) shade = way * 1.45;
  }
  return shade;
}

function isJoint(metres: number, size: number): boolean {
  const along = metres / size - Math.floor(metres / size);
  return along < 0.06;
}

function shadeBehind(texture: Texture, x: number, y: number, { wall, sky }: Tones, isIndoor: boolean): number {
  return isIndoor
    ? wall * (0.8 + 0.4 * roughNoise(texture, x * 6 + 90, y * 6 + 90, 4))
    : sky * (0.85 + 0.2 * roughNoise(texture, x * 4 + 90, y * 12 + 90, 4));
}

type House = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly shade: number;
};

function dealHouses(camera: Camera, random: Uint32Array): House[] {
  return Array.from({ length: 9 }, () => {
    const height = between(random, 0.04, 0.2);
    return {
      x: between(random, -0.05, 1),
      y: (camera.horizon + 0.09) * camera.aspect - between(random, 0.6, 1) * height,
      width: between(random, 0.05, 0.22),
      height,
      shade: between(random, 60, 200),
    };
  });
}

/** Fronts with windows, or cupboards, the nearer over the farther. */
function shadeOfHouses(
  texture: Texture,
  houses: readonly House[],
  x: number,
  y: number,
  shade: number,
  isIndoor: boolean,
): number {
  let seen = shade;
  for (const house of houses) {
    const along = x - house.x;
    const down = y - house.y;
    if (along < 0 || along > house.width || down < 0 || down > house.height) continue;
    const isWindow = !isIndoor && along % 0.042 < 0.014 && down % 0.05 < 0.02;
    seen = house.shade * (0.85 + 0.3 * roughNoise(texture, x * 30, y * 30, 3)) * (isWindow ? 0.6 : 1);
  }
  return seen;
}

function dealTree(camera: Camera, random: Uint32Array): Tree {
  const radius = between(random, 0.05, 0.11);
  const leaves = Array.from({ length: LEAVES }, (): Leaf => {
    const distance = Math.sqrt(between(random, 0, 1));
    const angle = between(random, 0, 2 * Math.PI);
    return {
      x: distance * cosine(angle),
      y: distance * sine(angle),
      radius: between(random, 0.004, 0.012),
      shade: between(random, 30, 145),
      phase: between(random, 0, 6.3),
    };
  });
  const top = Math.max(0.03, camera.horizon - 0.05) * camera.aspect;
  return {
    x: between(random, 0, 1),
    y: top + between(random, 0, 0.06),
    radius,
    phase: between(random, 0, 6.3),
    leaves,
  };
}

/** Copy the backdrop of one moment into the canvas. The wind comes in gusts; each leaf goes its own way. */
export function paintBackdrop({ still, trees }: Backdrop, time: number, canvas: Canvas): void {
  canvas.plane.set(still);
  const gust = Math.max(0.1, 0.4 + 0.4 * sine(time / 5.9) + 0.3 * sine(time / 2.3 + 1));
  for (const { x, y, radius, phase, leaves } of trees) {
    const swayX = 0.005 * gust * sine(time * 0.7 + phase);
    for (const leaf of leaves)
      blob(
        canvas,
        x + leaf.x * radius + swayX + 0.006 * gust * sine(time * 2.1 + leaf.phase),
        y + leaf.y * radius + 0.0035 * gust * sine(time * 2.7 + 2 * leaf.phase),
        leaf.radius,
        leaf.radius,
        leaf.shade,
      );
  }
}
