/**
 * discovery.ts - what Home Assistant is told: one message per device, with all its entities.
 *
 * A device is the daemon, a camera or a number sensor. Ids never depend on names that people change; see home-assistant.ts.
 * Keys as documented at home-assistant.io, "MQTT", "Device discovery payload"; a test holds every message against them.
 */
import { LABEL_LENGTH, plainName } from '../../records/names.ts';
import type { CommandKind } from '../commands.ts';
import type { Component, Entity, Topics } from './entity.ts';
import { watchEntities } from './watch-entities.ts';
import type { RuntimeValues } from '../publisher.ts';
import { COMMANDS, TOPICS, pathFor } from '../topics.ts';

export type Discovery = {
  readonly device: { readonly identifiers: readonly string[]; readonly [key: string]: unknown };
  readonly origin: { readonly name: string; readonly sw_version: string };
  readonly components: { readonly [key: string]: Component };
  readonly [key: string]: unknown;
};

/** What all messages of one daemon share. */
export type DiscoveryContext = {
  readonly baseTopic: string;
  /** First levels of the topics of commands. */
  readonly commandTopic: string;
  readonly node: string;
  readonly version: string;
  /** Kinds of commands that are taken; without it all. What would be refused is not offered. */
  readonly allowed?: ReadonlySet<CommandKind> | undefined;
  /** Id of the daemon's device. */
  readonly daemonId: string;
};

const CONFIG = { entity_category: 'config' } as const;
const DIAGNOSTIC = { entity_category: 'diagnostic' } as const;

/** The message of a camera. */
export function cameraDiscovery(name: string, id: string, values: RuntimeValues, context: DiscoveryContext): Discovery {
  const to = topicsOf(name, context);
  const health = (key: string): string => templateOf(`cameras`, 'camera', name, key);
  const entities: { [key: string]: Entity } = {
    ...sharedEntities(to),
    heatmap: { platform: 'image', name: 'Where', image_topic: to.state('heatmap'), content_type: 'image/jpeg' },
    snapshot: {
      platform: 'image',
      name: 'Last anomaly',
      image_topic: to.state('snapshot'),
      content_type: 'image/jpeg',
    },
    predicted: {
      platform: 'image',
      name: 'Expected picture',
      image_topic: to.state('predicted'),
      content_type: 'image/jpeg',
    },
    prediction: {
      platform: 'sensor',
      name: 'Expected next',
      icon: 'mdi:crystal-ball',
      state_topic: to.state('prediction'),
      value_template: "{{ value_json.next[0].state if value_json.next else 'unknown' }}",
      json_attributes_topic: to.state('prediction'),
    },
    prediction_confidence: {
      platform: 'sensor',
      name: 'Confidence of the prediction',
      unit_of_measurement: '%',
      state_class: 'measurement',
      state_topic: to.state('prediction'),
      value_template: '{{ (value_json.confidence * 100) | round }}',
    },
    label: {
      platform: 'sensor',
      name: 'Seen',
      icon: 'mdi:tag',
      state_topic: to.state('prediction'),
      value_template: "{{ value_json.label.name if value_json.label else 'nothing named' }}",
    },
    normal: {
      platform: 'button',
      name: 'That was normal',
      icon: 'mdi:check',
      command_topic: to.command('feedback'),
      payload_press: 'normal',
    },
    matters: {
      platform: 'button',
      name: 'That matters',
      icon: 'mdi:alert',
      command_topic: to.command('feedback'),
      payload_press: 'matters',
    },
    name_it: {
      platform: 'text',
      name: 'Name what is seen',
      icon: 'mdi:tag-text',
      command_topic: to.command('label'),
      min: 1,
      max: LABEL_LENGTH,
      ...CONFIG,
    },
    ...watchEntities(to),
    fps: {
      platform: 'sensor',
      name: 'Frame rate',
      unit_of_measurement: 'fps',
      state_class: 'measurement',
      ...DIAGNOSTIC,
      state_topic: to.health,
      value_template: health('fps'),
    },
    dropped: {
      platform: 'sensor',
      name: 'Frames dropped',
      state_class: 'total_increasing',
      ...DIAGNOSTIC,
      state_topic: to.health,
      value_template: health('dropped'),
    },
  };
  for (const [kind, areas] of [
    ['zone', values.zones],
    ['mask', values.masks],
  ] as const) {
    for (const area of Object.keys(areas)) {
      entities[`${kind}_${plainName(area)}`] = {
        platform: 'switch',
        name: `${kind === 'zone' ? 'Zone' : 'Mask'} ${area}`,
        icon: kind === 'zone' ? 'mdi:vector-polygon' : 'mdi:eye-off',
        state_topic: `${context.baseTopic}/${pathFor(TOPICS[kind], name, area)}`,
        value_template: "{{ 'ON' if value_json.enabled else 'OFF' }}",
        command_topic: `${context.commandTopic}/${pathFor(COMMANDS[kind], name, area)}`,
        ...CONFIG,
      };
    }
  }
  return message(name, values.display_name ?? '', id, 'camera', entities, context);
}

