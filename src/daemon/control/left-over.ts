/**
 * left-over.ts - what former lives have left behind of cameras and sensors that are not configured any more: their open
 * events end, and the broker forgets their retained topics.
 */
import type { Bus } from '../../mqtt/bus.ts';
import { TOPICS, pathFor } from '../../mqtt/topics.ts';
import type { EventRecord } from '../../records/event.ts';
import { endedRecord } from '../watched/settle.ts';

export type LeftOverPorts = {
  readonly configured: ReadonlySet<string>;
  /** Names of all saved models. */
  readonly known: readonly string[];
  readonly open: readonly EventRecord[];
  /** Why they end. */
  readonly reason: string;
  readonly write: (event: EventRecord) => Promise<void>;
  /** null: MQTT is switched off. */
  readonly bus: Bus | null;
  readonly baseTopic: string;
};

const RETAINED = [
  TOPICS.availability,
  TOPICS.anomaly,
  TOPICS.anomalyAttributes,
  TOPICS.learning,
  TOPICS.enabled,
  TOPICS.sensitivity,
  TOPICS.alarmsPerDay,
  TOPICS.quietHours,
  TOPICS.mute,
  TOPICS.snapshot,
  TOPICS.heatmap,
];

export async function settleLeftOver(ports: LeftOverPorts): Promise<void> {
  const { configured, known, open, reason, write, bus, baseTopic } = ports;
  const gone = open.filter(({ camera }) => !configured.has(camera));
  for (const event of gone) await write(endedRecord(event, reason));
  if (bus === null) return;
  for (const name of new Set([...known, ...gone.map(({ camera }) => camera)])) {
    if (configured.has(name)) continue;
    for (const topic of RETAINED) bus.forgetSoon(pathFor(topic, name));
    for (const kind of ['zone', 'mask'])
      bus.listen(`${baseTopic}/${name}/${kind}/+`, (_, topic) => bus.forgetAt(topic), true);
  }
}
