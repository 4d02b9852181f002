/**
 * metrics.ts - how the daemon is doing, for Prometheus. Read from the same health record as everywhere, when asked for.
 *
 * Loaded when somebody asks for the first time: the library takes 2 MB of the heap and looks at the program's clock all the time.
 */
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { CameraHealth, SensorHealth } from '../records/bridge.ts';
import type { ApiPort } from './api/port.ts';
import type { EventCounts } from './event-counts.ts';
import type { PageStreams } from './stream.ts';

/** One number per camera: name, sentence, kind, where it is in the health record. */
const OF_CAMERAS: readonly [string, string, 'counter' | 'gauge', (health: CameraHealth) => number][] = [
  ['cortexd_camera_online', 'Whether pictures come.', 'gauge', ({ state }) => (state === 'online' ? 1 : 0)],
  ['cortexd_frames_total', 'Frames judged since the start.', 'counter', ({ frames }) => frames],
  [
    'cortexd_frames_dropped_total',
    'Frames replaced by newer ones before they were judged.',
    'counter',
    ({ dropped }) => dropped,
  ],
  ['cortexd_frames_bad_total', 'Frames that could not be decoded.', 'counter', ({ bad_frames: bad }) => bad],
  ['cortexd_frames_per_second', 'Frames judged a second, lately.', 'gauge', ({ fps }) => fps],
  ['cortexd_step_seconds', 'Mean time of a step of the model.', 'gauge', ({ step_ms: ms }) => ms / 1000],
  ['cortexd_model_steps_total', 'Steps in the life of the model.', 'counter', ({ step }) => step],
  [
    'cortexd_checkpoint_age_seconds',
    'So much learning a power cut would cost now.',
    'gauge',
    ({ checkpoint_age_s: s }) => s,
  ],
  ['cortexd_segments', 'Segments in use.', 'gauge', ({ segments }) => segments],
  ['cortexd_segment_capacity', 'Segments there is room for.', 'gauge', ({ segment_capacity: room }) => room],
  [
    'cortexd_segment_evictions_total',
    'Segments replaced because a pool was full.',
    'counter',
    ({ evictions }) => evictions,
  ],
  ['cortexd_things', 'Things that are followed now.', 'gauge', ({ things }) => things],
  [
    'cortexd_things_lost_total',
    'Things that came while the pool was full.',
    'counter',
    ({ things_lost: lost }) => lost,
  ],
];
const OF_STREAMS: readonly [string, string, 'counter' | 'gauge', (health: SensorHealth) => number][] = [
  ['cortexd_stream_online', 'Whether values come.', 'gauge', ({ state }) => (state === 'online' ? 1 : 0)],
  ['cortexd_stream_values_total', 'Values taken since the start.', 'counter', ({ values }) => values],
  ['cortexd_stream_bad_values_total', 'Messages or files without a number.', 'counter', ({ bad_values: bad }) => bad],
];

type Health = Awaited<ReturnType<ApiPort['status']>>;
type Values = { readonly labels: { readonly [name: string]: string }; readonly value: number }[];

export class Metrics {
  readonly #registry = new Registry();
  readonly #port: ApiPort;
  readonly #events: EventCounts;
  readonly #setters: ((health: Health) => void)[] = [];