/** The message of a number sensor; `shown` is its name for people, empty: `name`. */
export function sensorDiscovery(name: string, shown: string, id: string, context: DiscoveryContext): Discovery {
  const to = topicsOf(name, context);
  const entities: { [key: string]: Entity } = {
    ...sharedEntities(to),
    value: {
      platform: 'sensor',
      name: 'Value',
      state_class: 'measurement',
      state_topic: to.state('score'),
      value_template: '{{ value_json.value }}',
    },
    prediction: {
      platform: 'sensor',
      name: 'Expected next',
      icon: 'mdi:crystal-ball',
      state_topic: to.state('score'),
      value_template: "{{ value_json.prediction if value_json.prediction is not none else 'unknown' }}",
    },
  };
  return message(name, shown, id, 'number sensor', entities, context);
}

/** The message of the daemon itself. */
export function daemonDiscovery(context: DiscoveryContext): Discovery {
  const { baseTopic, daemonId, node } = context;
  const health = `${baseTopic}/${TOPICS.health.path}`;
  const state = `${baseTopic}/${TOPICS.bridgeState.path}`;
  const there = { availability: [availability(state)] };
  const measured = (name: string, key: string, unit?: string): Entity => ({
    platform: 'sensor',
    name,
    state_class: 'measurement',
    ...(unit === undefined ? {} : { unit_of_measurement: unit }),
    ...DIAGNOSTIC,
    state_topic: health,
    value_template: `{{ value_json.${key} }}`,
    ...there,
  });
  const entities: { [key: string]: Entity } = {
    connection: {
      platform: 'binary_sensor',
      name: 'Connection',
      device_class: 'connectivity',
      ...DIAGNOSTIC,
      state_topic: state,
      value_template: '{{ value_json.state }}',
      payload_on: 'online',
      payload_off: 'offline',
    },
    version: {
      platform: 'sensor',
      name: 'Version',
      ...DIAGNOSTIC,
      state_topic: `${baseTopic}/${TOPICS.info.path}`,
      value_template: '{{ value_json.version }}',
      ...there,
    },
    memory: measured('Memory', 'rss_mb', 'MB'),
    waiting: measured('Events waiting', 'outbox_depth'),
    written: measured('Bytes written per day', 'db_bytes_written_per_day', 'B'),
    restart: {
      platform: 'button',
      name: 'Restart',
      device_class: 'restart',
      ...CONFIG,
      command_topic: `${context.commandTopic}/bridge/request/restart`,
      payload_press: '{}',
      ...there,
    },
  };
  const device = {
    identifiers: [daemonId],
    name: `cortexd ${node}`,
    manufacturer: 'cortexd',
    model: 'daemon',
    sw_version: context.version,
  };
  const components = complete(offered(entities, context), daemonId, `cortexd ${node}`);
  return { device, origin: originOf(context), qos: 1, components };
}

function topicsOf(name: string, { baseTopic, commandTopic }: DiscoveryContext): Topics {
  return {
    state: (topic) => `${baseTopic}/${pathFor(TOPICS[topic], name)}`,
    command: (topic) => `${commandTopic}/${pathFor(COMMANDS[topic], name)}`,
    health: `${baseTopic}/${TOPICS.health.path}`,
    bridge: `${baseTopic}/${TOPICS.bridgeState.path}`,
  };
}

