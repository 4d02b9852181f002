/**
 * entity.ts - the parts that discovery messages are made of.
 */
import type { COMMANDS, TOPICS } from '../topics.ts';

export type Component = { readonly platform: string; readonly unique_id: string; readonly [key: string]: unknown };

export type Entity = Omit<Component, 'unique_id'> & { readonly platform: string };

export type Topics = {
  /** Whole topics. */
  readonly state: (topic: keyof typeof TOPICS) => string;
  readonly command: (topic: Exclude<keyof typeof COMMANDS, 'zone' | 'mask' | 'request'>) => string;
  readonly health: string;
  readonly bridge: string;
};
