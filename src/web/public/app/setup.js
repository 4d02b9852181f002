// setup.js - what can be set while the daemon runs, with what that would change.
import { get, of, patch, post } from './api.js';
import { choices, duration, h, moment, say, svg } from './dom.js';
import { createDrawing } from './draw.js';

const DAY_MS = 86_400_000;
const DAYS = 7;
const [LEAST, MOST] = [0.1, 200];

export async function open(main, { camera, query }) {
  const [state, config] = await Promise.all([camera === '' ? null : get(of(camera)), get('/config')]);
  main.append(
    h('h1', {}, 'Setup'),
    h(
      'p',
      { class: 'lead' },
      'Changes hold at once and over restarts, until the configuration file says something else.',
    ),
  );
  if (state === null) {
    main.append(configCard(config));
    return undefined;
  }
  const isCamera = state.kind === 'camera';
  const change = async (body, done) => {
    try {
      const next = await patch(of(camera, '/settings'), body);
      Object.assign(state, next);
      if (done) say(done);
      return true;
    } catch (error) {
      say(error.message);
      return false;
    }
  };
  const drawing = isCamera
    ? createDrawing(state, { draws: query.get('draw'), onChange: async () => (await get(of(camera))).settings })
    : null;
  const right = [stateCard(state, change)];
  if (isCamera) right.unshift(await alarmsCard(state, change), quietCard(state, change));
  main.append(
    h(
      'div',
      { class: 'grid half' },
      h('div', { class: 'stack' }, drawing?.element ?? '', configCard(config)),
      h('div', { class: 'stack' }, ...right),
    ),
  );
  drawing?.start();
  return undefined;
}

/** How many alarms a day, with what the last days would have been like. */
async function alarmsCard(state, change) {
  const { evidence, minutes } = await get(of(state.name, `/evidence?days=${DAYS}`));
  const { alarms_per_day: asked = 10, sensitivity } = state.settings;
  const toSlider = (value) => (Math.log(value / LEAST) / Math.log(MOST / LEAST)) * 100;
  const ofSlider = (value) => {
    const exact = LEAST * (MOST / LEAST) ** (value / 100);
    return Number(exact.toPrecision(exact < 10 ? 2 : 2));
  };
  const slider = h('input', {
    type: 'range',
    min: '0',
    max: '100',
    step: '0.5',
    'aria-labelledby': 'alarms-title',
    'aria-describedby': 'alarms-told',
  });
  slider.value = String(toSlider(Math.min(MOST, Math.max(LEAST, asked))));
  const number = h('strong', { class: 'score' });
  const told = h('p', { id: 'alarms-told', role: 'status' });
  const chart = h('div');
  const save = h('button', { type: 'button', class: 'main' }, 'Use this');
  let value = asked;
  const draw = () => {
    number.textContent = String(value);
    slider.setAttribute('aria-valuetext', `${value} alarms a day`);
    save.disabled = value === state.settings.alarms_per_day;
    const events = evidence.filter(({ level }) => level <= value * sensitivity);
    const days = minutes / 1440;
    const rate = days >= 0.5 ? `, about ${(events.length / days).toFixed(1)} a day` : '';
    told.textContent =
      minutes < 10
        ? 'It has not watched for long enough to say what this would have told.'
        : `In the last ${DAYS} days at this setting: ${events.length} ${events.length === 1 ? 'event' : 'events'} in ${duration(minutes * 60)} watched${rate}.`;
    chart.replaceChildren(bars(events));
  };
  slider.addEventListener('input', () => {
    value = ofSlider(Number(slider.value));
    draw();
  });
  save.addEventListener('click', async () => {
    if (await change({ alarms_per_day: value }, `About ${value} alarms a day from now on.`)) draw();
  });
  draw();
  return h(
    'section',
    { class: 'card' },
    h('div', { class: 'row apart' }, h('h2', { id: 'alarms-title' }, 'Alarms a day, where nothing is wrong'), number),
    slider,
    h('div', { class: 'row apart small' }, h('span', {}, 'only the rarest'), h('span', {}, 'whatever is odd')),
    told,
    chart,
    save,
  );
}

/** Events of each of the last days. */
function bars(events) {
  const today = new Date();
  today.setHours(0, 0, 0, 0);
  const days = Array.from({ length: DAYS }, (_, i) => {
    const from = today.getTime() - (DAYS - 1 - i) * DAY_MS;
    const count = events.filter(({ at }) => Date.parse(at) >= from && Date.parse(at) < from + DAY_MS).length;
    return { name: new Date(from).toLocaleDateString(undefined, { weekday: 'short' }), count };
  });
  const most = Math.max(4, ...days.map(({ count }) => count));
  const [w, tall] = [560, 90];
  const step = w / DAYS;
  return svg(
    'svg',
    {
      viewBox: `0 0 ${w} ${tall + 34}`,
      class: 'drawn',
      role: 'img',
      'aria-label': `Events by day: ${days.map(({ name, count }) => `${name} ${count}`).join(', ')}`,
    },
    days.flatMap(({ name, count }, i) => {
      const high = (count / most) * tall;
      const middle = i * step + step / 2;
      return [
        svg('rect', {
          x: i * step + 10,
          y: 14 + tall - high,
          width: step - 20,
          height: Math.max(2, high),
          rx: 4,
          fill: count === 0 ? 'var(--line)' : 'var(--accent)',
        }),
        svg('text', { x: middle, y: tall + 31, 'text-anchor': 'middle', class: 'soft' }, name),
        svg('text', { x: middle, y: 10 + tall - high, 'text-anchor': 'middle' }, count === 0 ? '' : String(count)),
      ];
    }),
  );
}

