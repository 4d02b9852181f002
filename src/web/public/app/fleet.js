// fleet.js - the machines that share cameras: who is there, and who watches what.
import { get } from './api.js';
import { duration, h, percent, time } from './dom.js';

const EVERY_MS = 2000;
const STATES = { up: 'There', leaving: 'Leaving', drained: 'Drained', gone: 'Gone', newer: 'Newer version' };

export async function open(main, { online }) {
  const said = h('p', { class: 'lead', role: 'status' });
  const trouble = h('p', { class: 'problem', role: 'alert', hidden: true });
  const nodes = h('tbody');
  const cameras = h('tbody');
  main.append(
    h('h1', {}, 'Fleet'),
    said,
    trouble,
    table('Machines', ['Machine', 'State', 'Cameras', 'Room', 'Busy', 'Heard', 'Version'], nodes),
    table('Cameras', ['Camera', 'Watched by', 'Pictures', 'Token', 'Since', 'Last change'], cameras),
  );
  const show = async () => {
    try {
      draw(await get('/fleet'));
      online(true);
    } catch (error) {
      if (error.status !== undefined) throw error;
      online(false);
    }
  };
  const draw = (fleet) => {
    const watched = fleet.cameras.filter(({ node }) => node !== null).length;
    const text = `${watched} of ${fleet.cameras.length} cameras of "${fleet.fleet}" are watched; this is ${fleet.node}.`;
    // Said again only when it is something else: it is read aloud.
    if (said.textContent !== text) said.textContent = text;
    trouble.hidden = fleet.trouble === null;
    if (trouble.textContent !== (fleet.trouble ?? '')) trouble.textContent = fleet.trouble ?? '';
    nodes.replaceChildren(
      ...fleet.nodes.map((one) =>
        row(
          one.node,
          one.cannot.length === 0 ? STATES[one.state] : `${STATES[one.state]}; cannot watch ${one.cannot.join(', ')}`,
          one.cameras,
          isKnown(one) ? one.room.toFixed(1) : '–',
          isKnown(one) ? percent(one.busy) : '–',
          one.state === 'newer' ? '–' : `${duration(one.renewed_s)} ago`,
          one.version,
        ),
      ),
    );
    cameras.replaceChildren(
      ...fleet.cameras.map((one) =>
        row(
          one.camera,
          one.node ?? 'nobody',
          one.steps ? 'Come' : 'Do not come',
          one.token,
          one.since === null ? '–' : time(one.since),
          one.moving_to === null ? one.reason : `moving to ${one.moving_to}`,
        ),
      ),
    );
  };
  await show();
  const timer = setInterval(() => void show().catch(() => online(false)), EVERY_MS);
  return () => clearInterval(timer);
}

const isKnown = ({ state }) => state !== 'gone' && state !== 'newer';

function table(name, heads, body) {
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, name),
    h(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': name },
      h('table', {}, h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))), body),
    ),
  );
}

function row(head, ...cells) {
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, head),
    ...cells.map((cell) => h('td', {}, typeof cell === 'number' ? String(cell) : cell)),
  );
}
