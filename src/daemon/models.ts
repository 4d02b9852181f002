/**
 * models.ts - everything that is watched: the cameras and number sensors of the configuration, and cameras that come and go
 * while the daemon runs, as those of a fleet do.
 */
import type { CameraConfig } from '../config/camera-schema.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { DEFAULT_SERIES } from '../series/settings.ts';
import type { StoreClient } from '../store/store-client.ts';
import type { Broker } from './broker.ts';
import { Camera } from './camera/camera.ts';
import type { Commands } from './control/commands.ts';
import { settleLeftOver } from './control/left-over.ts';
import { modelConfigs, runtimeOf } from './control/runtime-config.ts';
import type { RuntimeSettings } from './control/runtime-settings.ts';
import { NumberSensor } from './sensor/number-sensor.ts';
import { SensorModels } from './sensor/sensor-models.ts';
import { allOf } from './service/lifecycle.ts';
import type { ProofOfWork } from './service/proof-of-work.ts';
import type { CameraLimits, CameraPorts } from './watched/ports.ts';
import { NOT_CONFIGURED, STOPPED_MEANWHILE } from './watched/settle.ts';
import type { WriteBudget } from './watched/write-budget.ts';

export type ModelsPorts = {
  readonly loaded: () => LoadedConfig;
  readonly ports: () => CameraPorts;
  readonly store: () => StoreClient;
  readonly settings: () => RuntimeSettings;
  readonly commands: () => Commands;
  readonly broker: () => Broker | null;
  readonly work: () => ProofOfWork;
  readonly budget: () => WriteBudget;
};

/** Who must move besides the cameras: the thread of the number sensors, or the main thread where there is nothing else. */
const SENSORS = 'number sensors';
const MAIN = 'main';

export class Models {
  readonly cameras = new Map<string, Camera>();
  readonly sensors = new Map<string, NumberSensor>();
  readonly #ports: ModelsPorts;
  #sensorModels: SensorModels | null = null;
  /** Cameras that are in no configuration. */
  readonly #added = new Map<string, CameraConfig>();

  constructor(ports: ModelsPorts) {
    this.#ports = ports;
  }

  get all(): readonly (Camera | NumberSensor)[] {
    return [...this.cameras.values(), ...this.sensors.values()];
  }

  get ports(): CameraPorts {
    return this.#ports.ports();
  }

  /** Load and watch all that is configured; when something cannot be, no thread is left behind. */
  async start(): Promise<void> {
    await this.#settleLeftOver();
    try {
      await this.#load();
    } catch (error) {
      await Promise.allSettled([...this.cameras.values()].map((camera) => camera.abandon()));
      await this.#sensorModels?.close();
      throw error;
    }
    for (const model of this.all) model.start();
  }

