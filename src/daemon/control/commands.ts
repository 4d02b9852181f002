/**
 * commands.ts - carries out what someone asks of the running daemon, over MQTT or the control socket.
 */
import { CortexdError } from '../../errors.ts';
import type { Command } from '../../mqtt/commands.ts';
import type { Publisher, RuntimeValues } from '../../mqtt/publisher.ts';
import type { HealthRecord } from '../../records/bridge.ts';
import type { Verb } from '../../records/commands.ts';
import type { Verdict } from '../../cortex/feedback/feedback.ts';
import type { EventRecord } from '../../records/event.ts';
import type { EventFilter } from '../../store/journal.ts';
import type { SnapshotPort } from '../../web/api/port.ts';
import { timestamp } from '../../records/from-observation.ts';
import { snakeKeys } from '../../records/snake-keys.ts';
import { modelNamed } from './model-named.ts';
import type { RuntimeSettings } from './runtime-settings.ts';

/** A camera or number sensor that can be told something. */
export type Steerable = {
  readonly name: string;
  readonly apply: (values: RuntimeValues) => Promise<void>;
  readonly feedback: (
    verdict: Verdict,
    event: string | null,
  ) => Promise<{ readonly event: string; readonly signs: number; readonly saved: boolean }>;
  readonly label: (name: string) => Promise<{ readonly saved: boolean }>;
};

export type CommandPorts = {
  readonly models: () => readonly Steerable[];
  readonly settings: RuntimeSettings;
  /** What a presence sensor makes of the sensitivity of a model at the moment. */
  readonly sensitivityFactor: (name: string) => number;
  readonly publisher: () => Publisher | null;
  readonly snapshots: SnapshotPort;
  readonly events: (filter: EventFilter) => Promise<readonly EventRecord[]>;
  readonly health: () => Promise<HealthRecord>;
  /** Begin to stop and start anew; the answer is sent before. Throws CortexdError when a new start would fail. */
  /** Whether the write budget has room for what someone asks for. */
  readonly mayWrite: () => boolean;
  readonly restart: () => Promise<void>;
  /** Zones, masks or switches have changed: whoever shows them is told. */
  readonly changed: (name: string, values: RuntimeValues) => void;
};

const MOST_EVENTS = 20;
/** Requests that write whole models. */
const WRITING: ReadonlySet<Verb> = new Set(['snapshot.create', 'snapshot.restore']);

export class Commands {
  readonly #ports: CommandPorts;

  constructor(ports: CommandPorts) {
    this.#ports = ports;
  }

  /** Do it; resolves to what the answer tells. Throws CortexdError when it cannot be done, and then nothing has changed. */
  async carryOut(command: Command): Promise<unknown> {
    const { settings } = this.#ports;
    if (command.kind === 'request') return this.#answer(command.verb, command.body);
    const model = this.modelNamed(command.camera);
    switch (command.kind) {
      case 'learning':
      case 'enabled':
        await settings.set(model.name, command.kind, command.on);
        await this.apply(model);
        return { [command.kind]: command.on };
      case 'sensitivity':
      case 'alarms_per_day':
      case 'quiet_hours':
      case 'display_name':
        await settings.set(model.name, command.kind, command.value);
        await this.apply(model);
        return { [command.kind]: command.value };
      case 'mute':
        return { muted_until: await this.#mute(model, command.value) };
      case 'zone':
      case 'mask':
        await settings.setArea(model.name, command.kind, command.name, command.change);
        await this.apply(model);
        return { [command.kind]: command.name };
      case 'feedback':
        return { feedback: command.verdict, ...(await model.feedback(command.verdict, command.event)) };
      case 'label':
        return { label: command.name, ...(await model.label(command.name)) };
    }
  }

  /** Resolves to until when it is muted (ISO 8601), null for not. */
  async #mute(model: Steerable, minutes: number): Promise<string | null> {
    const until = minutes === 0 ? '' : timestamp(Date.now() + minutes * 60_000);
    await this.#ports.settings.set(model.name, 'muted_until', until);
    await this.apply(model);
    return until || null;
  }

  /** What is muted for a time that is over is so no more, and that is told. */
  async endMutes(): Promise<void> {
    for (const model of this.#ports.models()) {
      const { muted_until: until = '' } = this.#ports.settings.valuesOf(model.name);
      if (until !== '' && Date.parse(until) <= Date.now()) await this.#mute(model, 0);
    }
  }

  /** The settings of a camera as they are now: into the model, and told. */
  async apply(model: Steerable): Promise<void> {
    const values = this.#ports.settings.valuesOf(model.name);
    // What is set is told; a presence sensor changes only what it comes to.
    const sensitivity = values.sensitivity * this.#ports.sensitivityFactor(model.name);
    await model.apply({ ...values, sensitivity });
    this.#ports.publisher()?.settings(model.name, values);
    this.#ports.changed(model.name, values);
  }

  /** The camera or number sensor of that name; without one the only one there is. */
  modelNamed(name: string | undefined): Steerable {
    return modelNamed(this.#ports.models(), name);
  }

  async #answer(verb: Verb, body: { readonly [key: string]: unknown }): Promise<unknown> {
    const { snapshots, events, health, restart } = this.#ports;
    if (WRITING.has(verb) && !this.#ports.mayWrite()) {
      throw new CortexdError('usage', `Expected room in the write budget for ${verb} but it is used up for now`, {
        hint: 'Try again later, use the command line, or raise checkpoint.write_budget_mb_per_day.',
      });
    }
    const { name, camera } = body as { name: string; camera?: string };
    switch (verb) {
      case 'snapshot.create':
        return snakeKeys(await snapshots.create(name, camera));
      case 'snapshot.list':
        return snakeKeys(await snapshots.list());
      case 'snapshot.restore':
        return { restored: name, replaced: await snapshots.restore(name, camera) };
      case 'snapshot.delete':
        await snapshots.remove(name);
        return { deleted: name };
      case 'events.list':
        return events({ limit: MOST_EVENTS, ...(body as Partial<EventFilter>) });
      case 'health':
        return health();
      case 'restart':
        await restart();
        return { restarting: true };
    }
  }
}