  constructor(port: ApiPort, streams: PageStreams, events: EventCounts) {
    this.#port = port;
    this.#events = events;
    collectDefaultMetrics({ register: this.#registry });
    for (const [name, help, kind, read] of OF_CAMERAS)
      this.#add(name, help, kind, ['camera'], ({ cameras }) =>
        cameras.map((one) => ({ labels: { camera: one.camera }, value: read(one) })),
      );
    for (const [name, help, kind, read] of OF_STREAMS)
      this.#add(name, help, kind, ['stream'], (health) =>
        health.streams.map((one) => ({ labels: { stream: one.stream }, value: read(one) })),
      );
    this.#addLive();
    const one = (name: string, help: string, kind: 'counter' | 'gauge', read: (health: Health) => number): void =>
      this.#add(name, help, kind, [], (health) => [{ labels: {}, value: read(health) }]);
    one('cortexd_up_seconds', 'Seconds since the start.', 'gauge', ({ uptime_s: s }) => s);
    one('cortexd_clock_synced', 'Whether the clock can be trusted.', 'gauge', ({ clock_synced: is }) => (is ? 1 : 0));
    one('cortexd_mqtt_connected', 'Whether the broker is there.', 'gauge', ({ mqtt }) => (mqtt.connected ? 1 : 0));
    one(
      'cortexd_mqtt_events_sent_total',
      'Events the broker has acknowledged.',
      'counter',
      ({ mqtt }) => mqtt.events_sent,
    );
    one('cortexd_mqtt_dropped_total', 'Messages of QoS 0 that were not sent.', 'counter', ({ mqtt }) => mqtt.dropped);
    one('cortexd_outbox_events', 'Events that wait for the broker.', 'gauge', ({ outbox_depth: depth }) => depth);
    one('cortexd_storage_ok', 'Whether the disk takes what is written.', 'gauge', ({ storage }) =>
      storage.state === 'ok' ? 1 : 0,
    );
    one('cortexd_database_bytes', 'Size of the database.', 'gauge', ({ storage }) => storage.database_bytes);
    one(
      'cortexd_written_bytes_total',
      'Bytes written to the database and its log.',
      'counter',
      ({ storage }) => storage.log_bytes_written + storage.database_bytes_written,
    );
    one('cortexd_pages_open', 'Dashboards that are open.', 'gauge', () => streams.size);
  }

  /** What the newest frames say. */
  #addLive(): void {
    const { live } = this.#port;
    const frames = () => this.#port.watched().flatMap(({ name }) => live.frameOf(name) ?? []);
    this.#add('cortexd_score', 'Score of the newest frame; 0.5 is the alarm threshold.', 'gauge', ['camera'], () =>
      frames().map(({ camera, score }) => ({ labels: { camera }, value: score })),
    );
    this.#add(
      'cortexd_evidence',
      'Evidence of the newest frame by kind; 1 is the alarm threshold.',
      'gauge',
      ['camera', 'kind'],
      () =>
        frames().flatMap(({ camera, streams }) =>
          Object.entries(streams).map(([kind, value]) => ({ labels: { camera, kind }, value })),
        ),
    );
    this.#add(
      'cortexd_learning_progress',
      'How far the model is towards its first alarms; 1 = ready.',
      'gauge',
      ['camera'],
      () => frames().map(({ camera, learning }) => ({ labels: { camera }, value: learning.progress })),
    );
    this.#add('cortexd_last_frame_timestamp_seconds', 'When the newest frame was captured.', 'gauge', ['camera'], () =>
      frames().map(({ camera, capturedAtMs }) => ({ labels: { camera }, value: capturedAtMs / 1000 })),
    );
    this.#add(
      'cortexd_events_total',
      'Events that have begun since the start.',
      'counter',
      ['camera', 'cause', 'severity'],
      () => this.#events.all,
    );
  }

  #add(
    name: string,
    help: string,
    kind: 'counter' | 'gauge',
    labelNames: string[],
    read: (health: Health) => Values,
  ): void {
    const options = { name, help, labelNames, registers: [this.#registry] };
    if (kind === 'gauge') {
      const gauge = new Gauge(options);
      this.#setters.push((health) => {
        gauge.reset();
        for (const { labels, value } of read(health)) gauge.set(labels, value);
      });
      return;
    }
    const counter = new Counter(options);
    this.#setters.push((health) => {
      counter.reset();
      for (const { labels, value } of read(health)) counter.inc(labels, Math.max(0, value));
    });
  }

  /** The whole text. */
  async text(): Promise<{ readonly type: string; readonly text: string }> {
    const health = await this.#port.status();
    for (const set of this.#setters) set(health);
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
