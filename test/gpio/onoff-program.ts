/**
 * onoff-program.ts - run below a look-alike of /sys/class/gpio: drives an alarm output and hears a button and a presence
 * sensor through the real onoff, and prints what happened as JSON.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { openPins } from '../../src/daemon/pins.ts';
import { createLogger } from '../../src/daemon/service/log.ts';
import { until } from '../support/until.ts';

const SYSFS = '/sys/class/gpio';
const level = (line: number): string => readFileSync(`${SYSFS}/gpio${512 + line}/value`, 'utf8').trim();
const inject = (line: number, on: number): void => writeFileSync(`${SYSFS}/inject`, `${512 + line} ${on}`);

const heard: string[] = [];
const log = createLogger('debug', (line) => process.stderr.write(line), true);
const pins = openPins(
  {
    alarm: { line: 17, active_low: true, max_on_s: 60, pattern: 'steady' },
    pir: { line: 4, active_low: false, hold_s: 0.05, mode: 'tell', boost: 2 },
    button: { line: 3, active_low: true, long_press_s: 0.5 },
  },
  {
    shortPress: () => heard.push('short'),
    longPress: () => heard.push('long'),
    presence: (present) => heard.push(present ? 'present' : 'absent'),
  },
  log,
);
const alarm = [level(17)];
pins.setAlarm(true);
alarm.push(level(17));
inject(4, 1);
await until('presence', () => heard.includes('present'));
inject(4, 0);
await until('absence', () => heard.includes('absent'));
// The button pulls its line low. Levels rest longer than the debouncing.
const press = async (ms: number): Promise<void> => {
  const before = heard.length;
  inject(3, 0);
  await new Promise((resolve) => setTimeout(resolve, ms));
  inject(3, 1);
  await until('a press', () => heard.length > before);
};
inject(3, 1);
await new Promise((resolve) => setTimeout(resolve, 100));
await press(150);
alarm.push(level(17));
await press(700);
pins.setAlarm(false);
pins.setAlarm(true);
alarm.push(level(17));
pins.close();
process.stdout.write(JSON.stringify({ description: pins.description, alarm, heard }));
