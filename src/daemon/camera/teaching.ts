/**
 * teaching.ts - what someone tells the model of a camera about what it has told: that was normal, that matters, that was a
 * lorry. In effect when it resolves, and durable when the answer says so.
 */
import type { Verdict } from '../../cortex/feedback/feedback.ts';
import type { EventChange } from '../../cortex/observation.ts';
import { CortexdError } from '../../errors.ts';
import type { EventRecord } from '../../records/event.ts';
import { LABEL_LENGTH, oneSpelling } from '../../records/names.ts';
import type { ModelClient } from './model-client.ts';
import { ToldEvents } from '../watched/told-events.ts';

export type TeachingPorts = {
  readonly camera: string;
  readonly model: ModelClient;
  /** Do something between two frames. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** A change becomes a record, with the id of its event; null: nobody was told of that event. */
  readonly record: (change: EventChange) => EventRecord | null;
  /** Journal an event and tell it. */
  readonly write: (event: EventRecord) => Promise<void>;
  /** Save the model, when the write budget allows it; else the next checkpoint does. Resolves to whether it was saved. */
  readonly checkpoint: () => Promise<boolean>;
};

export class Teaching {
  readonly #ports: TeachingPorts;
  readonly #told = new ToldEvents();

  constructor(ports: TeachingPorts) {
    this.#ports = ports;
  }

  /** An event was told: remember which steps it stands for. */
  note({ id, type }: EventRecord, { key, startedStep }: EventChange): void {
    this.#told.note(id, key, startedStep, type === 'end' ? this.#ports.model.step : null);
  }

  /** Events end by a command rather than by what is seen. */
  async endAll(changes: readonly EventChange[]): Promise<void> {
    const { record, write } = this.#ports;
    for (const change of changes) {
      const ended = record(change);
      if (ended === null) continue;
      this.note(ended, change);
      await write({ ...ended, explanation: `${ended.explanation}; ${change.explanation}` });
    }
  }

  /** Someone says that an event (null: the newest) was normal, or matters. */
  async feedback(
    verdict: Verdict,
    id: string | null,
  ): Promise<{ readonly event: string; readonly signs: number; readonly saved: boolean }> {
    const { camera, model, exclusively, checkpoint } = this.#ports;
    const { id: event, key, fromStep, toStep } = this.#told.find(id, camera);
    const { events, signatures: signs } = await exclusively(() =>
      model.giveFeedback(verdict, key, fromStep, toStep ?? model.step),
    );
    if (verdict === 'matters' && signs === 0) {
      throw new CortexdError(
        'usage',
        `Expected an event that can be recognised again but ${event} has no sign of its own`,
        {
          hint: 'Ordinary things in an unusual order of visits cannot be told apart by place or kind.',
        },
      );
    }
    await this.endAll(events);
    return { event, signs, saved: await checkpoint() };
  }

  /** Name what is seen now, or was seen last. */
  async label(given: string): Promise<{ readonly saved: boolean }> {
    const { camera, model, exclusively, checkpoint } = this.#ports;
    const name = oneSpelling(given);
    if (name.length > LABEL_LENGTH) {
      throw new CortexdError(
        'usage',
        `Expected a name of at most ${LABEL_LENGTH} letters but "${name}" needs the room of ${name.length}`,
      );
    }
    const outcome = await exclusively(() => model.giveLabel(name));
    if (outcome === 'nothing_seen') {
      throw new CortexdError(
        'usage',
        `Expected something in sight of ${camera} to give a name to but nothing was seen`,
      );
    }
    if (outcome === 'no_room') throw new CortexdError('usage', 'Expected one of the labels known but all 15 are taken');
    return { saved: await checkpoint() };
  }
}
