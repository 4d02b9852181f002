// events.js - what was unusual: a list with filters, and one event with its pictures and what someone says of it.
import { get, listen, picture } from './api.js';
import { CAUSES, duration, h, time } from './dom.js';
import { feedbackButtons, where } from './live.js';

const PAGE = 40;
const SPANS = [
  ['', 'Any time'],
  ['86400', 'Last day'],
  ['604800', 'Last week'],
  ['2592000', 'Last month'],
];

export async function open(main, { camera, cameras, query, online }) {
  const filter = { camera, cause: '', severity: '', zone: '', span: '' };
  const list = h('ul', { class: 'plain', 'aria-label': 'Events' });
  const more = h('button', { type: 'button', hidden: true }, 'Older events');
  const detail = h(
    'section',
    { class: 'card', 'aria-label': 'The chosen event', tabindex: '-1' },
    h('p', { class: 'empty' }, 'Choose an event to see its pictures.'),
  );
  const zones = h('select', { 'aria-label': 'Zone' });
  const zoneNames = () => Object.keys(cameras.find(({ name }) => name === filter.camera)?.settings.zones ?? {});
  const fillZones = () =>
    zones.replaceChildren(h('option', { value: '' }, 'Any place'), ...zoneNames().map((name) => h('option', {}, name)));
  const pick = (label, key, options) => {
    const select = h(
      'select',
      { 'aria-label': label },
      ...options.map(([value, name]) => h('option', { value }, name)),
    );
    select.value = filter[key];
    select.addEventListener('change', () => {
      filter[key] = select.value;
      if (key === 'camera') fillZones();
      void load();
    });
    return select;
  };
  fillZones();
  zones.addEventListener('change', () => {
    filter.zone = zones.value;
    void load();
  });
  let shown = [];
  let chosen = query.get('id') ?? '';

  const queryOf = (until) => {
    const wanted = new URLSearchParams({ limit: String(PAGE) });
    for (const key of ['camera', 'cause', 'severity', 'zone']) if (filter[key] !== '') wanted.set(key, filter[key]);
    if (filter.span !== '') wanted.set('since', new Date(Date.now() - Number(filter.span) * 1000).toISOString());
    if (until) wanted.set('until', until);
    return `/events?${wanted}`;
  };

  async function load() {
    shown = await get(queryOf());
    more.hidden = shown.length < PAGE;
    drawList();
  }

  more.addEventListener('click', async () => {
    const older = await get(queryOf(shown.at(-1).started_at));
    more.hidden = older.length < PAGE;
    shown.push(...older);
    drawList();
  });

  function drawList() {
    if (shown.length === 0) {
      list.replaceChildren(
        h(
          'li',
          { class: 'empty' },
          'Nothing unusual so far. A camera tells of the first things when it has watched for ten minutes.',
        ),
      );
      return;
    }
    list.replaceChildren(...shown.map((event) => h('li', {}, row(event))));
  }

  function row(event) {
    const { id, cause, severity, explanation, started_at: at, ended_at: end, has_snapshot: has, peak } = event;
    const button = h(
      'button',
      { type: 'button', class: 'event', 'aria-current': id === chosen ? 'true' : null },
      has
        ? h('img', { src: picture(`/events/${id}/picture.jpg`), alt: '', loading: 'lazy' })
        : h('span', { class: 'none' }),
      h('span', { class: 'what' }, explanation),
      h('span', { class: 'small' }, time(at), where(event), `, peak ${peak.toFixed(2)}`),
      h(
        'span',
        { class: 'row' },
        h('span', { class: `tag ${severity}` }, CAUSES[cause] ?? cause),
        end === null ? h('span', { class: 'tag open' }, 'now') : null,
      ),
    );
    button.addEventListener('click', () => void choose(id, true));
    return button;
  }

  async function choose(id, moves) {
    chosen = id;
    drawList();
    try {
      const { event, strip } = await get(`/events/${id}`);
      drawDetail(event, strip);
      if (moves && innerWidth < 992) detail.scrollIntoView({ behavior: 'smooth' });
      history.replaceState(null, '', `#/events/${encodeURIComponent(camera)}?id=${event.id}`);
    } catch (error) {
      detail.replaceChildren(h('p', { class: 'problem', role: 'alert' }, error.message));
    }
  }

  function drawDetail(event, strip) {
    const {
      id,
      explanation,
      cause,
      severity,
      started_at: at,
      ended_at: end,
      peak,
      expected,
      has_snapshot: has,
    } = event;
    const large = h('img', {
      class: 'picture',
      alt: `Picture of the event: ${explanation}`,
      src: picture(has ? `/events/${id}/picture.jpg` : `/events/${id}/strip/0.jpg`),
    });
    const answer = h('p', { class: 'small', role: 'status' });
    const lasted = ((end === null ? Date.now() : Date.parse(end)) - Date.parse(at)) / 1000;
    const facts = [
      ['When', time(at)],
      ['Lasted', end === null ? `${duration(lasted)} so far` : duration(lasted)],
      ['Kind', CAUSES[cause] ?? cause],
      [
        'Place',
        event.zones.join(', ') ||
          (event.position ? `row ${event.position.row + 1}, column ${event.position.column + 1}` : 'the whole scene'),
      ],
      ['Peak', `${peak.toFixed(2)} (0.50 is the alarm threshold)`],
      ['Told as', severity === 'alert' ? 'an alert' : 'a notice'],
      ...(expected.length > 0
        ? [
            [
              'Expected',
              expected.map(({ state, probability }) => `${state} (${Math.round(probability * 100)} %)`).join(', '),
            ],
          ]
        : []),
    ];
    detail.replaceChildren(
      h('h2', {}, explanation.charAt(0).toUpperCase() + explanation.slice(1)),
      has || strip.length > 0 ? large : h('p', { class: 'empty' }, 'No picture was kept of this one.'),
      strip.length > 0 ? film(id, strip, large, at) : null,
      h(
        'div',
        { class: 'row tools' },
        ...feedbackButtons(event, (text) => (answer.textContent = text)),
        h(
          'a',
          { class: 'button', href: `#/live/${encodeURIComponent(event.camera)}?at=${encodeURIComponent(at)}` },
          'On the timeline',
        ),
      ),
      answer,
      h('dl', { class: 'facts' }, ...facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])),
    );
  }

  main.append(
    h('h1', {}, 'Events'),
    h('p', { class: 'lead' }, 'What was unusual, newest first.'),
    h(
      'div',
      { class: 'row tools' },
      pick('Camera', 'camera', [
        ['', 'All cameras'],
        ...cameras.map(({ name, display_name: shownName }) => [name, shownName]),
      ]),
      pick('Kind', 'cause', [['', 'Any kind'], ...Object.entries(CAUSES)]),
      pick('Told as', 'severity', [
        ['', 'Alerts and notices'],
        ['alert', 'Alerts'],
        ['notice', 'Notices'],
      ]),
      zones,
      pick('Time', 'span', SPANS),
    ),
    h('div', { class: 'grid half wide' }, h('section', { class: 'card', 'aria-label': 'List' }, list, more), detail),
  );
  await load();
  if (chosen !== '') await choose(chosen, false);
  else if (shown.length > 0 && innerWidth >= 992) await choose(shown[0].id, false);
  if (camera === '') return undefined;
  return listen(
    camera,
    (type, event) => {
      if (type !== 'event' || (filter.camera !== '' && event.camera !== filter.camera)) return;
      if (event.type === 'start') void load();
      else if (event.type === 'end') {
        const i = shown.findIndex(({ id }) => id === event.id);
        if (i >= 0) shown[i] = event;
        drawList();
        if (event.id === chosen) setTimeout(() => void choose(chosen, false), 1500);
      }
    },
    online,
  );
}

