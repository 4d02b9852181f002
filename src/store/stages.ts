/**
 * stages.ts - the moments between two writes, by name. Tests end the process at each of them and look at what is left.
 */

export const STAGES = [
  'checkpoint: half of the pages written',
  'checkpoint: before the commit',
  'checkpoint: committed',
  'event: before the commit',
  'event: committed',
  'fold: before',
  'fold: done',
  'snapshot: before the commit',
  'retention: before the commit',
  'backup: before the rename',
  'migration: before the commit',
  'recovery: damaged file set aside',
  'recovery: before the rename',
] as const;

export type Stage = (typeof STAGES)[number];
export type StageHook = (stage: Stage) => void;

export const noStage: StageHook = () => undefined;
