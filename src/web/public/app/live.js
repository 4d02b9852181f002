// live.js - what the camera sees now, what is unusual about it, what is expected next.
import { get, listen, of, post } from './api.js';
import { CAUSES, duration, h, moment, percent, say, stateName, time, toggle } from './dom.js';
import { createScene } from './scene.js';
import { createTimeline } from './timeline.js';

const STREAMS = [
  ['form', 'Looks', 'form'],
  ['motion', 'Movement', 'motion'],
  ['sequence', 'Place and order', 'order'],
  ['timing', 'Time', 'order'],
];

export async function open(main, { camera, query, online }) {
  if (camera === '') {
    main.append(
      h('h1', {}, 'Live'),
      h('p', { class: 'empty' }, 'There is no camera in the configuration yet. cortexd init looks for one.'),
    );
    return undefined;
  }
  let state = await get(of(camera));
  if (state.kind === 'sensor') return openSensor(main, state);
  const scene = createScene(state.display_name, state);
  const timeline = createTimeline(camera, {
    at: query.get('at'),
    onPick: (event) => (location.hash = `#/events/${encodeURIComponent(camera)}?id=${event.id}`),
  });
  const card = stateCard();
  const next = nextCard();
  const meters = meterCard();
  const steps = stepsCard(state);
  const redraw = () => scene.draw();
  const tools = h(
    'div',
    { class: 'row tools', role: 'group', 'aria-label': 'What is drawn over the picture' },
    toggle('Things', 'boxes', true, (on) => ((scene.shown.boxes = on), redraw())),
    toggle('Trails', 'trails', true, (on) => ((scene.shown.trails = on), redraw())),
    toggle('Looks', 'form', true, (on) => ((scene.shown.heat[0] = on), redraw()), 'form'),
    toggle('Movement', 'motion', true, (on) => ((scene.shown.heat[1] = on), redraw()), 'motion'),
    toggle('Order and time', 'order', true, (on) => ((scene.shown.heat[2] = on), redraw()), 'order'),
    toggle('Zones', 'zones', true, (on) => ((scene.shown.zones = on), redraw())),
    toggle('Expected picture', 'predicted', false, (on) => (scene.shown.predicted = on)),
  );
  main.append(
    h('h1', {}, state.display_name),
    h(
      'div',
      { class: 'grid two' },
      h('section', { class: 'card', 'aria-label': 'Picture' }, scene.element, tools),
      h('div', { class: 'stack' }, card.element, next.element, meters.element, steps),
    ),
    timeline.element,
  );
  scene.areas(state.settings.zones, state.settings.masks);
  await timeline.load();
  const openEvents = new Map();
  const recent = await get(`/events?camera=${encodeURIComponent(camera)}&limit=30`);
  for (const event of recent) if (event.ended_at === null) openEvents.set(event.id, event);
  if (state.prediction) next.show(state.prediction);

  let lastFrame = null;
  let lastMs = 0;
  const describe = () =>
    card.show({
      state,
      frame: lastFrame,
      isOld: performance.now() - lastMs > 8000,
      events: [...openEvents.values()],
      last: recent[0],
    });
  const stop = listen(
    camera,
    (type, data) => {
      if (type === 'frame') {
        lastFrame = data;
        lastMs = performance.now();
        if (document.hidden) return;
        scene.frame(data);
        meters.show(data);
        timeline.frame(data);
      } else if (type === 'prediction') next.show(data);
      else if (data.camera === camera) {
        if (data.ended_at === null) openEvents.set(data.id, data);
        else openEvents.delete(data.id);
        recent.unshift(data);
        timeline.event(data);
        describe();
      }
    },
    online,
  );
  // Without a frame, what is known of the last one.
  await get(of(camera, '/frame')).then(
    (frame) => {
      lastFrame = frame;
      lastMs = performance.now();
      scene.frame(frame);
      meters.show(frame);
    },
    () => scene.away('No picture has come yet.'),
  );
  describe();
  const ticking = setInterval(() => {
    next.tick();
    describe();
    scene.away(performance.now() - lastMs > 15_000 ? awayText(state) : '');
  }, 1000);
  const asking = setInterval(async () => {
    if (document.hidden) return;
    state = await get(of(camera)).catch(() => state);
    scene.areas(state.settings.zones, state.settings.masks);
  }, 10_000);
  return () => {
    stop();
    clearInterval(ticking);
    clearInterval(asking);
    timeline.stop();
    scene.stop();
  };
}

function awayText({ settings, state, last_frame_at: last }) {
  if (!settings.enabled) return 'This camera is switched off (Setup).';
  const since = last === null ? '' : ` since ${moment(last)}`;
  return state === 'offline'
    ? `No pictures come from this camera${since}. It is tried again by itself.`
    : `Waiting for the next picture${since}…`;
}

