// dom.js - making elements, and saying times and numbers as people read them.

/** An element: h('p', {class: 'small', onclick: f}, 'text', child). Text is always text, never markup. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== 'string') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An SVG element. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children.flat());
  return element;
}

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A moment: the time alone where it is today. */
export function moment(iso) {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? CLOCK.format(date) : `${DAY.format(date)}, ${CLOCK.format(date)}`;
}

export function time(iso) {
  return h('time', { datetime: iso, title: iso }, moment(iso));
}

export function duration(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(1)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

export const percent = (share) => `${Math.round(share * 100)} %`;
export const bytes = (count) =>
  count < 10_000 ? `${count} B` : count < 10e6 ? `${(count / 1e3).toFixed(0)} kB` : `${(count / 1e6).toFixed(1)} MB`;

/** What causes are called. */
export const CAUSES = {
  form: 'Looks different',
  motion: 'Moves differently',
  sequence: 'Wrong place or order',
  timing: 'Wrong time',
  absence: 'Did not happen',
  scene_change: 'Picture changed',
  camera_lost: 'Camera lost',
  camera_blocked: 'Camera covered',
  state_lost: 'Learning lost',
  value: 'Unusual value',
  season: 'Unusual for the time of day',
  flat: 'Stands still',
  sensor_lost: 'Sensor lost',
};

/** The name of a state: zones where there are some. */
export function stateName(state) {
  if (state === 'idle') return 'nothing in sight';
  return /^r\d+c\d+/.test(state) ? `something in ${state.split('+').length} places` : state.replaceAll('+', ' and ');
}

let timer;
/** Say something that was done, or went wrong, at the foot of the page. */
export function say(text) {
  const place = document.getElementById('say');
  place.textContent = text;
  place.classList.add('on');
  clearTimeout(timer);
  timer = setTimeout(() => place.classList.remove('on'), 6000);
}

/** Buttons of which one is pressed. */
export function choices(label, options, chosen, onChoose) {
  const group = h('div', { class: 'row', role: 'group', 'aria-label': label });
  for (const [value, name] of options) {
    const button = h('button', { type: 'button', 'aria-pressed': String(value === chosen) }, name);
    button.addEventListener('click', () => {
      for (const other of group.children) other.setAttribute('aria-pressed', String(other === button));
      onChoose(value);
    });
    group.append(button);
  }
  return group;
}

/** A button that is pressed or not; the choice is remembered in this browser. */
export function toggle(name, key, initial, onChange, mark) {
  const stored = localStorage.getItem(`show.${key}`);
  let on = stored === null ? initial : stored === '1';
  const button = h(
    'button',
    { type: 'button', 'aria-pressed': String(on) },
    mark ? h('span', { class: `dot ${mark}` }) : null,
    name,
  );
  button.addEventListener('click', () => {
    on = !on;
    button.setAttribute('aria-pressed', String(on));
    localStorage.setItem(`show.${key}`, on ? '1' : '0');
    onChange(on);
  });
  onChange(on);
  return button;
}
