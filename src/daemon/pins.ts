/**
 * pins.ts - the alarm output, the presence input and the button, as far as this machine has pins.
 */
import type { Config } from '../config/schema.ts';
import { messageOf } from '../errors.ts';
import { AlarmOutput, ButtonInput, PresenceInput } from '../gpio/lines.ts';
import { chooseBackend } from '../gpio/choose.ts';
import type { Logger } from './service/log.ts';

export type Pins = {
  /** What drives the pins, or why nothing does. */
  readonly description: string;
  readonly setAlarm: (on: boolean) => void;
  readonly close: () => void;
};

export type PinEvents = {
  readonly shortPress: () => void;
  readonly longPress: () => void;
  readonly presence: (present: boolean) => void;
};

/** Open what the configuration names; a machine without pins, or a line that is taken, is logged and done without. */
export function openPins(config: Config['gpio'], events: PinEvents, log: Logger, sysfs?: string): Pins {
  const none = (description: string): Pins => ({ description, setAlarm: () => undefined, close: () => undefined });
  if (config === undefined) return none('no pins configured');
  const choice = chooseBackend(config.chip_label, sysfs);
  if (choice.backend === null) {
    log.warn({ reason: choice.reason }, 'No pins on this machine; going on without');
    return none(`none: ${choice.reason}`);
  }
  const { backend } = choice;
  const closers: (() => void)[] = [];
  const attempt = <T extends { close: () => void }>(what: string, open: () => T): T | undefined => {
    try {
      const opened = open();
      closers.push(() => opened.close());
      return opened;
    } catch (error) {
      log.error({ what, err: error }, `A pin cannot be used: ${messageOf(error)}`);
      return undefined;
    }
  };
  const { alarm, pir, button } = config;
  const output =
    alarm &&
    attempt(
      'alarm',
      () => new AlarmOutput(backend, alarm.line, alarm.active_low, alarm.max_on_s * 1000, alarm.pattern),
    );
  if (pir)
    attempt('pir', () => new PresenceInput(backend, pir.line, pir.active_low, pir.hold_s * 1000, events.presence));
  if (button) {
    attempt(
      'button',
      () =>
        new ButtonInput(backend, button.line, button.active_low, button.long_press_s * 1000, (kind) => {
          if (kind === 'long') {
            events.longPress();
          } else {
            output?.silence();
            events.shortPress();
          }
        }),
    );
  }
  const close = (): void => {
    for (const closer of closers.splice(0)) closer();
  };
  // Whatever ends the process, the output must not stay on.
  process.once('exit', close);
  return {
    description: backend.name,
    setAlarm: (on) => output?.set(on),
    close: () => {
      process.removeListener('exit', close);
      close();
    },
  };
}
