/**
 * keys.ts - the keys that Home Assistant documents for each kind of entity, and those that it requires.
 *
 * Source: github.com/home-assistant/home-assistant.io, source/_integrations/<kind>.mqtt.markdown, read on 24 November 2026 at
 * commits 9e4a69ab (sensor), fbc3a3b3 (binary_sensor), 03ecc9ca (text), 045f4e65 (image), 0271d54c (event), 00042d88 (number),
 * 04c35f18 (switch), 03048e09 (button); "platform" and "default_entity_id" are listed by the newest of them for every kind.
 * The device message itself: source/_integrations/mqtt.markdown, "Device discovery payload".
 */
const EVERY = [
  'platform',
  'unique_id',
  'default_entity_id',
  'name',
  'icon',
  'availability',
  'availability_mode',
  'availability_template',
  'availability_topic',
  'enabled_by_default',
  'encoding',
  'entity_category',
  'entity_picture',
  'json_attributes_template',
  'json_attributes_topic',
  'payload_available',
  'payload_not_available',
  'qos',
];

type Kind = { readonly keys: readonly string[]; readonly required: readonly string[] };

const kind = (keys: readonly string[], required: readonly string[]): Kind => ({ keys: [...EVERY, ...keys], required });

export const KINDS: { readonly [platform: string]: Kind } = {
  binary_sensor: kind(
    [
      'device_class',
      'expire_after',
      'force_update',
      'off_delay',
      'payload_off',
      'payload_on',
      'state_topic',
      'value_template',
    ],
    ['state_topic'],
  ),
  sensor: kind(
    [
      'device_class',
      'expire_after',
      'force_update',
      'last_reset_value_template',
      'options',
      'suggested_display_precision',
      'state_class',
      'state_topic',
      'unit_of_measurement',
      'value_template',
    ],
    ['state_topic'],
  ),
  event: kind(['device_class', 'event_types', 'state_topic', 'value_template'], ['state_topic', 'event_types']),
  image: kind(['content_type', 'image_encoding', 'image_topic', 'url_template', 'url_topic'], ['image_topic']),
  switch: kind(
    [
      'command_topic',
      'device_class',
      'optimistic',
      'payload_off',
      'payload_on',
      'retain',
      'state_off',
      'state_on',
      'state_topic',
      'value_template',
    ],
    ['command_topic'],
  ),
  number: kind(
    [
      'command_template',
      'command_topic',
      'device_class',
      'min',
      'max',
      'mode',
      'optimistic',
      'payload_reset',
      'retain',
      'state_topic',
      'step',
      'unit_of_measurement',
      'value_template',
    ],
    ['command_topic'],
  ),
  button: kind(['command_topic', 'device_class', 'payload_press', 'retain'], ['command_topic']),
  text: kind(
    ['command_template', 'command_topic', 'max', 'min', 'mode', 'pattern', 'retain', 'state_topic', 'value_template'],
    ['command_topic'],
  ),
};

const DEVICE = [
  'configuration_url',
  'connections',
  'hw_version',
  'identifiers',
  'manufacturer',
  'model',
  'model_id',
  'name',
  'serial_number',
  'suggested_area',
  'sw_version',
  'via_device',
];
const ROOT = [
  'device',
  'origin',
  'components',
  'availability',
  'availability_mode',
  'availability_template',
  'availability_topic',
  'command_topic',
  'encoding',
  'payload_available',
  'payload_not_available',
  'qos',
  'state_topic',
];
const ORIGIN = ['name', 'sw_version', 'support_url'];
const AVAILABILITY = ['topic', 'payload_available', 'payload_not_available', 'value_template'];

/** What is wrong with a discovery message by these tables; [] when nothing is. */
export function discoveryProblems(message: unknown): string[] {
  const problems: string[] = [];
  const unknown = (where: string, value: unknown, known: readonly string[]): void => {
    for (const key of Object.keys(value as object))
      if (!known.includes(key)) problems.push(`${where}: unknown key ${key}`);
  };
  const {
    device,
    origin,
    components,
    availability = [],
  } = message as {
    device: { identifiers: unknown };
    origin: { name: unknown };
    components: { [key: string]: { [key: string]: unknown } };
    availability?: object[];
  };
  unknown('message', message, ROOT);
  unknown('device', device, DEVICE);
  unknown('origin', origin, ORIGIN);
  for (const entry of availability) unknown('availability', entry, AVAILABILITY);
  if (!Array.isArray(device.identifiers) || device.identifiers.length === 0) problems.push('device: no identifiers');
  if (typeof origin.name !== 'string') problems.push('origin: no name');
  const ids = new Set<unknown>();
  for (const [key, component] of Object.entries(components)) {
    const platform = String(component['platform']);
    const rules = KINDS[platform];
    if (rules === undefined) {
      problems.push(`${key}: unknown platform ${platform}`);
      continue;
    }
    unknown(key, component, rules.keys);
    for (const needed of [...rules.required, 'unique_id', 'name'])
      if (component[needed] === undefined) problems.push(`${key}: ${needed} is missing`);
    if (ids.has(component['unique_id'])) problems.push(`${key}: the same unique_id twice`);
    ids.add(component['unique_id']);
    if (!String(component['default_entity_id']).startsWith(`${platform}.`))
      problems.push(`${key}: default_entity_id of another domain`);
    if (component['entity_category'] === 'config' && platform.endsWith('sensor'))
      problems.push(`${key}: the category of a sensor must be diagnostic`);
    if (
      component['unit_of_measurement'] !== undefined &&
      component['state_class'] === undefined &&
      platform === 'sensor'
    )
      problems.push(`${key}: a unit without a state class`);
    for (const entry of (component['availability'] as object[] | undefined) ?? [])
      unknown(`${key}.availability`, entry, AVAILABILITY);
  }
  return problems;
}