/** What cameras and number sensors have in common. */
function sharedEntities(to: Topics): { [key: string]: Entity } {
  // Also while the camera gives no frames its settings can be changed.
  const settings = { ...CONFIG, availability: [availability(to.bridge)] };
  return {
    anomaly: {
      platform: 'binary_sensor',
      name: 'Anomaly',
      device_class: 'problem',
      state_topic: to.state('anomaly'),
      json_attributes_topic: to.state('anomalyAttributes'),
    },
    score: {
      platform: 'sensor',
      name: 'Score',
      icon: 'mdi:pulse',
      state_class: 'measurement',
      suggested_display_precision: 2,
      state_topic: to.state('score'),
      value_template: '{{ value_json.score }}',
      expire_after: 3600,
    },
    event: {
      platform: 'event',
      name: 'Event',
      state_topic: to.state('event'),
      event_types: ['start', 'update', 'end'],
      value_template: '{{ dict(value_json, event_type=value_json.type) | tojson }}',
    },
    learning_progress: {
      platform: 'sensor',
      name: 'Learning progress',
      icon: 'mdi:school',
      unit_of_measurement: '%',
      state_class: 'measurement',
      ...DIAGNOSTIC,
      state_topic: to.state('score'),
      value_template: '{{ (value_json.learning.progress * 100) | round }}',
    },
    learning: {
      platform: 'switch',
      name: 'Learning',
      icon: 'mdi:school',
      ...settings,
      state_topic: to.state('learning'),
      command_topic: to.command('learning'),
    },
    enabled: {
      platform: 'switch',
      name: 'Watching',
      icon: 'mdi:eye',
      ...settings,
      state_topic: to.state('enabled'),
      command_topic: to.command('enabled'),
    },
    sensitivity: {
      platform: 'number',
      name: 'Sensitivity',
      icon: 'mdi:tune',
      ...settings,
      min: 0.1,
      max: 10,
      step: 0.1,
      mode: 'slider',
      state_topic: to.state('sensitivity'),
      command_topic: to.command('sensitivity'),
    },
  };
}

/** `name` is that of topics and ids; people read `shown`. */
function message(
  name: string,
  shown: string,
  id: string,
  model: string,
  entities: { [key: string]: Entity },
  context: DiscoveryContext,
): Discovery {
  const to = topicsOf(name, context);
  const device = {
    identifiers: [id],
    name: shown === '' ? name : shown,
    manufacturer: 'cortexd',
    model,
    sw_version: context.version,
    via_device: context.daemonId,
  };
  return {
    device,
    origin: originOf(context),
    availability: [availability(to.bridge), availability(to.state('availability'))],
    availability_mode: 'all',
    qos: 1,
    components: complete(offered(entities, context), id, name),
  };
}

/** Without what would only be refused. */
function offered(entities: { [key: string]: Entity }, { allowed }: DiscoveryContext): { [key: string]: Entity } {
  if (allowed === undefined) return entities;
  const isOffered = ([key, entity]: [string, Entity]): boolean =>
    !('command_topic' in entity) || allowed.has(kindOfEntity(key));
  return Object.fromEntries(Object.entries(entities).filter(isOffered));
}

function kindOfEntity(key: string): CommandKind {
  if (key === 'restart') return 'restart';
  if (['normal', 'matters', 'name_it'].includes(key)) return 'teaching';
  return key.startsWith('mask_') ? 'masks' : 'settings';
}

/** Ids are made of the device's id; what people see at first is made of its name. */
function complete(entities: { [key: string]: Entity }, id: string, name: string): { [key: string]: Component } {
  const slug = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_|_$/g, '');
  return Object.fromEntries(
    Object.entries(entities).map(([key, entity]): [string, Component] => [
      key,
      { ...entity, unique_id: `${id}_${key}`, default_entity_id: `${entity.platform}.${slug(`${name}_${key}`)}` },
    ]),
  );
}

function originOf({ version }: DiscoveryContext): Discovery['origin'] {
  return { name: 'cortexd', sw_version: version };
}

function availability(topic: string): { readonly topic: string; readonly value_template: string } {
  return { topic, value_template: '{{ value_json.state }}' };
}

/** Picks a number of one camera out of the list in the health message. */
function templateOf(list: string, by: string, name: string, key: string): string {
  return `{{ value_json.${list} | selectattr('${by}', 'eq', '${name}') | map(attribute='${key}') | first }}`;
}