/** One sentence for what is going on, and what can be done about it. */
function stateCard() {
  const says = h('p', { class: 'says' });
  const more = h('p', { class: 'small' });
  const bar = h('progress', { max: 1, value: 0, 'aria-label': 'Learning', hidden: true });
  const buttons = h('div', { class: 'row tools' });
  const element = h(
    'section',
    { class: 'card state', 'aria-label': 'State' },
    h('div', { role: 'status', 'aria-live': 'polite' }, says),
    more,
    bar,
    buttons,
  );
  let told = '';
  return {
    element,
    show({ state, frame, isOld, events, last }) {
      const learning = frame?.learning ?? state.learning_progress;
      const alert = events.find(({ severity }) => severity === 'alert');
      const things = frame?.things.length ?? 0;
      let kind = '';
      let text;
      let detail = '';
      let event = null;
      if (!state.settings.enabled) [kind, text] = ['wait', 'Switched off'];
      else if (frame === null || (isOld && state.state === 'offline'))
        [kind, text, detail] = ['wait', 'No pictures come', 'The camera is tried again by itself.'];
      else if (learning?.state === 'learning') {
        [kind, text] = ['wait', `Learning what is normal here: ${percent(learning.progress)}`];
        detail = 'Alarms begin when it has watched for ten minutes. The longer it watches, the better it knows.';
      } else if (alert) {
        [kind, text, event] = ['alarm', sentence(alert.explanation), alert];
        detail = `${CAUSES[alert.cause]}${where(alert)}, since ${moment(alert.started_at)}`;
      } else if (events.length > 0) {
        [text, event] = [sentence(events[0].explanation), events[0]];
        detail = state.quiet ? 'It is quiet now: nothing is an alert.' : 'A notice, not an alert.';
      } else {
        text =
          things === 0 ? 'All is as usual' : `All is as usual, ${things} ${things === 1 ? 'thing' : 'things'} in sight`;
        if (frame.label) detail = `That looks like: ${frame.label.name} (${percent(frame.label.probability)}). `;
        if (state.quiet) detail += 'Muted or quiet hours: nothing is an alert now.';
        else if (last) detail += `Last event: ${moment(last.started_at)}, ${last.explanation}.`;
        if (!state.settings.learning) detail += ' Learning is switched off.';
      }
      // Screen readers say what has changed, not the same again each second.
      if (says.textContent !== text) says.textContent = text;
      if (more.textContent !== detail) more.textContent = detail;
      element.className = `card state ${kind}`;
      bar.hidden = learning?.state !== 'learning';
      bar.value = learning?.progress ?? 0;
      const key = event?.id ?? '';
      if (key === told) return;
      told = key;
      buttons.replaceChildren(
        ...(event === null ? [] : feedbackButtons(event)),
        ...(event === null
          ? []
          : [h('a', { class: 'button', href: `#/events/${encodeURIComponent(event.camera)}?id=${event.id}` }, 'Show')]),
      );
    },
  };
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
export const where = ({ zones }) => (zones.length === 0 ? '' : ` at ${zones.join(', ')}`);

/** "That was normal", "that matters", and what that changed. */
export function feedbackButtons(event, onDone = () => undefined) {
  const tell = async (verdict, button) => {
    button.disabled = true;
    try {
      const { signs, saved } = await post(`/events/${event.id}/feedback`, { verdict });
      localStorage.setItem('step.normal', '1');
      const later = saved ? '' : ' It is saved with the next checkpoint.';
      const text =
        verdict === 'normal'
          ? `Learned: the like of this is not told again${signs > 0 ? ` (${signs} ${signs === 1 ? 'sign' : 'signs'} taken in)` : ''}.${later}`
          : `It will always be told: ${signs} ${signs === 1 ? 'sign' : 'signs'} of it are kept.${later}`;
      say(text);
      onDone(text);
    } catch (error) {
      say(error.message);
      onDone(error.message);
    }
    button.disabled = false;
  };
  const normal = h('button', { type: 'button', class: 'main' }, 'That was normal');
  const matters = h('button', { type: 'button' }, 'That matters');
  normal.addEventListener('click', () => void tell('normal', normal));
  matters.addEventListener('click', () => void tell('matters', matters));
  return [normal, matters];
}

function nextCard() {
  const list = h('ol', { class: 'plain next' });
  let told = null;
  const draw = () => {
    if (told === null || told.next.length === 0) {
      list.replaceChildren(
        h('li', { class: 'empty' }, told === null ? 'Nothing is predicted yet.' : 'Anything may come next.'),
      );
      return;
    }
    const passed = (Date.now() - Date.parse(told.at)) / 1000;
    list.replaceChildren(
      ...byName(told.next).map(({ name, probability, in_seconds: [soonest, latest] }) =>
        h(
          'li',
          {},
          h('span', {}, name),
          h('span', { class: 'number' }, percent(probability)),
          h('span', { class: 'small' }, countdown(soonest - passed, latest - passed)),
          h('span'),
          bar(probability),
        ),
      ),
    );
  };
  draw();
  return {
    element: h(
      'section',
      { class: 'card', 'aria-labelledby': 'next-title' },
      h('h2', { id: 'next-title' }, 'Expected next'),
      list,
    ),
    show(prediction) {
      told = prediction;
      draw();
    },
    tick: draw,
  };
}

/** States that are called the same are one to people: their chances add up. */
function byName(next) {
  const named = new Map();
  for (const {
    state,
    zones,
    probability,
    in_seconds: [soonest, latest],
  } of next) {
    const name = zones.length > 0 ? zones.join(' and ') : stateName(state);
    const known = named.get(name);
    if (known === undefined) named.set(name, { name, probability, in_seconds: [soonest, latest] });
    else {
      known.probability += probability;
      known.in_seconds = [Math.min(known.in_seconds[0], soonest), Math.max(known.in_seconds[1], latest)];
    }
  }
  return [...named.values()];
}

function countdown(soonest, latest) {
  if (latest < 0) return 'overdue';
  if (soonest <= 0) return `now, at the latest in ${duration(latest)}`;
  return `in ${duration(soonest)} to ${duration(latest)}`;
}

function bar(share, cls = 'bar') {
  const fill = h('i');
  fill.style.width = `${Math.min(100, share * 100).toFixed(1)}%`;
  return h('span', { class: cls, 'aria-hidden': 'true' }, fill);
}

function meterCard() {
  const score = h('span', { class: 'score' }, '–');
  const list = h('dl', { class: 'meters' });
  const rows = new Map(
    STREAMS.map(([key, name, mark]) => {
      const fill = h('i');
      fill.style.background = `var(--${mark})`;
      const value = h('dd', { class: 'number' }, '–');
      list.append(h('dt', {}, name), h('dd', { class: 'bar half', 'aria-hidden': 'true' }, fill), value);
      return [key, { fill, value }];
    }),
  );
  return {
    element: h(
      'section',
      { class: 'card', 'aria-labelledby': 'score-title' },
      h('div', { class: 'row apart' }, h('h2', { id: 'score-title' }, 'Score'), score),
      list,
      h('p', { class: 'small' }, 'Evidence by kind; the red line is where an alarm begins.'),
    ),
    show({ score: value, streams }) {
      score.textContent = value.toFixed(2);
      score.classList.toggle('alarm', value >= 0.5);
      for (const [key, { fill, value: text }] of rows) {
        fill.style.width = `${Math.min(100, streams[key] * 50)}%`;
        text.textContent = streams[key].toFixed(2);
      }
    },
  };
}

/** For who is here for the first time; it goes when all is done, or when it is sent away. */
function stepsCard({ name, settings, learning_progress: learning }) {
  const done = {
    mask: Object.keys(settings.masks).length > 0 || localStorage.getItem('step.mask') === '1',
    normal: localStorage.getItem('step.normal') === '1',
  };
  if (localStorage.getItem('steps.away') === '1' || (done.mask && done.normal)) return null;
  const camera = encodeURIComponent(name);
  const step = (number, isDone, ...text) =>
    h(
      'li',
      { class: isDone ? 'done' : '' },
      h('span', { class: 'mark', 'aria-hidden': 'true' }, isDone ? '✓' : String(number)),
      h('span', {}, isDone ? h('span', { class: 'sr' }, 'Done: ') : null, ...text),
    );
  const card = h(
    'section',
    { class: 'card', 'aria-labelledby': 'steps-title' },
    h('h2', { id: 'steps-title' }, 'First steps'),
    h(
      'ol',
      { class: 'plain steps' },
      step(1, learning?.state === 'ready', 'Let it watch: it learns by itself what is normal here.'),
      step(
        2,
        done.mask,
        h('a', { href: `#/setup/${camera}?draw=mask` }, 'Draw a mask'),
        ' over what nobody may see. It is grey before anything is learned, stored or sent.',
      ),
      step(
        3,
        done.normal,
        'When it tells of something harmless, say ',
        h('a', { href: `#/events/${camera}` }, '“That was normal”'),
        '.',
      ),
    ),
    h(
      'button',
      {
        type: 'button',
        onclick: () => {
          localStorage.setItem('steps.away', '1');
          card.remove();
        },
      },
      'Hide this',
    ),
  );
  return card;
}

/** A number sensor has no picture. */
async function openSensor(main, state) {
  const timeline = createTimeline(state.name, {
    at: null,
    onPick: (event) => (location.hash = `#/events/${encodeURIComponent(state.name)}?id=${event.id}`),
  });
  const { health } = state;
  main.append(
    h('h1', {}, state.display_name),
    h(
      'section',
      { class: 'card' },
      h('h2', {}, 'Number sensor'),
      h(
        'dl',
        { class: 'facts' },
        h('dt', {}, 'State'),
        h('dd', {}, state.state),
        h('dt', {}, 'Values taken'),
        h('dd', {}, String(health?.values ?? 0)),
        h('dt', {}, 'Missing'),
        h('dd', {}, String(health?.missing ?? 0)),
      ),
      state.last_frame_at ? h('p', { class: 'small' }, time(state.last_frame_at)) : null,
    ),
    timeline.element,
  );
  await timeline.load();
  return () => timeline.stop();
}
