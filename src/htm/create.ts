/**
 * create.ts - engines that own their memory: one call, ready to step. A model of many regions lays them out in one buffer
 * itself (`openTemporalMemory` and its like over views); this is for one of them alone.
 *
 * Every engine carries its `memory`: `persistentImage(engine.memory)` is all that must be kept of it. Put those bytes back
 * into an engine of the same shape and call its `restore...`, and it goes on as if nothing had happened.
 */
import { type BlockPlan, type ModelMemory, allocateMemory, blockViews, planMemory } from '../memory/model-memory.ts';
import { expectBoolean, expectKnown, expectWhole } from '../memory/expect.ts';
import { type FieldTable, type Views, field } from '../memory/layout.ts';
import { type ApicalDendrites, type ApicalParams, apicalFields, checkApical, openApical } from './apical.ts';
import { type ContextsShape, type TemporalContexts, contextFields, openContexts } from './contexts.ts';
import { checkMemoryParams, checkMemoryShape, checkPoolerParams, checkPoolerShape } from './check-params.ts';
import { type ConvolutionShape, convolutionLayout } from './conv-shape.ts';
import {
  CONVOLUTION_DEFAULTS,
  type ConvolutionParams,
  type ConvolutionalPooler,
  convolutionFields,
  initConvolutionalPooler,
  openConvolutionalPooler,
} from './convolutional-pooler.ts';
import { type Kernels, openKernels } from './kernels/kernels.ts';
import {
  type SdrClassifier,
  type SdrClassifierShape,
  checkClassifierShape,
  openSdrClassifier,
  sdrClassifierFields,
} from './sdr-classifier.ts';
import { type SpatialPoolerShape, compactShape, flatShape } from './sp-shape.ts';
import {
  SPATIAL_POOLER_DEFAULTS,
  type SpatialPooler,
  type SpatialPoolerParams,
  initSpatialPooler,
  openSpatialPooler,
  spatialPoolerFields,
} from './spatial-pooler.ts';
import {
  TEMPORAL_MEMORY_DEFAULTS,
  type TemporalMemory,
  type TemporalMemoryParams,
  type TemporalMemoryShape,
  initTemporalMemory,
  openTemporalMemory,
  temporalMemoryFields,
} from './temporal-memory.ts';

/** An engine and the buffer all of it lives in. */
export type Standalone<Engine> = Engine & { readonly memory: ModelMemory };

export type CreateOptions = {
  /** Decides every random choice the engine will ever make. Default 1. */
  readonly seed?: number;
  /** Use the WebAssembly kernels where they run; the results are the same. Default true. */
  readonly kernels?: boolean;
};

/** Feedback from a region above with `inputs` cells. */
export type ApicalOptions = {
  readonly inputs: number;
  readonly segments: number;
  readonly synapsesPerSegment: number;
  /** Those not given are the ones of the basal segments. */
  readonly params?: Partial<ApicalParams>;
};

export type TemporalMemoryOptions = CreateOptions & {
  readonly apical?: ApicalOptions;
  /** Follow several sequences at once; see contexts.ts. */
  readonly contexts?: Omit<ContextsShape, 'apicalInputs'>;
};
/** A temporal memory that owns its bytes, with its contexts if it was made with any. */
export type StandaloneMemory = Standalone<TemporalMemory> & { readonly contexts: TemporalContexts | null };

/** A temporal memory; parameters not given are those of BAMI. Throws RangeError when shape and parameters contradict. */
export function createTemporalMemory(
  shape: TemporalMemoryShape,
  params: Partial<TemporalMemoryParams> = {},
  options: TemporalMemoryOptions = {},
): StandaloneMemory {
  expectKnown('the shape', shape, MEMORY_SHAPE);
  expectKnown('the parameters', params, MEMORY_PARAMS);
  expectKnown('the options', options, ['seed', 'kernels', 'apical', 'contexts']);
  expectSeed(options);
  checkMemoryShape(shape);
  const basal = { ...TEMPORAL_MEMORY_DEFAULTS, ...params };
  checkMemoryParams(basal, shape.synapsesPerSegment);
  if (options.apical) expectKnown('the options of feedback', options.apical, APICAL_OPTIONS);
  if (options.apical?.params) expectKnown('the parameters of feedback', options.apical.params, MEMORY_PARAMS);
  if (options.contexts) expectKnown('the options of contexts', options.contexts, ['contexts', 'activeColumns']);
  if (options.contexts) expectWhole('contexts', options.contexts.contexts, 1, 65536);
  const table = temporalMemoryFields(shape);
  const apicalShape = options.apical && {
    ...options.apical,
    cells: shape.columns * shape.cellsPerColumn,
    cellsPerColumn: shape.cellsPerColumn,
    apicalInputs: options.apical.inputs,
    indexed: true,
  };
  if (apicalShape) checkApical(apicalShape, { ...basal, ...options.apical?.params });
  const contextsShape = options.contexts && { ...options.contexts, apicalInputs: options.apical?.inputs ?? 0 };
  const plan: BlockPlan[] = [{ name: 'engine', table }];
  if (apicalShape) plan.push({ name: 'apical', table: apicalFields(apicalShape) });
  if (contextsShape) plan.push({ name: 'contexts', table: contextFields(shape, contextsShape) });
  const memory = allocateMemory(planMemory(plan));
  const kernels = options.kernels === false ? null : openKernels(memory);
  let apical: ApicalDendrites | null = null;
  if (apicalShape) {
    const views = blockViews(memory, 'apical', apicalFields(apicalShape));
    apical = openApical(apicalShape, { ...basal, ...options.apical?.params }, views, kernels);
  }
  const tm = openTemporalMemory(shape, basal, blockViews(memory, 'engine', table), { kernels, apical });
  initTemporalMemory(tm, options.seed ?? 1);
  const contexts = contextsShape
    ? openContexts(tm, contextsShape, blockViews(memory, 'contexts', contextFields(shape, contextsShape)))
    : null;
  return { ...tm, memory, contexts };
}

