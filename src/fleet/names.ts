/**
 * names.ts - what things are called in the NATS cluster. Names of fleets, nodes and cameras are letters, digits, _ and -.
 *
 *     cortexd_<fleet>           bucket: camera.<name>, lease.<camera>, node.<name>, move.<camera>, drain.<node>
 *     cortexd_<fleet>_model     bucket: which pages make up the model of a camera
 *     cortexd_<fleet>_page      object store: the pages
 *     cortexd_<fleet>_event     stream: events, on cortexd.<fleet>.event.<node>.<camera>
 */
export type FleetNames = {
  readonly board: string;
  readonly models: string;
  readonly pages: string;
  readonly events: string;
  /** Subjects of all events, and those of one node. */
  readonly eventSubjects: string;
  readonly eventsOf: (node: string) => string;
  readonly eventOf: (node: string, camera: string) => string;
};

export function fleetNames(fleet: string): FleetNames {
  const base = `cortexd_${fleet}`;
  const subject = `cortexd.${fleet}.event`;
  return {
    board: base,
    models: `${base}_model`,
    pages: `${base}_page`,
    events: `${base}_event`,
    eventSubjects: `${subject}.>`,
    eventsOf: (node) => `${subject}.${node}.>`,
    eventOf: (node, camera) => `${subject}.${node}.${camera}`,
  };
}

/** Kinds of entries on the board; a key is `<kind>.<name>`. */
export const KINDS = ['camera', 'lease', 'node', 'move', 'drain'] as const;
export type Kind = (typeof KINDS)[number];

/** A page of a camera's model: who wrote it is part of its name, so that nobody deletes what another has written. */
export function pageName(camera: string, token: number, hash: string): string {
  return `${camera}/${token}/${hash}`;
}

export function cameraOfPage(page: string): string {
  return page.slice(0, page.indexOf('/'));
}
