/**
 * pin-events.ts - what the presence sensor and the button mean to the cameras.
 *
 * As a gate the presence sensor lets nothing but the strongest evidence through while nobody is there, as a boost weaker
 * evidence counts while somebody is. A short press says that what gives an alarm now is normal.
 */
import type { Config } from '../../config/schema.ts';
import { messageOf } from '../../errors.ts';
import type { PinEvents } from '../pins.ts';
import type { Logger } from '../service/log.ts';
import type { Steerable } from './commands.ts';

type Pir = NonNullable<NonNullable<Config['gpio']>['pir']>;

export type PinEventPorts = {
  readonly pir: Pir | undefined;
  readonly cameras: () => readonly (Steerable & { readonly isAlerting: boolean })[];
  /** Take over the settings of a camera as they are now. */
  readonly apply: (camera: Steerable) => Promise<void>;
  readonly snapshot: () => void;
  readonly log: Logger;
};

/** A closed gate lets through what is this many times beyond the threshold. */
const GATE = 10;

export class PinMeaning implements PinEvents {
  readonly #ports: PinEventPorts;
  #isPresent = false;

  constructor(ports: PinEventPorts) {
    this.#ports = ports;
  }

  /** What the sensitivity of the cameras is multiplied by now. */
  get sensitivityFactor(): number {
    const { pir } = this.#ports;
    if (pir?.mode === 'gate') return this.#isPresent ? 1 : 1 / GATE;
    return pir?.mode === 'boost' && this.#isPresent ? pir.boost : 1;
  }

  presence(present: boolean): void {
    const { cameras, apply, log } = this.#ports;
    log.info({ present }, 'Presence');
    const before = this.sensitivityFactor;
    this.#isPresent = present;
    if (this.sensitivityFactor === before) return;
    for (const camera of cameras())
      apply(camera).catch((error: unknown) => log.error({ camera: camera.name, err: error }, messageOf(error)));
  }

  shortPress(): void {
    const { cameras, log } = this.#ports;
    for (const camera of cameras().filter(({ isAlerting }) => isAlerting)) {
      camera.feedback('normal', null).then(
        ({ event }) => log.info({ camera: camera.name, id: event }, 'Button: that was normal'),
        (error: unknown) => log.error({ camera: camera.name, err: error }, messageOf(error)),
      );
    }
  }

  longPress(): void {
    this.#ports.snapshot();
  }
}
