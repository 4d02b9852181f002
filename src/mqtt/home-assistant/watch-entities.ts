/**
 * watch-entities.ts - entities of a camera about watching it: when a picture came last and what is expected when, how many
 * alarms, when nothing is one.
 */
import type { Entity, Topics } from './entity.ts';

const CONFIG = { entity_category: 'config' } as const;
const DIAGNOSTIC = { entity_category: 'diagnostic' } as const;

export function watchEntities(to: Topics): { [key: string]: Entity } {
  // Also while no frames come: that is when one wants to know, and may change settings.
  const there = { availability: [{ topic: to.bridge, value_template: '{{ value_json.state }}' }] };
  return {
    last_frame: {
      platform: 'sensor',
      name: 'Last frame received',
      device_class: 'timestamp',
      ...DIAGNOSTIC,
      ...there,
      state_topic: to.state('score'),
      value_template: '{{ value_json.at }}',
    },
    next_expected: {
      platform: 'sensor',
      name: 'Next expected at',
      device_class: 'timestamp',
      icon: 'mdi:clock-outline',
      state_topic: to.state('prediction'),
      value_template:
        '{{ (as_datetime(value_json.at) + timedelta(seconds=(value_json.next[0].in_seconds | sum) / 2)).isoformat() if value_json.next else none }}',
    },
    alarms_per_day: {
      platform: 'number',
      name: 'Alarms a day',
      icon: 'mdi:bell-cog',
      ...CONFIG,
      ...there,
      min: 0.01,
      max: 1000,
      step: 0.01,
      mode: 'box',
      state_topic: to.state('alarmsPerDay'),
      command_topic: to.command('alarmsPerDay'),
    },
    mute: {
      platform: 'number',
      name: 'Mute for',
      icon: 'mdi:bell-sleep',
      unit_of_measurement: 'min',
      ...CONFIG,
      ...there,
      min: 0,
      max: 10080,
      step: 1,
      mode: 'box',
      state_topic: to.state('mute'),
      value_template:
        '{{ [0, ((as_timestamp(value_json.until) - as_timestamp(now())) / 60) | round] | max if value_json.until else 0 }}',
      command_topic: to.command('mute'),
    },
    quiet_hours: {
      platform: 'text',
      name: 'Quiet hours',
      icon: 'mdi:weather-night',
      ...CONFIG,
      ...there,
      min: 3,
      max: 11,
      pattern: '[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]|off',
      state_topic: to.state('quietHours'),
      command_topic: to.command('quietHours'),
    },
  };
}