/** A spatial pooler; parameters not given are `SPATIAL_POOLER_DEFAULTS`. Throws RangeError when they contradict the shape. */
export function createSpatialPooler(
  shape: SpatialPoolerShape,
  params: Partial<SpatialPoolerParams> = {},
  options: CreateOptions = {},
): Standalone<SpatialPooler> {
  const all = { ...SPATIAL_POOLER_DEFAULTS, ...params };
  expectKnown('the shape', shape, POOLER_SHAPE);
  expectKnown('the parameters', params, [...Object.keys(SPATIAL_POOLER_DEFAULTS), ...POOLER_OPTIONS]);
  expectEngineOptions(options);
  checkPoolerShape(shape);
  checkPoolerParams(all, shape);
  const compact = compactShape(shape, all.potentialPct);
  const { memory, views, kernels } = allocate(spatialPoolerFields(compact), options);
  const sp = openSpatialPooler(compact, all, views, kernels);
  initSpatialPooler(sp, options.seed ?? 1);
  return { ...sp, memory };
}

/**
 * A convolutional pooler, and the picture it looks at: `pixels` [height, width, words of a pixel], in the same memory, so
 * that nothing is copied. Throws RangeError when shape and parameters contradict each other.
 */
export function createConvolutionalPooler(
  shape: ConvolutionShape,
  params: Partial<ConvolutionParams> = {},
  options: CreateOptions = {},
): Standalone<ConvolutionalPooler> & { readonly pixels: Uint32Array } {
  const all = { ...CONVOLUTION_DEFAULTS, ...params };
  expectKnown('the shape', shape, CONVOLUTION_SHAPE);
  expectKnown('the parameters', params, Object.keys(CONVOLUTION_DEFAULTS));
  expectEngineOptions(options);
  convolutionLayout(shape);
  expectWhole('activeColumns', all.activeColumns, 1, shape.columns);
  const words = shape.width * shape.height * ((shape.channels + 31) >>> 5);
  const table = { ...convolutionFields(shape, all), pixels: field('u32', words, 'scratch') };
  const { memory, views, kernels } = allocate(table, options);
  const cp = openConvolutionalPooler(shape, all, views, kernels);
  initConvolutionalPooler(cp, options.seed ?? 1);
  return { ...cp, memory, pixels: views.pixels };
}

/** A classifier that knows nothing yet. Throws RangeError for impossible shapes: fewer than two classes, say. */
export function createSdrClassifier(shape: SdrClassifierShape): Standalone<SdrClassifier> {
  expectKnown('the shape', shape, ['inputs', 'classes', 'horizons', 'bias']);
  checkClassifierShape(shape);
  const { memory, views } = allocate(sdrClassifierFields(shape), {});
  return { ...openSdrClassifier(shape, views), memory };
}

const MEMORY_SHAPE = ['columns', 'cellsPerColumn', 'segments', 'synapsesPerSegment', 'externalInputs', 'indexed'];
const MEMORY_PARAMS = [...Object.keys(TEMPORAL_MEMORY_DEFAULTS), 'maxSegmentsPerCell'];
const APICAL_OPTIONS = ['inputs', 'segments', 'synapsesPerSegment', 'params'];
const POOLER_OPTIONS = ['updatePeriod', 'localTies', 'globalTies'];
const POOLER_SHAPE = Object.keys(flatShape(1, 1));
const CONVOLUTION_SHAPE = ['width', 'height', 'channels', 'kernel', 'stride', 'columns', 'shared'];

function expectSeed({ seed = 1, kernels }: CreateOptions): void {
  expectWhole('seed', seed, -(2 ** 31), 2 ** 32 - 1);
  if (kernels !== undefined) expectBoolean('kernels', kernels);
}

function expectEngineOptions(options: CreateOptions): void {
  expectKnown('the options', options, ['seed', 'kernels']);
  expectSeed(options);
}

function allocate<F extends FieldTable>(
  table: F,
  options: CreateOptions,
): { memory: ModelMemory; views: Views<F>; kernels: Kernels | null } {
  const memory = allocateMemory(planMemory([{ name: 'engine', table }]));
  const kernels = options.kernels === false ? null : openKernels(memory);
  return { memory, views: blockViews(memory, 'engine', table), kernels };
}
