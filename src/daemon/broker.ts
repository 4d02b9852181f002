/**
 * broker.ts - the daemon's side of MQTT, put together: the way out with its outbox, what is published, what is heard.
 */
import { withoutSecrets } from '../config/describe.ts';
import type { LoadedConfig } from '../config/load.ts';
import { Bus } from '../mqtt/bus.ts';
import { CommandServer } from '../mqtt/command-server.ts';
import type { CommandKind } from '../mqtt/commands.ts';
import { HomeAssistant, deviceIds } from '../mqtt/home-assistant/home-assistant.ts';
import { busOptions } from '../mqtt/options.ts';
import { Publisher, type RuntimeValues } from '../mqtt/publisher.ts';
import { TOPICS, pathFor } from '../mqtt/topics.ts';
import { VERSION } from '../package-root.ts';
import { timestamp } from '../records/from-observation.ts';
import type { StoreClient } from '../store/store-client.ts';
import type { Commands } from './control/commands.ts';
import { Complaints } from './control/complaints.ts';
import type { Logger } from './service/log.ts';

export type Broker = {
  readonly bus: Bus;
  readonly publisher: Publisher;
  /** The settings of a camera have changed: zones and masks are entities too. */
  readonly changed: (name: string, values: RuntimeValues) => void;
  /** Begin to hear commands. */
  readonly listen: (commands: Commands) => void;
};

/** Open the way to the broker; null when MQTT is switched off. Returns at once, whether the broker is there or not. */
export async function openBroker(loaded: LoadedConfig, store: StoreClient, log: Logger): Promise<Broker | null> {
  const { mqtt, cameras, streams } = loaded.config;
  if (!mqtt.enabled) return null;
  const bus = new Bus({
    ...busOptions(loaded),
    log: (level, message, fields) => log[level](fields, message),
    outbox: {
      take: async (limit) =>
        (await store.call('outboxAfter', 0, limit)).map(({ sequence, camera, payload }) => ({
          id: sequence,
          topic: pathFor(TOPICS.event, camera),
          payload,
        })),
      acknowledged: (id) => store.call('acknowledge', id),
    },
  });
  const publisher = new Publisher(bus, mqtt.score_interval_s * 1000, mqtt.retain_pictures);
  const info = {
    version: VERSION,
    node: process.version,
    cameras: Object.keys(cameras),
    streams: Object.keys(streams),
    config: withoutSecrets(loaded),
  };
  await settlePictures(bus, store, mqtt.retain_pictures, info.cameras);
  publisher.info(info);
  tellOfOthers(bus, loaded.baseTopic, JSON.stringify(info), log);
  const homeAssistant = mqtt.home_assistant ? await announce(loaded, bus, store) : undefined;
  bus.start();
  return {
    bus,
    publisher,
    changed: (name, values) => homeAssistant?.changed(name, values),
    listen: (commands) => {
      if (!mqtt.commands) return;
      const complaints = new Complaints(log);
      new CommandServer({
        bus,
        baseTopic: mqtt.command_topic ?? loaded.baseTopic,
        allowed: allowedCommands(loaded),
        handle: (command) => commands.carryOut(command),
        told: (path, error) => complaints.told(path, error),
      }).start();
    },
  };
}

function allowedCommands({ config }: LoadedConfig): ReadonlySet<CommandKind> {
  return new Set(config.mqtt.commands ? config.mqtt.allow : []);
}

const KEPT = 'mqtt/pictures_kept';

/** Pictures that a former life let the broker keep are taken back when that is not wanted any more. */
async function settlePictures(bus: Bus, store: StoreClient, keeps: boolean, cameras: readonly string[]): Promise<void> {
  const kept = (await store.call('settings'))[KEPT] !== undefined;
  if (kept === keeps) return;
  if (!keeps)
    for (const camera of cameras)
      for (const topic of [TOPICS.snapshot, TOPICS.heatmap]) bus.forgetSoon(pathFor(topic, camera));
  // On a full disk it is tried again at the next start.
  await store.call('saveSetting', KEPT, keeps ? 'true' : null, timestamp(Date.now())).catch(() => undefined);
}

/** What another daemon says of itself under our base topic: both would overwrite each other's state. Told once. */
function tellOfOthers(bus: Bus, baseTopic: string, own: string, log: Logger): void {
  let told = false;
  bus.listen(`${baseTopic}/${TOPICS.info.path}`, (payload) => {
    if (told || payload === own || payload === '') return;
    told = true;
    log.warn(
      { base_topic: baseTopic },
      'Another daemon uses this base topic as well: set mqtt.base_topic or node in one of them',
    );
  });
}

/** Tell Home Assistant of everything there is. Ids are given once and kept, whatever the names. */
async function announce(loaded: LoadedConfig, bus: Bus, store: StoreClient): Promise<HomeAssistant> {
  const { config, node, baseTopic } = loaded;
  const names = [...Object.keys(config.cameras), ...Object.keys(config.streams)];
  const { ids, fresh } = deviceIds(node, names, await store.call('settings'));
  for (const [key, value] of Object.entries<string>(fresh))
    await store.call('saveSetting', key, value, timestamp(Date.now()));
  const homeAssistant = new HomeAssistant({
    bus,
    baseTopic,
    commandTopic: config.mqtt.command_topic ?? baseTopic,
    allowed: allowedCommands(loaded),
    prefix: config.mqtt.discovery_prefix,
    node,
    version: VERSION,
    ids,
    cameras: Object.keys(config.cameras),
    streams: Object.fromEntries(Object.entries(config.streams).map(([name, { display_name: shown }]) => [name, shown])),
    delayMs: () => 500 + 2000 * Math.random(),
  });
  homeAssistant.start();
  return homeAssistant;
}