/** The pictures from three seconds before to the end. */
function film(id, strip, large, startedAt) {
  const frames = strip.map((at, index) => {
    const seconds = (Date.parse(at) - Date.parse(startedAt)) / 1000;
    const name = `${seconds < 0 ? '−' : '+'}${Math.abs(seconds).toFixed(1)} s`;
    const source = picture(`/events/${id}/strip/${index}.jpg`);
    const button = h(
      'button',
      { type: 'button', 'aria-label': `Picture at ${name}` },
      h('img', { src: source, alt: '', loading: 'lazy' }),
      h('span', {}, name),
    );
    button.addEventListener('click', () => (large.src = source));
    return { button, source };
  });
  const play = h('button', { type: 'button' }, '▶ Play');
  let timer;
  play.addEventListener('click', () => {
    clearInterval(timer);
    let i = 0;
    timer = setInterval(() => {
      if (i >= frames.length || !large.isConnected) return clearInterval(timer);
      large.src = frames[i++].source;
    }, 350);
  });
  return h(
    'div',
    {},
    h(
      'div',
      { class: 'row tools' },
      play,
      h('span', { class: 'small' }, `${strip.length} pictures, from before the event to its end`),
    ),
    h('div', { class: 'strip' }, ...frames.map(({ button }) => button)),
  );
}