  async #load(): Promise<void> {
    const { loaded, settings, commands, broker, work } = this.#ports;
    const { config } = loaded();
    const seeds = Object.values(config.streams).map(({ seed }) => seed);
    if (seeds.length > 0) this.#sensorModels = await SensorModels.start(DEFAULT_SERIES, seeds);
    for (const [name] of modelConfigs(config)) await settings().configure(name, runtimeOf(config, name)!);
    // Side by side: models are verified and built in their own threads. The order stays that of the configuration.
    const cameras = Object.entries(config.cameras);
    const created = await Promise.allSettled(
      cameras.map(([name, camera]) => Camera.create(name, camera, this.ports, this.#limits(config))),
    );
    cameras.forEach(([name], at) => {
      const one = created[at]!;
      if (one.status === 'fulfilled') this.cameras.set(name, one.value);
    });
    for (const one of created) if (one.status === 'rejected') throw one.reason;
    const bus = broker()?.bus;
    const listen = bus === undefined ? null : bus.listen.bind(bus);
    for (const [i, [name, stream]] of Object.entries(config.streams).entries()) {
      const model = this.#sensorModels!.model(i);
      const ports = { ...this.ports, listen };
      this.sensors.set(name, await NumberSensor.create(name, stream, model, ports, this.#limits(config)));
    }
    for (const model of this.all) await commands().apply(model);
    for (const name of this.cameras.keys()) work().expect(name);
    if (this.#sensorModels !== null) work().expect(SENSORS);
    else if (this.cameras.size === 0) work().expect(MAIN);
  }

  async stop(): Promise<void> {
    try {
      await allOf(this.all.map((model) => model.stop()));
    } finally {
      await this.#sensorModels?.close();
    }
  }

  /** Watch one more camera, with ports of its own and values that were set for it elsewhere. Rejects when it cannot be. */
  async add(
    name: string,
    config: CameraConfig,
    ports: CameraPorts,
    values: { readonly [key: string]: string },
  ): Promise<Camera> {
    const { loaded, settings, commands, work } = this.#ports;
    this.#added.set(name, config);
    Object.assign(loaded().config.cameras, { [name]: config });
    try {
      await settings().take(name, values);
      await settings().configure(name, runtimeOf(loaded().config, name)!);
      const camera = await Camera.create(name, config, ports, this.#limits(loaded().config));
      this.cameras.set(name, camera);
      await commands().apply(camera);
      work().expect(name);
      camera.start();
      return camera;
    } catch (error) {
      await this.remove(name, 'it could not be started');
      throw error;
    }
  }

  /** Stop a camera that was added: its open events end, its model is saved. */
  async remove(name: string, reason: string): Promise<void> {
    const camera = this.cameras.get(name);
    try {
      await camera?.leave(reason);
    } finally {
      this.cameras.delete(name);
      this.#added.delete(name);
      delete this.#ports.loaded().config.cameras[name];
      this.#ports.work().forget(name);
      if (this.all.length === 0) this.#ports.work().expect(MAIN);
    }
  }

  /** Whether a camera is to be watched at all. */
  isEnabled(name: string): boolean {
    return this.#ports.settings().valuesOf(name).enabled;
  }

  /** A configuration that was read again, with the cameras that are in none. */
  withAdded(config: Config): Config {
    return { ...config, cameras: { ...config.cameras, ...Object.fromEntries(this.#added) } };
  }

  /** Values may be hours apart: what proves that work is done is that the threads which do it answer. */
  proveLife(): void {
    const work = this.#ports.work();
    if (this.#sensorModels === null) {
      if (this.#ports.loaded().config.cluster !== undefined || this.cameras.size === 0) work.done(MAIN);
      return;
    }
    this.#sensorModels.ping().then(
      () => (this.cameras.size === 0 ? work.done(SENSORS) : work.moved(SENSORS)),
      (error: unknown) => this.#ports.ports().failed(error),
    );
  }

  #limits(config: Config): CameraLimits {
    const { interval_s: interval, max_interval_s: longest } = config.checkpoint;
    return {
      checkpoint: { intervalMs: interval * 1000, longestMs: Math.max(interval, longest) * 1000 },
      budget: this.#ports.budget(),
    };
  }

  /** Former lives may have watched more than is configured now. */
  async #settleLeftOver(): Promise<void> {
    const broker = this.#ports.broker();
    const store = this.#ports.store();
    const { config, baseTopic } = this.#ports.loaded();
    await settleLeftOver({
      configured: new Set(modelConfigs(config).map(([name]) => name)),
      known: await store.call('cameras'),
      open: await store.call('openEvents'),
      // Of a fleet it is not known yet who goes on with it.
      reason: config.cluster === undefined ? NOT_CONFIGURED : STOPPED_MEANWHILE,
      write: async (event) => {
        await store
          .call('saveEvent', event, null, broker !== null)
          .catch(() => broker?.publisher.unwrittenEvent(event));
      },
      bus: broker?.bus ?? null,
      baseTopic,
    });
  }
}