function quietCard(state, change) {
  const until = h('p', { role: 'status' });
  const show = () => {
    const { muted_until: muted, quiet_hours: hours } = state.settings;
    const parts = [
      muted ? `Muted until ${moment(muted)}.` : '',
      hours ? `Quiet every day from ${hours.replace('-', ' to ')} (clock of the machine).` : '',
    ];
    until.textContent = parts.filter(Boolean).join(' ') || 'Not muted, no quiet hours.';
  };
  const mute = choices(
    'Mute',
    [
      [15, '15 min'],
      [60, '1 hour'],
      [480, '8 hours'],
      [0, 'Not muted'],
    ],
    null,
    async (minutes) => {
      try {
        const { muted_until: muted } = await post(of(state.name, '/mute'), { minutes });
        state.settings.muted_until = muted;
        show();
      } catch (error) {
        say(error.message);
      }
    },
  );
  const [a = '22:00', b = '06:30'] = (state.settings.quiet_hours || '').split('-').filter(Boolean);
  const from = h('input', { type: 'time', value: a, required: true });
  const to = h('input', { type: 'time', value: b, required: true });
  const set = async (hours) => {
    if (await change({ quiet_hours: hours }, hours === '' ? 'No quiet hours.' : 'Quiet hours are set.')) show();
  };
  show();
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'quiet-title' },
    h('h2', { id: 'quiet-title' }, 'Mute and quiet hours'),
    h('p', { class: 'small' }, 'Then nothing is an alert: events are still kept and told, as notices.'),
    until,
    mute,
    h(
      'div',
      { class: 'row tools' },
      h('label', { class: 'field' }, 'Quiet from', from),
      h('label', { class: 'field' }, 'to', to),
      h('button', { type: 'button', onclick: () => void set(`${from.value}-${to.value}`) }, 'Set'),
      h('button', { type: 'button', onclick: () => void set('') }, 'None'),
    ),
  );
}

function stateCard(state, change) {
  const { settings, health } = state;
  const name = h('input', {
    type: 'text',
    maxlength: '60',
    value: state.display_name === state.name ? '' : state.display_name,
    placeholder: state.name,
  });
  const box = (key, text) => {
    const input = h('input', { type: 'checkbox', checked: settings[key] });
    input.addEventListener('change', async () => {
      if (!(await change({ [key]: input.checked }, `${text}: ${input.checked ? 'on' : 'off'}`)))
        input.checked = !input.checked;
    });
    return h('label', { class: 'switch' }, input, text);
  };
  const facts = [
    ['State', state.state === 'online' ? 'Pictures come' : 'No pictures come; it is tried again by itself'],
    ['Last frame', state.last_frame_at === null ? 'none since the start' : moment(state.last_frame_at)],
    ['Source', state.source],
    ["The model's picture", state.width === null ? '–' : `${state.width} × ${state.height} px (${state.preset})`],
    [
      'Frames',
      health === null
        ? '–'
        : `${health.frames ?? health.values} since the start, ${health.dropped} dropped, ${health.bad_frames ?? health.bad_values} bad`,
    ],
    ['Rate', health?.fps === undefined ? '–' : `${health.fps} a second, ${health.step_ms} ms each`],
    ['Saved', health === null ? '–' : `${duration(health.checkpoint_age_s)} ago`],
  ];
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'camera-title' },
    h('h2', { id: 'camera-title' }, state.kind === 'camera' ? 'Camera' : 'Number sensor'),
    h('dl', { class: 'facts' }, ...facts.flatMap(([key, value]) => [h('dt', {}, key), h('dd', {}, value)])),
    box('enabled', 'Watch it'),
    box('learning', 'Go on learning'),
    state.kind === 'camera'
      ? h(
          'div',
          { class: 'row' },
          h('label', { class: 'field' }, 'Display name', name),
          h(
            'button',
            {
              type: 'button',
              onclick: () =>
                void change(
                  { display_name: name.value.trim() },
                  'The name is changed; it shows when the page is opened anew.',
                ),
            },
            'Rename',
          ),
        )
      : null,
  );
}

function configCard({ file, problems, hint, effective }) {
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'config-title' },
    h('h2', { id: 'config-title' }, 'Configuration'),
    h('p', { class: 'small' }, file === null ? 'There is no file.' : file),
    problems.length === 0
      ? h('p', {}, 'The file is sound: a restart would take it.')
      : h(
          'div',
          { class: 'problem', role: 'alert' },
          'A restart would fail:\n',
          problems.join('\n'),
          hint ? `\n${hint}` : '',
        ),
    h(
      'details',
      {},
      h('summary', {}, 'Effective settings, secrets hidden'),
      h('pre', { tabindex: '0', 'aria-label': 'Effective settings' }, JSON.stringify(effective, null, 2)),
    ),
  );
}
