/**
 * health.ts - how the daemon is doing, as it is told over MQTT and by `cortexd status`. A disk that does not answer is told
 * as one that fails; it never keeps the rest from being told.
 */
import { messageOf } from '../errors.ts';
import type { BusStatus } from '../mqtt/bus.ts';
import type { HealthRecord } from '../records/bridge.ts';
import { timestamp } from '../records/from-observation.ts';
import type { StoreClient } from '../store/store-client.ts';
import type { StoreHealth } from '../store/store-health.ts';
import { storageHealth } from './storage-health.ts';

const DAY_MS = 86_400_000;
const DISK_LIMIT_MS = 3000;

export type HealthPorts = {
  readonly store: () => StoreClient;
  readonly broker: () => BusStatus | null;
  readonly clockSynced: () => boolean;
  readonly cameras: () => HealthRecord['cameras'];
  readonly streams: () => HealthRecord['streams'];
};

export class Health {
  readonly #ports: HealthPorts;
  readonly #startedMs = performance.now();
  #last: StoreHealth | undefined;

  constructor(ports: HealthPorts) {
    this.#ports = ports;
  }

  /** Who watches, in one line. */
  get line(): string {
    const { cameras, streams } = this.#ports;
    return [
      ...cameras().map(({ camera, state, fps, step }) => `${camera}: ${state}, ${fps} fps, step ${step}`),
      ...streams().map(({ stream, state, step }) => `${stream}: ${state}, step ${step}`),
    ].join('; ');
  }

  async record(): Promise<HealthRecord> {
    const { broker, clockSynced, cameras, streams } = this.#ports;
    const store = await this.#store();
    const bus = broker();
    const uptimeMs = performance.now() - this.#startedMs;
    return {
      at: timestamp(Date.now()),
      clock_synced: clockSynced(),
      uptime_s: Math.round(uptimeMs / 1000),
      rss_mb: Math.round(process.memoryUsage.rss() / 1e5) / 10,
      db_bytes_written_per_day: Math.round((store.bytesWritten * DAY_MS) / Math.max(uptimeMs, 60_000)),
      outbox_depth: store.outboxDepth,
      storage: storageHealth(store),
      mqtt: {
        connected: bus?.state === 'online',
        connects: bus?.connects ?? 0,
        dropped: bus?.dropped ?? 0,
        events_sent: bus?.eventsSent ?? 0,
      },
      cameras: cameras(),
      streams: streams(),
    };
  }

  async #store(): Promise<StoreHealth> {
    try {
      this.#last = await this.#ports.store().callWithin(DISK_LIMIT_MS, 'health');
    } catch (error) {
      if (this.#last === undefined) throw error;
      this.#last = { ...this.#last, failing: { since: timestamp(Date.now()), reason: messageOf(error) } };
    }
    return this.#last;
  }
}
