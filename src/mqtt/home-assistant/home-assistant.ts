/**
 * home-assistant.ts - keeps Home Assistant informed: announces every device, again when it is started, and takes back what
 * is gone.
 *
 * What was announced before lies retained at the broker. It is read on every connect: devices of this daemon that exist no
 * more are emptied, and an entity that is gone from a device is taken back by a message that names only its platform.
 */
import { createHash } from 'node:crypto';
import type { Bus } from '../bus.ts';
import { stableClientId } from '../client-id.ts';
import {
  type Discovery,
  type DiscoveryContext,
  cameraDiscovery,
  daemonDiscovery,
  sensorDiscovery,
} from './discovery.ts';
import type { RuntimeValues } from '../publisher.ts';

export type DeviceIds = { readonly daemon: string; readonly models: { readonly [name: string]: string } };

const DAEMON_KEY = 'home-assistant/daemon';
const modelKey = (name: string): string => `camera/${name}/uid`;

/**
 * The ids of the daemon and its cameras and sensors: kept ones from `settings` (JSON text by key), new ones otherwise.
 * `fresh` has those that must be kept. A kept id goes with its camera when that gets another name.
 */
export function deviceIds(
  node: string,
  names: readonly string[],
  settings: { readonly [key: string]: string },
): { readonly ids: DeviceIds; readonly fresh: { readonly [key: string]: string } } {
  const fresh: { [key: string]: string } = {};
  const keptAt = (key: string, make: () => string): string => {
    const kept = settings[key];
    if (kept !== undefined) return JSON.parse(kept) as string;
    const made = make();
    fresh[key] = JSON.stringify(made);
    return made;
  };
  const daemon = keptAt(DAEMON_KEY, () => stableClientId(`home-assistant/${node}`).replace('-', '_'));
  const taken = new Set(
    Object.entries(settings)
      .filter(([key]) => key.endsWith('/uid'))
      .map(([, id]) => JSON.parse(id) as string),
  );
  const models: { [name: string]: string } = {};
  for (const name of names) {
    models[name] = keptAt(modelKey(name), () => {
      // A new camera may have the name that another one was born with.
      for (let number = 0; ; number++) {
        const hash = createHash('sha256').update(`${name}\0${number}`).digest('hex').slice(0, 8);
        if (!taken.has(`${daemon}_${hash}`)) return `${daemon}_${hash}`;
      }
    });
    taken.add(models[name]);
  }
  return { ids: { daemon, models }, fresh };
}

export type HomeAssistantOptions = Omit<DiscoveryContext, 'daemonId'> & {
  readonly bus: Bus;
  readonly prefix: string;
  readonly ids: DeviceIds;
  readonly cameras: readonly string[];
  /** Name -> what people call it; empty: the same. */
  readonly streams: { readonly [name: string]: string };
  /** Pause between Home Assistant's birth and the answer (ms): not all daemons of a house at once. */
  readonly delayMs: () => number;
};

export class HomeAssistant {
  readonly #options: HomeAssistantOptions;
  readonly #context: DiscoveryContext;
  /** Whole topic -> what is announced there. */
  readonly #announced = new Map<string, Discovery>();
  /** Whole topic -> components that lay announced at the broker before this daemon had anything to say there. */
  readonly #old = new Map<string, { readonly [key: string]: unknown }>();
  #resending: NodeJS.Timeout | undefined;

  constructor(options: HomeAssistantOptions) {
    this.#options = options;
    this.#context = { ...options, daemonId: options.ids.daemon };
  }

  /** Announce the daemon and its sensors, and listen; cameras are announced when their settings are known. */
  start(): void {
    const { bus, prefix, ids, streams } = this.#options;
    this.#announce(ids.daemon, daemonDiscovery(this.#context));
    for (const [name, shown] of Object.entries(streams)) {
      const id = ids.models[name]!;
      this.#announce(id, sensorDiscovery(name, shown, id, this.#context));
    }
    bus.listen(`${prefix}/status`, (payload) => {
      if (payload === 'online') this.#born();
    });
    bus.listen(this.#topic('+'), (payload, topic) => this.#heardOld(payload, topic), true);
  }

  /** A camera's settings are known or have changed. */
  changed(name: string, values: RuntimeValues): void {
    const { ids, cameras } = this.#options;
    const id = ids.models[name];
    if (id === undefined || !cameras.includes(name)) return;
    this.#announce(id, cameraDiscovery(name, id, values, this.#context));
  }

  #topic(id: string): string {
    return `${this.#options.prefix}/device/${id}/config`;
  }

  #announce(id: string, discovery: Discovery): void {
    const topic = this.#topic(id);
    const before = this.#announced.get(topic)?.components ?? this.#old.get(topic);
    this.#announced.set(topic, discovery);
    if (before !== undefined) this.#takeBack(topic, before, discovery);
    this.#options.bus.retainAt(topic, JSON.stringify(discovery));
  }

  /** Entities that were announced and are gone: named once more with nothing but their platform. */
  #takeBack(topic: string, before: { readonly [key: string]: unknown }, now: Discovery): void {
    const gone = Object.entries(before).filter(([key]) => !(key in now.components));
    if (gone.length === 0) return;
    const bare = gone.map(([key, component]) => [
      key,
      { platform: (component as { platform?: unknown } | null)?.platform },
    ]);
    const components = { ...now.components, ...(Object.fromEntries(bare) as object) };
    this.#options.bus.retainAt(topic, JSON.stringify({ ...now, components }));
  }

  /** Home Assistant has started: everything it must know once more. */
  #born(): void {
    const { bus, delayMs } = this.#options;
    clearTimeout(this.#resending);
    this.#resending = setTimeout(() => bus.resend(), delayMs()).unref();
  }

  /** Something lies announced at the broker. */
  #heardOld(payload: string, topic: string): void {
    const { bus, ids, prefix } = this.#options;
    const id = topic.slice(`${prefix}/device/`.length, -'/config'.length);
    if (payload === '' || (id !== ids.daemon && !id.startsWith(`${ids.daemon}_`))) return;
    if (id !== ids.daemon && !Object.values(ids.models).includes(id)) {
      bus.forgetAt(topic);
      return;
    }
    const old = componentsOf(payload);
    if (old === null) return;
    const now = this.#announced.get(topic);
    if (now === undefined) {
      this.#old.set(topic, old);
    } else if (payload !== JSON.stringify(now)) {
      this.#takeBack(topic, old, now);
      bus.retainAt(topic, JSON.stringify(now));
    }
  }
}

function componentsOf(payload: string): { readonly [key: string]: unknown } | null {
  try {
    const { components } = JSON.parse(payload) as { components?: unknown };
    return typeof components === 'object' && components !== null ? (components as { [key: string]: unknown }) : null;
  } catch {
    return null;
  }
}
