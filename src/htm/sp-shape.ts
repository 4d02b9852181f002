/**
 * sp-shape.ts - the shape of a spatial pooler: what each column may watch, and whom it competes with.
 *
 * Inputs and columns are grids (height 1 for a plain list). Without a potential radius every column may watch the whole
 * input. With one, a column watches a square window of 2 * radius + 1 inputs a side around its centre,
 *
 *     centre = floor((coordinate + 0.5) * inputs / columns)        per dimension (NuPIC `_mapColumn`)
 *
 * clipped at the border, or continued on the other side (`wrapAround`). A grid of height 1 has windows of height 1.
 */

export type SpatialPoolerShape = {
  readonly inputWidth: number;
  readonly inputHeight: number;
  readonly columnWidth: number;
  readonly columnHeight: number;
  /** null: the whole input. */
  readonly potentialRadius: number | null;
  /** null: all columns compete (global inhibition); else the largest radius a neighbourhood may have. */
  readonly inhibitionRadius: number | null;
  /** Windows and neighbourhoods go on at the opposite border. */
  readonly wrapAround: boolean;
  /** Potential synapses of each column, where rows are compact (sp-sparse.ts); see `compactShape`. Without: dense rows. */
  readonly potentialInputs?: number;
};

/** A pooler without topology. */
export function flatShape(inputs: number, columns: number): SpatialPoolerShape {
  return {
    inputWidth: inputs,
    inputHeight: 1,
    columnWidth: columns,
    columnHeight: 1,
    potentialRadius: null,
    inhibitionRadius: null,
    wrapAround: false,
  };
}

/** Share of the inputs up to which passing over a column's synapses is faster than passing over all inputs. */
const SPARSE_UP_TO = 0.2;

/** The shape with compact rows where columns watch the whole input and have few synapses; the same results. */
export function compactShape(shape: SpatialPoolerShape, potentialPct: number): SpatialPoolerShape {
  if (shape.potentialRadius !== null || potentialPct > SPARSE_UP_TO) return shape;
  return { ...shape, potentialInputs: poolOf(potentialPct, inputsOf(shape)) };
}

/** Potential synapses of a column that has `inputs` in its window. */
export function poolOf(potentialPct: number, inputs: number): number {
  return Math.max(1, Math.round(potentialPct * inputs));
}

export function inputsOf(shape: SpatialPoolerShape): number {
  return shape.inputWidth * shape.inputHeight;
}

export function columnsOf(shape: SpatialPoolerShape): number {
  return shape.columnWidth * shape.columnHeight;
}

/** How the window of a column lies in memory: rows of whole 32-bit words, one bit or one permanence per lane. */
export type WindowLayout = {
  readonly radiusX: number;
  readonly radiusY: number;
  /** Inputs of one row, and rows. */
  readonly width: number;
  readonly height: number;
  readonly rowWords: number;
  /** Words of a window's bits: rows * rowWords, rounded up to whole vectors of four. */
  readonly maskWords: number;
  /** Permanences per column: 32 per word; those that stand for no input are 0 for ever. */
  readonly lanes: number;
};

/** The windows of a shape with a potential radius. Throws RangeError when they cannot be laid out. */
export function windowLayout(shape: SpatialPoolerShape, radius: number): WindowLayout {
  const radiusX = radius;
  const radiusY = shape.inputHeight === 1 ? 0 : radius;
  const width = 2 * radiusX + 1;
  const height = 2 * radiusY + 1;
  if (!Number.isInteger(radius) || radius < 0)
    throw new RangeError(`Expected a whole potential radius but received ${radius}`);
  if (shape.wrapAround && (width > shape.inputWidth || height > shape.inputHeight)) {
    throw new RangeError(
      `Expected windows of ${width} x ${height} that wrap around to fit ${shape.inputWidth} x ${shape.inputHeight} inputs; use no radius for the whole input`,
    );
  }
  const rowWords = Math.ceil(width / 32);
  const maskWords = Math.ceil((height * rowWords) / 4) * 4;
  return { radiusX, radiusY, width, height, rowWords, maskWords, lanes: maskWords * 32 };
}

/** Centre of a column's window along one dimension. */
export function centreOf(coordinate: number, columns: number, inputs: number): number {
  return Math.floor(((coordinate + 0.5) * inputs) / columns);
}
