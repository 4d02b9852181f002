/**
 * runtime-settings.ts - settings that were changed while the daemon ran: kept in the database, valid over a restart.
 *
 * A change holds until the configuration file says something else than it said when the change was made: whoever edits the
 * file means it.
 */
import type { Area, AreaKind, RuntimeConfig } from './runtime-config.ts';
import type { AreaChange } from '../../mqtt/commands.ts';
import type { RuntimeValues } from '../../mqtt/publisher.ts';
import { CortexdError } from '../../errors.ts';

/** Where values are kept; the database in the daemon. */
export type SettingsPort = {
  readonly load: () => Promise<{ readonly [key: string]: string }>;
  /** null deletes */
  readonly save: (key: string, value: string | null) => Promise<void>;
};

/** A change as it is kept: the new value, and what the configuration said then (JSON text). */
type Kept = { readonly value: unknown; readonly configured: string };

/** Settings with one value, and those of them that number sensors do not have. */
const OF_CAMERAS = ['alarms_per_day', 'quiet_hours', 'display_name', 'muted_until'] as const;
const PLAIN = ['learning', 'enabled', 'sensitivity', ...OF_CAMERAS] as const;
export type PlainSetting = (typeof PLAIN)[number];

const MOST_AREAS = 32;
const KINDS = { zone: 'zones', mask: 'masks' } as const;

export class RuntimeSettings {
  readonly #port: SettingsPort;
  readonly #configured = new Map<string, RuntimeConfig>();
  readonly #kept: Map<string, Kept>;

  private constructor(port: SettingsPort, kept: Map<string, Kept>) {
    this.#port = port;
    this.#kept = kept;
  }

  static async open(port: SettingsPort): Promise<RuntimeSettings> {
    const kept = new Map<string, Kept>();
    for (const [key, text] of Object.entries(await port.load()))
      if (key.startsWith('camera/')) kept.set(key, JSON.parse(text) as Kept);
    return new RuntimeSettings(port, kept);
  }

  /** What the configuration file says of a camera or sensor. Changes that it has overtaken are dropped. */
  async configure(name: string, config: RuntimeConfig): Promise<void> {
    this.#configured.set(name, config);
    for (const [key, { configured }] of this.#kept) {
      const path = pathOf(key, name);
      if (path !== null && configured !== textAt(config, path)) await this.#forget(key);
    }
  }

  /** Values of a camera that were set on another machine, by key; they take the place of all there are. */
  async take(name: string, values: { readonly [key: string]: string }): Promise<void> {
    const prefix = `camera/${name}/`;
    for (const [key, text] of Object.entries(values)) {
      if (!key.startsWith(prefix)) continue;
      await this.#port.save(key, text);
      this.#kept.set(key, JSON.parse(text) as Kept);
    }
    if (Object.keys(values).length === 0) return;
    for (const key of this.#kept.keys()) if (pathOf(key, name) !== null && !(key in values)) await this.#forget(key);
  }

  /** The settings of a camera or sensor as they are now. */
  valuesOf(name: string): RuntimeValues {
    const config = this.#configured.get(name);
    if (config === undefined) throw unknownName(name, [...this.#configured.keys()]);
    const values = { ...config, zones: areasOf(config.zones), masks: areasOf(config.masks) };
    for (const [key, { value }] of this.#kept) {
      const path = pathOf(key, name);
      if (path === null) continue;
      const [what = '', area] = path;
      if (area !== undefined) values[KINDS[what as AreaKind]][area] = value as Area;
      else Object.assign(values, { [what]: value });
    }
    return values;
  }

  /** Throws CortexdError('usage') for a setting that only cameras have. */
  async set(name: string, what: PlainSetting, value: boolean | number | string): Promise<void> {
    this.valuesOf(name);
    if ((OF_CAMERAS as readonly string[]).includes(what) && this.#configured.get(name)?.zones === null)
      refuseSensor(name);
    await this.#keep(`camera/${name}/${what}`, value, textAt(this.#configured.get(name)!, [what]));
  }

  /** Change a zone or mask. Throws CortexdError('usage') for one that is not drawn, or one too many. */
  async setArea(name: string, kind: AreaKind, area: string, change: AreaChange): Promise<void> {
    const config = this.#configured.get(name);
    const areas = this.valuesOf(name)[KINDS[kind]];
    if (config?.zones === null) refuseSensor(name);
    const key = `camera/${name}/${kind}/${area}`;
    if (change === 'reset') return this.#forget(key);
    const points = change.points ?? areas[area]?.points;
    if (points === undefined) {
      throw new CortexdError(
        'usage',
        `Expected a ${kind} of ${Object.keys(areas).join(', ') || 'none'} but received ${area}`,
        {
          hint: 'Draw it first: send its corner points.',
        },
      );
    }
    if (areas[area] === undefined && Object.keys(areas).length >= MOST_AREAS)
      throw new CortexdError('usage', `Expected at most ${MOST_AREAS} of ${KINDS[kind]} but received one more`);
    const value = { enabled: change.enabled ?? areas[area]?.enabled ?? true, points };
    await this.#keep(key, value, textAt(config!, [kind, area]));
  }

  async #keep(key: string, value: unknown, configured: string): Promise<void> {
    // Durable first: what is told as done survives a power cut.
    await this.#port.save(key, JSON.stringify({ value, configured }));
    this.#kept.set(key, { value, configured });
  }

  async #forget(key: string): Promise<void> {
    await this.#port.save(key, null);
    this.#kept.delete(key);
  }
}

function refuseSensor(name: string): never {
  throw new CortexdError('usage', `Expected a camera but ${name} is a number sensor`);
}

function unknownName(name: string, known: readonly string[]): CortexdError {
  return new CortexdError('usage', `Expected a camera or stream of ${known.join(', ')} but received ${name}`);
}

/** What a key says of a camera: [setting] or [kind, area]; null when it belongs to another. */
function pathOf(key: string, name: string): readonly string[] | null {
  const prefix = `camera/${name}/`;
  if (!key.startsWith(prefix)) return null;
  const path = key.slice(prefix.length).split('/');
  return [...PLAIN, 'zone', 'mask'].includes(path[0]!) ? path : null;
}

/** What the configuration says there, as text. */
function textAt(config: RuntimeConfig, [what, area]: readonly string[]): string {
  const value = area === undefined ? config[what as 'learning'] : config[KINDS[what as AreaKind]]?.[area];
  return JSON.stringify(value ?? null);
}

function areasOf(polygons: RuntimeConfig['zones']): { [name: string]: Area } {
  const entries = Object.entries(polygons ?? {});
  return Object.fromEntries(
    entries.map(([name, points]) => [name, { enabled: true, points: points.map(([x, y]) => [x, y]) }]),
  );
}
