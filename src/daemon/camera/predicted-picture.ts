/**
 * predicted-picture.ts - the picture of what a camera expects next: for whoever looks, and over MQTT at most once a second.
 */
import type { Size } from '../../capture/types.ts';
import { encodePicture } from './picture.ts';

export type PredictedPicturePorts = {
  /** The model's picture and its probability, 0 when nothing is predicted. */
  readonly compose: () => Promise<{ readonly luma: Uint8Array; readonly probability: number }>;
  readonly size: Size;
  /** Hides what is masked now. */
  readonly hide: (luma: Uint8Array) => Uint8Array;
};

/** Most often that one is sent (ms). */
const EVERY_MS = 1000;

export class PredictedPicture {
  readonly #ports: PredictedPicturePorts;
  #nextMs = 0;

  constructor(ports: PredictedPicturePorts) {
    this.#ports = ports;
  }

  /** JPEG, null when nothing is expected. */
  async jpeg(): Promise<Buffer | null> {
    const { compose, size, hide } = this.#ports;
    const { luma, probability } = await compose();
    // Templates may have been learned before a mask was drawn.
    return probability === 0 ? null : encodePicture({ luma: hide(luma), ...size });
  }

  /** The prediction has changed: send it, if it is time. */
  async sendWhenDue(send: (jpeg: Buffer) => void): Promise<void> {
    const now = performance.now();
    if (now < this.#nextMs) return;
    this.#nextMs = now + EVERY_MS;
    const jpeg = await this.jpeg();
    if (jpeg !== null) send(jpeg);
  }
}
