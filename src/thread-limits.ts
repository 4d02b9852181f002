/**
 * thread-limits.ts - how much memory the JavaScript of a thread may use. Models and pages lie in buffers outside of it, so
 * little is needed; left to itself V8 lets the young objects of each thread grow to tens of megabytes before it looks.
 */
import type { ResourceLimits } from 'node:worker_threads';

export const THREAD_LIMITS: ResourceLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 };
