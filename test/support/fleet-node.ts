/** fleet-node.ts - what a machine of a fleet tells of itself. */
import type { NodeRecord } from '../../src/fleet/records.ts';

export function nodeRecord(name: string, leaseMs: number, more: object = {}): NodeRecord {
  return {
    version: 1,
    node: name,
    session: `s-${name}`,
    instance: `i-${name}`,
    program: '1',
    count: 1,
    address: name,
    lease_ms: leaseMs,
    state: 'up',
    cameras: [],
    room: 1,
    busy: 0,
    cores_per_camera: 0.2,
    most_cameras: 4,
    ...more,
  };
}
