/**
 * presence.ts - whether a camera gives frames, told as its availability and as the event of a lost camera.
 */
import { ulid } from 'ulid';
import { lostRecord } from '../../records/camera-lost.ts';
import type { EventRecord } from '../../records/event.ts';
import { timestamp } from '../../records/from-observation.ts';

export type PresencePorts = {
  readonly camera: string;
  readonly publish: (state: 'online' | 'offline') => void;
  /** Journal an event and tell it. */
  readonly write: (event: EventRecord) => Promise<void>;
  /** What the record says of this moment. */
  readonly moment: () => { readonly frame: number; readonly learning: boolean; readonly clockSynced: boolean };
};

export class Presence {
  readonly #ports: PresencePorts;
  #isOnline: boolean | undefined;
  #lostEvent: EventRecord | undefined;
  #reason: string | undefined;

  constructor(ports: PresencePorts) {
    this.#ports = ports;
  }

  get isOnline(): boolean {
    return this.#isOnline === true;
  }

  /** The camera was lost when the daemon stopped: that event goes on. */
  adopt(event: EventRecord): void {
    this.#lostEvent = event;
  }

  /** Whether this was the last reason told, and no frames have come since. */
  isLostFor(reason: string): boolean {
    return this.#lostEvent !== undefined && this.#reason === reason;
  }

  /** Frames come. */
  async found(): Promise<void> {
    this.#tell('online');
    await this.#endLost('the camera is back');
  }

  /** Frames do not come, and nobody knows why yet. */
  absent(): void {
    this.#tell('offline');
  }

  /** Frames do not come because the source has come to its end: it is not lost. */
  async ended(): Promise<void> {
    this.#tell('offline');
    await this.#endLost('the source has ended');
  }

  /** Someone has switched the camera off: it is not lost. */
  async switchedOff(): Promise<void> {
    this.#tell('offline');
    await this.#endLost('the camera was switched off');
  }

  /** Trouble: told once until frames come again. */
  async lost(reason: string): Promise<void> {
    this.#tell('offline');
    this.#reason = reason;
    if (this.#lostEvent !== undefined) return;
    this.#lostEvent = this.#record('start', ulid(), timestamp(Date.now()), reason);
    await this.#ports.write(this.#lostEvent);
  }

  async #endLost(reason: string): Promise<void> {
    if (this.#lostEvent === undefined) return;
    const { id, started_at: startedAt } = this.#lostEvent;
    this.#lostEvent = undefined;
    await this.#ports.write(this.#record('end', id, startedAt, reason));
  }

  #record(type: 'start' | 'end', id: string, startedAt: string, explanation: string): EventRecord {
    return lostRecord({ type, id, camera: this.#ports.camera, startedAt, explanation, ...this.#ports.moment() });
  }

  #tell(state: 'online' | 'offline'): void {
    if (this.#isOnline === (state === 'online')) return;
    this.#isOnline = state === 'online';
    this.#ports.publish(state);
  }
}
