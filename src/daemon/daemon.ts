/**
 * daemon.ts - the running program: what is started in which order, and stopped in the reverse.
 *
 *     store (lock, verify, migrate) -> broker -> pins -> live page -> cameras and number sensors (load models, watch)
 *         -> fleet, if there is one -> control socket
 */
import { ClockWatch } from '../clock.ts';
import type { LoadedConfig } from '../config/load.ts';
import { messageOf } from '../errors.ts';
import type { BusStatus } from '../mqtt/bus.ts';
import { VERSION } from '../package-root.ts';
import type { HealthRecord } from '../records/bridge.ts';
import { timestamp } from '../records/from-observation.ts';
import { StoreClient } from '../store/store-client.ts';
import type { ApiPort } from '../web/api/port.ts';
import { LiveHub } from '../web/live.ts';
import { serveSocket } from '../web/server.ts';
import { apiPort } from './api-port.ts';
import { type Broker, openBroker } from './broker.ts';
import type { Camera } from './camera/camera.ts';
import type { FleetHost, FleetWork } from './fleet/fleet-work.ts';
import type { CameraPorts } from './watched/ports.ts';
import { Commands } from './control/commands.ts';
import { Lifecycle, type Stage } from './service/lifecycle.ts';
import type { Logger } from './service/log.ts';
import { ModelSnapshots } from './control/model-snapshots.ts';
import { Models } from './models.ts';
import type { NumberSensor } from './sensor/number-sensor.ts';
import { type Pins, openPins } from './pins.ts';
import { modelConfigs, runtimeOf } from './control/runtime-config.ts';
import { PinMeaning } from './control/pin-events.ts';
import { RuntimeSettings } from './control/runtime-settings.ts';
import type { ServiceManager } from './service/service-manager.ts';
import { ProofOfWork, STATUS_EVERY_MS } from './service/proof-of-work.ts';
import { Health } from './health.ts';
import { Dashboard } from './dashboard.ts';
import { admitRestart } from './control/restart.ts';
import { changesOf } from './control/reload.ts';
import { WriteBudget } from './watched/write-budget.ts';

const HEALTH_EVERY_MS = 60_000;
const RETAIN_EVERY_MS = 3_600_000;
const MUTE_EVERY_MS = 10_000;
const DAY_MS = 86_400_000;
/** The answer to a request for a restart must be out before. */
const RESTART_AFTER_MS = 300;
/** Before every time: nothing is that old. */
const NEVER = '0000';

export type DaemonOptions = {
  readonly loaded: LoadedConfig;
  readonly log: Logger;
  readonly service: ServiceManager;
  /** Hears every record of every camera (the demo prints them). */
  readonly watch?: CameraPorts['watch'];
  /** Joins the fleet, where there is one. */
  readonly fleet?: (host: FleetHost) => Promise<FleetWork>;
  /** Reads the configuration again, as a restart would; without it nobody may ask for one. Throws what is wrong with it. */
  readonly reread?: () => LoadedConfig;
};

