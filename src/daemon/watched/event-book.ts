/**
 * event-book.ts - the events of one camera or sensor: written to the journal first, then told to everybody; and which are open.
 */
import type { EventRecord } from '../../records/event.ts';
import { OpenEvents } from './open-events.ts';
import type { CameraPorts } from './ports.ts';
import { endedRecord } from './settle.ts';

/** A disk that takes longer for an event does not hold up the frames (ms). */
const EVENT_LIMIT_MS = 5000;

export class EventBook {
  readonly #name: string;
  readonly #ports: CameraPorts;
  readonly #open = new OpenEvents();
  /** What people call it; empty = as in the configuration. */
  displayName = '';

  constructor(name: string, ports: CameraPorts) {
    this.#name = name;
    this.#ports = ports;
  }

  /** Whether an event is open that deserves the alarm line. */
  get isAlerting(): boolean {
    return this.#open.alerting;
  }

  get open(): readonly EventRecord[] {
    return this.#open.all;
  }

  /** It was open when the daemon stopped, and is still true. */
  adopt(event: EventRecord): void {
    this.#open.note(event);
  }

  /** Tell the broker whether anything is unusual now. */
  publishAnomaly(): void {
    this.#ports.publisher?.anomaly(this.#name, this.#open.all);
  }

  /** Journal first; then whoever delivers messages is told. A full disk must not stop the watching. */
  async write(record: EventRecord, picture: Uint8Array | null = null): Promise<void> {
    const event = this.displayName === '' ? record : { ...record, display_name: this.displayName };
    const { store, publisher, log, live, eventWritten, alarmChanged } = this.#ports;
    try {
      await store.callWithin(EVENT_LIMIT_MS, 'saveEvent', event, picture, publisher !== null);
    } catch (error) {
      log.error({ camera: this.#name, id: event.id, err: error }, 'The event could not be written');
      publisher?.unwrittenEvent(event);
    }
    const wasAlerting = this.isAlerting;
    this.#open.note(event);
    this.publishAnomaly();
    if (wasAlerting !== this.isAlerting) alarmChanged();
    eventWritten();
    live.publish({ type: 'event', event });
  }

  /** End those of `events` that nobody else will ever end; resolves when all is written. */
  async end(events: readonly EventRecord[], reason: string): Promise<void> {
    for (const event of events) await this.write(endedRecord(event, reason));
  }
}
