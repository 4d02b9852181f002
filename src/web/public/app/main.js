// main.js - which page is shown, for which camera; and the gate for those who have no token yet.
import { get, post } from './api.js';
import { ZONE, h } from './dom.js';

const PAGES = {
  live: () => import('./live.js'),
  events: () => import('./events.js'),
  model: () => import('./model.js'),
  setup: () => import('./setup.js'),
  fleet: () => import('./fleet.js'),
};
const TITLES = { live: 'Live', events: 'Events', model: 'Model', setup: 'Setup', fleet: 'Fleet' };

const main = document.getElementById('main');
const select = document.getElementById('camera');
const link = document.getElementById('link');
let cameras = [];
let leave = () => undefined;
let visit = 0;

document.getElementById('zone').textContent = ZONE;

/** Whether the daemon is heard. */
export function online(is) {
  link.textContent = is ? 'Connected' : 'Connection lost, trying again…';
  link.classList.toggle('on', is);
}

/** `#/page/camera?name=value` */
function whereTo() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [page = '', camera = ''] = path.split('/').map(decodeURIComponent);
  const known = cameras.some(({ name }) => name === camera);
  const last = localStorage.getItem('camera');
  const first = cameras.find(({ name }) => name === last) ?? cameras[0];
  return {
    page: Object.hasOwn(PAGES, page) ? page : 'live',
    camera: known ? camera : (first?.name ?? ''),
    query: new URLSearchParams(query),
  };
}

async function show(isFirst) {
  const { page, camera, query } = whereTo();
  const own = ++visit;
  leave();
  leave = () => undefined;
  if (camera !== '') localStorage.setItem('camera', camera);
  select.value = camera;
  for (const anchor of document.querySelectorAll('nav a')) {
    const target = anchor.getAttribute('href').split('/')[1];
    anchor.href = `#/${target}/${encodeURIComponent(camera)}`;
    if (target === page) anchor.setAttribute('aria-current', 'page');
    else anchor.removeAttribute('aria-current');
  }
  document.title = `${TITLES[page]} · cortexd`;
  try {
    const { open } = await PAGES[page]();
    if (own !== visit) return;
    main.replaceChildren();
    leave = (await open(main, { camera, cameras, query, online })) ?? (() => undefined);
    // Another page was asked for meanwhile.
    if (own !== visit) leave();
    else if (!isFirst && !main.contains(document.activeElement)) main.focus();
  } catch (error) {
    if (error.status === 401) return gate();
    main.replaceChildren(h('p', { class: 'problem', role: 'alert' }, error.message));
    online(false);
  }
}

/** Ask for the token; without it nothing is shown. */
function gate(message = '') {
  link.textContent = 'Not signed in';
  const field = h('input', { type: 'password', id: 'token', autocomplete: 'current-password', required: true });
  const form = h(
    'form',
    {},
    h('h1', {}, 'Sign in'),
    h(
      'p',
      {},
      'This dashboard shows pictures, so it asks for its token. On the machine itself run ',
      h('code', {}, 'sudo cortexd dashboard'),
      ' and open the link it prints, or enter the token here.',
    ),
    h('label', { class: 'field', for: 'token' }, 'Token', field),
    h('button', { class: 'main', type: 'submit' }, 'Sign in'),
    h('p', { class: 'problem', role: 'alert' }, message),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    await enter(field.value.trim());
  });
  main.replaceChildren(h('section', { class: 'card gate' }, form));
  field.focus();
}

async function enter(token) {
  try {
    await post('/session', { token });
    await start();
  } catch (error) {
    gate(error.message);
  }
}

async function start() {
  const [all, fleet] = await Promise.all([get('/cameras'), get('/fleet')]);
  cameras = all;
  // Where there is none, there is nothing to look at.
  document.getElementById('fleet-link').hidden = fleet === null;
  select.replaceChildren(...cameras.map(({ name, display_name: shown }) => h('option', { value: name }, shown)));
  online(true);
  await show(true);
}

select.addEventListener('change', () => {
  location.hash = `#/${whereTo().page}/${encodeURIComponent(select.value)}`;
});

addEventListener('hashchange', () => void show(false));
const given = /^#token=([\w.~-]+)$/.exec(location.hash);
if (given) {
  // Not to be seen over a shoulder, nor kept in the history.
  history.replaceState(null, '', `${location.pathname}#/live`);
  await enter(given[1]);
} else {
  await start().catch((error) =>
    error.status === 401 ? gate() : main.replaceChildren(h('p', { class: 'problem', role: 'alert' }, error.message)),
  );
}