export class Daemon {
  readonly live = new LiveHub();
  readonly #options: DaemonOptions;
  readonly #lifecycle = new Lifecycle();
  readonly #models = new Models({
    loaded: () => ({ ...this.#options.loaded, config: this.#config }),
    ports: () => this.#cameraPorts,
    store: () => this.#store,
    settings: () => this.#settings,
    commands: () => this.#commands,
    broker: () => this.#broker,
    work: () => this.#work,
    budget: () => this.#budget,
  });
  #fleet: FleetWork | null = null;
  #store!: StoreClient;
  #snapshots!: ModelSnapshots;
  #broker: Broker | null = null;
  #clock!: ClockWatch;
  #pins!: Pins;
  #pinMeaning!: PinMeaning;
  #page: Dashboard | undefined;
  #settings!: RuntimeSettings;
  #commands!: Commands;
  #askRestart: () => void = () => undefined;
  /** Resolves when someone has asked for a restart. */
  readonly restartAsked = new Promise<void>((resolve) => (this.#askRestart = resolve));
  #fail: (error: unknown) => void = () => undefined;
  /** Rejects when something inside has broken and the daemon cannot go on. */
  readonly failure = new Promise<never>((_, reject) => (this.#fail = reject));

  /** As it was read last. */
  #config: LoadedConfig['config'];
  readonly #work: ProofOfWork;
  readonly #budget: WriteBudget;
  readonly #health = new Health({
    store: () => this.#store,
    broker: () => this.#broker?.bus.status ?? null,
    clockSynced: () => this.#clock.synced,
    cameras: () => this.cameras.map((camera) => camera.health),
    streams: () => this.sensors.map((sensor) => sensor.health),
  });
  readonly #api: ApiPort = apiPort({
    live: this.live,
    log: () => this.#options.log,
    loaded: () => ({ ...this.#options.loaded, config: this.#config }),
    reread: () => this.#options.reread?.() ?? this.#options.loaded,
    store: () => this.#store,
    settings: () => this.#settings,
    commands: () => this.#commands,
    snapshots: () => this.#snapshots,
    cameras: () => this.#models.cameras,
    fleet: () => this.#fleet?.overview() ?? null,
    status: () => this.status(),
    isReady: () => this.#work.isReady,
    link: () => this.#page?.link ?? null,
  });

  private constructor(options: DaemonOptions) {
    this.#options = options;
    this.#config = options.loaded.config;
    const { write_budget_mb_per_day: megabytes } = this.#config.checkpoint;
    this.#budget = new WriteBudget(megabytes * 1e6, () => performance.now());
    this.#work = new ProofOfWork(options.service, () => this.#health.line);
    // Nobody may be listening yet; whoever does hears it all the same.
    this.failure.catch(() => undefined);
  }

  /** Start everything; throws the first stage's error after stopping what had been started. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const daemon = new Daemon(options);
    await daemon.#lifecycle.start(daemon.#stages());
    return daemon;
  }

  /** Address of the dashboard, if it is served. */
  get pageUrl(): string | undefined {
    return this.#page?.url;
  }

  get cameras(): readonly Camera[] {
    return [...this.#models.cameras.values()];
  }

  get sensors(): readonly NumberSensor[] {
    return [...this.#models.sensors.values()];
  }

  /** Stop in reverse order; models are saved on the way. `toRestart`: the service manager is not told, it would end us. */
  async stop(toRestart = false): Promise<void> {
    if (!toRestart) this.#options.service.stopping();
    await this.#lifecycle.stop((stage, error) => {
      this.#options.log.error({ stage, err: error }, `Stopping failed: ${messageOf(error)}`);
    });
  }

  /** Take over what can change while running; the log says what needs a restart. */
  async reload({ config }: LoadedConfig): Promise<void> {
    const { log } = this.#options;
    log.level = config.log.level;
    const { applied, needRestart } = changesOf(this.#config, config);
    this.#config = this.#models.withAdded(config);
    for (const model of this.#models.all) {
      const runtime = runtimeOf(config, model.name);
      if (runtime === undefined) continue;
      await this.#settings.configure(model.name, runtime);
      await this.#commands.apply(model);
    }
    if (this.#broker) this.#broker.publisher.scoreIntervalMs = config.mqtt.score_interval_s * 1000;
    const words = (keys: readonly string[], what: string): string =>
      keys.length === 0 ? '' : `; ${what}: ${keys.join(', ')}`;
    const told =
      `${words(applied, 'in effect now')}${words(needRestart, 'these changes need a restart')}` ||
      '; nothing has changed';
    log[needRestart.length === 0 ? 'info' : 'warn'](`Configuration read again${told}`);
  }

  #stages(): Stage[] {
    const { loaded, log } = this.#options;
    const { config, stateDirectory } = loaded;
    const timers: NodeJS.Timeout[] = [];
    let control: Awaited<ReturnType<typeof serveSocket>>;
    return [
      {
        name: 'clock',
        start: async () => {
          this.#clock = new ClockWatch();
        },
        stop: async () => this.#clock.close(),
      },
      {
        name: 'store',
        start: async () => {
          this.#store = await StoreClient.open({
            directory: stateDirectory,
            outboxLimit: config.retention.outbox_events,
            outboxBytes: config.retention.outbox_mb * 1e6,
            program: VERSION,
            lock: true,
            recover: true,
            announce: config.mqtt.enabled,
            fleet: config.cluster !== undefined,
            snapshotLimits: { count: config.model_snapshots.most, bytes: config.model_snapshots.most_mb * 1e6 },
          });
          const { every_h: everyHours, keep, keep_replaced: keepReplaced } = config.model_snapshots;
          const limits = { everyHours, keep, keepReplaced };
          this.#snapshots = new ModelSnapshots(this.#store, () => this.#models.all, limits, log);
          log.info({ directory: stateDirectory }, 'Store opened');
          this.#store.died.catch((error: unknown) => this.#fail(error));
          await this.#openSettings();
        },
        stop: () => this.#store.close(),
      },
      {
        name: 'broker',
        start: async () => {
          this.#broker = await openBroker(loaded, this.#store, log);
        },
        stop: async () => this.#broker?.publisher.close(),
      },
      {
        name: 'pins',
        start: async () => {
          this.#pinMeaning = new PinMeaning({
            pir: config.gpio?.pir,
            cameras: () => this.cameras,
            apply: (camera) => this.#commands.apply(camera),
            snapshot: () => this.#snapshots.byButton(),
            log,
          });
          this.#pins = openPins(config.gpio, this.#pinMeaning, log);
        },
        stop: async () => this.#pins.close(),
      },
      {
        name: 'page',
        start: async () => {
          if (!config.web.enabled) return;
          this.#page = new Dashboard(this.#api, config.web, stateDirectory, log);
          await this.#page.open();
        },
        stop: async () => this.#page?.close(),
      },
      {
        name: 'cameras',
        start: () => this.#models.start(),
        stop: () => this.#models.stop(),
      },
      {
        name: 'fleet',
        start: async () => {
          const { fleet } = this.#options;
          if (fleet === undefined) return;
          this.#fleet = await fleet({ loaded, log, store: this.#store, models: this.#models });
        },
        stop: async () => this.#fleet?.stop(),
      },
      {
        name: 'control socket',
        start: async () => {
          control = await serveSocket(this.#api, stateDirectory);
          this.#broker?.listen(this.#commands);
        },
        stop: () => control.close(),
      },
      {
        name: 'timers',
        start: async () => {
          const every = (ms: number, work: () => Promise<void>): NodeJS.Timeout =>
            setInterval(() => {
              work().catch((error: unknown) => log.error({ err: error }, messageOf(error)));
            }, ms);
          timers.push(setInterval(() => this.#models.proveLife(), STATUS_EVERY_MS));
          this.#snapshots.start();
          timers.push(
            every(HEALTH_EVERY_MS, () => this.#publishHealth()),
            every(RETAIN_EVERY_MS, () => this.#retain()),
            every(MUTE_EVERY_MS, () => this.#commands.endMutes()),
          );
        },
        stop: async () => {
          this.#snapshots.stop();
          timers.forEach((timer) => clearInterval(timer));
        },
      },
    ];
  }

  /** Settings changed while running; and cameras that have another name since the last start. */
  async #openSettings(): Promise<void> {
    const { loaded, log } = this.#options;
    const store = this.#store;
    for (const [name, { renamed_from: before }] of modelConfigs(loaded.config)) {
      if (before === undefined || !(await store.call('renameCamera', before, name))) continue;
      log.info({ camera: name, renamed_from: before }, 'What was known under the name before goes over');
    }
    this.#settings = await RuntimeSettings.open({
      load: () => store.call('settings'),
      save: (key, value) => store.call('saveSetting', key, value, timestamp(Date.now())),
    });
    this.#commands = new Commands({
      models: () => this.#models.all,
      settings: this.#settings,
      sensitivityFactor: (name) => (this.#models.cameras.has(name) ? this.#pinMeaning.sensitivityFactor : 1),
      publisher: () => this.#broker?.publisher ?? null,
      snapshots: this.#snapshots,
      events: (filter) => store.call('events', filter),
      health: () => this.#health.record(),
      mayWrite: () => this.#budget.allowsCommand(),
      restart: async () => {
        await admitRestart(store, this.#options.reread);
        setTimeout(() => this.#askRestart(), RESTART_AFTER_MS);
      },
      changed: (name, values) => this.#broker?.changed(name, values),
    });
  }

  get #cameraPorts(): CameraPorts {
    const { log, watch } = this.#options;
    return {
      store: this.#store,
      publisher: this.#broker?.publisher ?? null,
      isClockSynced: () => this.#clock.synced,
      eventWritten: () => {
        this.#broker?.bus.outboxChanged();
        this.#fleet?.eventWritten();
      },
      live: this.live,
      log,
      alarmChanged: () => this.#pins.setAlarm(this.#models.all.some((model) => model.isAlerting)),
      failed: (error) => this.#fail(error),
      workDone: (camera) => this.#work.done(camera),
      watch,
    };
  }

  async status(): Promise<HealthRecord & { version: string; broker: BusStatus | null; pins: string }> {
    const broker = this.#broker?.bus.status ?? null;
    return { version: VERSION, ...(await this.#health.record()), broker, pins: this.#pins.description };
  }

  async #publishHealth(): Promise<void> {
    this.#broker?.publisher.health(await this.#health.record());
  }

  async #retain(): Promise<void> {
    const { events_days, events_mb, pictures_mb, minutes_days } = this.#options.loaded.config.retention;
    const daysAgo = (days: number): string => timestamp(Date.now() - days * DAY_MS);
    await this.#store.call('retain', {
      // A clock that nobody has set must not make everything too old.
      before: this.#clock.synced ? daysAgo(events_days) : NEVER,
      minutesBefore: this.#clock.synced ? daysAgo(minutes_days) : NEVER,
      eventBytes: events_mb * 1e6,
      pictureBytes: pictures_mb * 1e6,
    });
  }
}
