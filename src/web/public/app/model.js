// model.js - what the model has learned, as it lies in its memory.
import { get, of, picture, post, remove } from './api.js';
import { bytes, choices, duration, h, percent, say, svg, time } from './dom.js';
import { drawPlaces, LAYERS } from './places.js';

export async function open(main, { camera, cameras }) {
  const known = cameras.find(({ name }) => name === camera);
  if (known === undefined || known.kind === 'sensor') {
    main.append(
      h('h1', {}, 'Model'),
      h(
        'p',
        { class: 'empty' },
        'A number sensor has no picture to show a model over; cortexd status tells how it is doing.',
      ),
    );
    return undefined;
  }
  let portrait = await get(of(camera, '/model'));
  const [kinds, plan, snapshots] = await Promise.all([
    get(of(camera, '/kinds')),
    get(of(camera, '/plan')),
    get('/snapshots'),
  ]);
  const hierarchy = h('div');
  const order = h('div');
  const places = placesCard(camera, known, () => portrait.places);
  const redraw = () => {
    hierarchy.replaceChildren(drawHierarchy(portrait));
    order.replaceChildren(drawOrder(portrait));
  };
  redraw();
  main.append(
    h('h1', {}, 'Model'),
    h(
      'p',
      { class: 'lead' },
      `What ${known.display_name} has taught: ${portrait.places.things} things seen, ${portrait.states.length} states of the scene, ${duration(portrait.watched_ms / 1000)} watched, ${portrait.step.toLocaleString()} steps.`,
    ),
    h(
      'section',
      { class: 'card', 'aria-labelledby': 'hierarchy-title' },
      h('h2', { id: 'hierarchy-title' }, 'The hierarchy, now'),
      h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Hierarchy' }, hierarchy),
    ),
    h(
      'div',
      { class: 'grid half wide' },
      h('div', { class: 'stack' }, places.element, kindsCard(camera, kinds)),
      h(
        'div',
        { class: 'stack' },
        h(
          'section',
          { class: 'card', 'aria-labelledby': 'order-title' },
          h('h2', { id: 'order-title' }, 'What follows what'),
          h(
            'p',
            { class: 'small' },
            'States of the scene, drawn as the zones that are held; thicker arrows came more often. The one now is framed.',
          ),
          order,
          followTable(portrait),
        ),
        fieldsCard(portrait),
      ),
    ),
    h('div', { class: 'grid half wide' }, snapshotsCard(camera, snapshots), memoryCard(plan, portrait)),
  );
  places.draw();
  const timer = setInterval(async () => {
    if (document.hidden) return;
    portrait = await get(of(camera, '/model')).catch(() => portrait);
    redraw();
  }, 2000);
  return () => clearInterval(timer);
}

/** From the camera up to visits, with what is active in each. */
function drawHierarchy({
  things,
  occupied,
  zones,
  places,
  states,
  state_now: now,
  memories,
  visit_kinds: kinds,
  companions,
  pooler_columns: columns,
  fields,
}) {
  const [first] = memories;
  const boxes = [
    ['Camera', 'picture after picture', '', 0],
    ['Eye', 'background, local light', 'what differs from it', 0],
    ['Things', `${things} followed now`, 'pool of 32', things / 8],
    ['Usual', `${places.columns} × ${places.rows} places`, `${places.things} things learned`, Math.min(1, things / 4)],
    ['Kinds', `${columns} columns`, 'shared spatial pooler', fields.length === 0 ? 0 : Math.min(1, things / 4)],
    ['States', `${occupied} of ${zones} zones held`, `${states.length} states known`, occupied / 6],
    [
      'Order of states',
      `${first.active} cells active`,
      `${first.predicted} columns expected`,
      first.active === 0 ? 0 : Math.min(1, first.active / 30),
    ],
    ['Visits', `${kinds} places and ways`, `${companions} pairs in order`, kinds === 0 ? 0 : Math.min(1, things / 4)],
    ['Judge', 'bits against the usual', 'alarms a day', 0],
  ];
  const at = {
    Camera: [0, 1],
    Eye: [1, 1],
    Things: [2, 0],
    States: [2, 2],
    Usual: [3, 0],
    Kinds: [3, 1],
    'Order of states': [3, 2],
    Visits: [4, 1],
    Judge: [5, 1],
  };
  const arrows = [
    ['Camera', 'Eye'],
    ['Eye', 'Things'],
    ['Eye', 'States'],
    ['Things', 'Usual'],
    ['Things', 'Kinds'],
    ['Things', 'States'],
    ['States', 'Order of states'],
    ['Things', 'Visits'],
    ['Usual', 'Judge'],
    ['Visits', 'Judge'],
    ['Kinds', 'Judge'],
  ];
  const [w, tall, gapX, gapY] = [168, 62, 202, 84];
  const place = (name) => [at[name][0] * gapX + 4, at[name][1] * gapY + 4];
  const drawn = svg('svg', {
    viewBox: `0 0 ${5 * gapX + w + 8} ${2 * gapY + tall + 8}`,
    class: 'drawn',
    role: 'img',
    'aria-label': boxes.map(([name, a, b]) => `${name}: ${a}${b ? `, ${b}` : ''}`).join('. '),
  });
  drawn.style.minWidth = '58rem';
  for (const [a, b] of arrows) {
    const [x1, y1] = place(a);
    const [x2, y2] = place(b);
    const straight = at[a][0] === at[b][0];
    const from = straight ? [x1 + w / 2, y1 + tall] : [x1 + w, y1 + tall / 2];
    const to = straight ? [x2 + w / 2, y2] : [x2, y2 + tall / 2];
    const bend = (to[0] - from[0]) / 2;
    drawn.append(
      svg('path', {
        d: `M${from} C${from[0] + bend},${from[1]} ${to[0] - bend},${to[1]} ${to}`,
        fill: 'none',
        stroke: 'var(--line)',
        'stroke-width': 2,
      }),
    );
  }
  for (const [name, a, b, activity] of boxes) {
    const [x, y] = place(name);
    const strength = Math.min(1, Math.max(0, activity));
    drawn.append(
      svg('rect', {
        x,
        y,
        width: w,
        height: tall,
        rx: 10,
        fill: 'var(--tint)',
        stroke: strength > 0 ? 'var(--accent)' : 'var(--line)',
        'stroke-width': 1 + 2 * strength,
      }),
      svg('text', { x: x + 12, y: y + 20, 'font-weight': 700 }, name),
      svg('text', { x: x + 12, y: y + 37, class: 'soft' }, a.length > 25 ? `${a.slice(0, 24)}…` : a),
      svg('text', { x: x + 12, y: y + 53, class: 'soft' }, b.length > 25 ? `${b.slice(0, 24)}…` : b),
    );
  }
  void now;
  return drawn;
}

/** States in a circle, arrows by how often one followed the other. */
function drawOrder({ states, follows, state_now: now }) {
  const shown = states.slice(0, 12);
  if (shown.length < 2) return h('p', { class: 'empty' }, 'Nothing has followed anything yet.');
  const [size, middle, radius, half] = [520, 260, 205, 30];
  const place = new Map(
    shown.map(({ state }, i) => {
      const angle = (2 * Math.PI * i) / shown.length - Math.PI / 2;
      return [state, [middle + radius * Math.cos(angle), middle + radius * Math.sin(angle)]];
    }),
  );
  const drawn = svg('svg', {
    viewBox: `0 0 ${size} ${size}`,
    class: 'drawn',
    role: 'img',
    'aria-label': 'Order of states; the table below tells the same',
  });
  drawn.append(
    svg(
      'defs',
      {},
      svg(
        'marker',
        {
          id: 'tip',
          viewBox: '0 0 8 8',
          refX: 7,
          refY: 4,
          markerWidth: 7,
          markerHeight: 7,
          orient: 'auto-start-reverse',
          markerUnits: 'userSpaceOnUse',
        },
        svg('path', { d: 'M0,0 L8,4 L0,8 z', fill: 'var(--soft)' }),
      ),
    ),
  );
  const most = Math.max(1, ...follows.map(({ count }) => count));
  for (const { from, to, count, probability } of follows) {
    const [a, b] = [place.get(from), place.get(to)];
    if (!a || !b || probability < 0.08) continue;
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const long = Math.hypot(dx, dy);
    const cut = (half + 2) / long;
    // Bent to one side, so that there and back are two arrows.
    const bend = [-dy * 0.14, dx * 0.14];
    const start = [a[0] + dx * cut, a[1] + dy * cut];
    const stop = [b[0] - dx * cut, b[1] - dy * cut];
    drawn.append(
      svg(
        'path',
        {
          d: `M${start} Q${middlePoint(a, b, bend)} ${stop}`,
          fill: 'none',
          stroke: 'var(--soft)',
          'stroke-width': (0.8 + 3.2 * (count / most)).toFixed(2),
          'stroke-opacity': (0.35 + 0.6 * probability).toFixed(2),
          'marker-end': 'url(#tip)',
        },
        svg('title', {}, `${percent(probability)}, ${count} times`),
      ),
    );
    if (probability >= 0.3)
      drawn.append(
        svg(
          'text',
          {
            x: (a[0] + b[0]) / 2 + bend[0] * 0.7,
            y: (a[1] + b[1]) / 2 + bend[1] * 0.7 + 4,
            'text-anchor': 'middle',
            class: 'soft',
          },
          percent(probability),
        ),
      );
  }
  for (const { state, visits, boxes } of shown) {
    const [x, y] = place.get(state);
    const tile = svg(
      'g',
      {},
      svg('title', {}, `State ${state}, ${visits} visits`),
      svg('rect', {
        x: x - half,
        y: y - half * 0.75,
        width: 2 * half,
        height: 1.5 * half,
        rx: 5,
        fill: 'var(--card)',
        stroke: state === now ? 'var(--accent)' : 'var(--line)',
        'stroke-width': state === now ? 4 : 1.5,
      }),
    );
    for (const [bx, by, bw, bh] of boxes)
      tile.append(
        svg('rect', {
          x: x - half + bx * 2 * half,
          y: y - half * 0.75 + by * 1.5 * half,
          width: bw * 2 * half,
          height: bh * 1.5 * half,
          fill: 'var(--accent)',
        }),
      );
    if (boxes.length === 0) tile.append(svg('text', { x, y: y + 4, 'text-anchor': 'middle', class: 'soft' }, 'idle'));
    drawn.append(tile);
  }
  return drawn;
}

const middlePoint = (a, b, bend) => [(a[0] + b[0]) / 2 + bend[0], (a[1] + b[1]) / 2 + bend[1]];

function followTable({ follows }) {
  return h(
    'details',
    {},
    h('summary', {}, 'As a table'),
    h(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Order of states' },
      table(
        ['From', 'To', 'Probability', 'Times', 'After'],
        follows
          .slice(0, 30)
          .map(({ from, to, probability, count, after_ms: ms }) => [
            nameOf(from),
            nameOf(to),
            percent(probability),
            String(count),
            duration(ms / 1000),
          ]),
        2,
      ),
    ),
  );
}

const nameOf = (state) => (state === 0 ? 'idle' : `state ${state}`);

function table(heads, rows, numbersFrom = Infinity) {
  return h(
    'table',
    {},
    h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))),
    h(
      'tbody',
      {},
      ...rows.map((row) =>
        h('tr', {}, ...row.map((cell, i) => h('td', { class: i >= numbersFrom ? 'number' : null }, cell))),
      ),
    ),
  );
}

function placesCard(camera, known, read) {
  const image = h('img', { alt: '', src: picture(of(camera, '/picture.jpg')) });
  const canvas = h('canvas', { role: 'img' });
  const stage = h('div', { class: 'stage' }, image, canvas);
  stage.style.aspectRatio = `${known.width} / ${known.height}`;
  const words = h('p', { class: 'small' });
  let layer = 'ways';
  const draw = () => {
    const told = drawPlaces(canvas, stage, read(), layer);
    words.textContent = told;
    canvas.setAttribute('aria-label', told);
  };
  new ResizeObserver(draw).observe(stage);
  const buttons = choices('What is shown', LAYERS, layer, (value) => {
    layer = value;
    draw();
  });
  buttons.classList.add('tools');
  return {
    element: h(
      'section',
      { class: 'card', 'aria-labelledby': 'places-title' },
      h('h2', { id: 'places-title' }, 'Where things go'),
      stage,
      buttons,
      words,
    ),
    draw,
  };
}

function kindsCard(camera, kinds) {
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'kinds-title' },
    h('h2', { id: 'kinds-title' }, 'Kinds of things'),
    h(
      'p',
      { class: 'small' },
      'Looks that the shared pooler takes for alike, with the last one of each since the start.',
    ),
    kinds.length === 0
      ? h('p', { class: 'empty' }, 'Nothing has been looked at since the start.')
      : h(
          'div',
          { class: 'crops' },
          ...kinds.map(({ kind, count, last_at: at, has_picture: has }) =>
            h(
              'figure',
              {},
              has
                ? h('img', {
                    src: picture(of(camera, `/kinds/${kind}/picture.jpg`)),
                    alt: `A thing of kind ${kind}`,
                    onerror: (event) => event.target.closest('figure').remove(),
                  })
                : h('canvas'),
              h('figcaption', {}, `Kind ${kind}, ${count} looks, `, time(at)),
            ),
          ),
        ),
  );
}

/** What columns of the shared pooler look for: bright where a thing is brighter than the scene, dark where darker. */
function fieldsCard({ fields, field_side: side }) {
  const drawn = fields.slice(0, 18).map(({ column, use, brighter, darker }) => {
    const canvas = h('canvas', {
      width: side,
      height: side,
      role: 'img',
      'aria-label': `Receptive field of column ${column}`,
    });
    const context = canvas.getContext('2d');
    const pixels = context.createImageData(side, side);
    for (let i = 0; i < side * side; i++) {
      const value = Math.round(128 + 127 * (brighter[i] - darker[i]));
      pixels.data.set([value, value, value, 255], i * 4);
    }
    context.putImageData(pixels, 0, 0);
    return h('figure', {}, canvas, h('figcaption', {}, `Column ${column}, ${percent(use)}`));
  });
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'fields-title' },
    h('h2', { id: 'fields-title' }, 'What the pooler looks for'),
    h(
      'p',
      { class: 'small' },
      'Receptive fields of the columns that win most often, over a thing scaled to a square: light = brighter than the scene behind it, dark = darker; and how often they win.',
    ),
    h('div', { class: 'crops' }, ...drawn),
  );
}

function memoryCard({ total_bytes: total, saved_bytes: saved, fields }, { memories }) {
  const regions = new Map();
  for (const { region, bytes: size, copies } of fields) {
    const name = region.split('.').slice(0, 2).join('.');
    regions.set(name, (regions.get(name) ?? 0) + size * copies);
  }
  const rows = [...regions]
    .sort((a, b) => b[1] - a[1])
    .map(([name, size]) => [name, bytes(size), percent(size / total)]);
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'memory-title' },
    h('h2', { id: 'memory-title' }, 'Memory'),
    h('p', { class: 'small' }, `One buffer of ${bytes(total)}, allocated once; ${bytes(saved)} of it are saved.`),
    h(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Pools' },
      table(
        ['Memory', 'Segments', 'Room', 'Replaced'],
        memories.map(({ name, segments, capacity, evictions }) => [
          name,
          String(segments),
          percent(segments / capacity),
          String(evictions),
        ]),
        1,
      ),
    ),
    h(
      'details',
      {},
      h('summary', {}, 'All regions'),
      h(
        'div',
        { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Regions' },
        table(['Region', 'Bytes', 'Share'], rows, 1),
      ),
    ),
  );
}

function snapshotsCard(camera, first) {
  const list = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'List of snapshots' });
  const answer = h('div', { role: 'status' });
  const name = h('input', {
    type: 'text',
    maxlength: '100',
    pattern: '[A-Za-z0-9][A-Za-z0-9_.\\-]*',
    placeholder: 'before-holiday',
  });
  const attempt = async (work, done) => {
    try {
      const result = await work();
      if (done) say(typeof done === 'function' ? done(result) : done);
      draw(await get('/snapshots'));
    } catch (error) {
      say(error.message);
    }
  };
  const draw = (all) => {
    const own = all.filter((one) => one.camera === camera);
    if (own.length === 0) {
      list.replaceChildren(h('p', { class: 'empty' }, 'No snapshots of this camera yet.'));
      return;
    }
    const rows = own.map(({ name: snapshot, kind, created_at: at, step }) => {
      const path = `/snapshots/${encodeURIComponent(snapshot)}`;
      const button = (text, work) =>
        h('button', { type: 'button', 'aria-label': `${text} ${snapshot}`, onclick: () => void work() }, text);
      return [
        h('span', {}, snapshot, ' ', h('span', { class: 'tag' }, kind)),
        time(at),
        String(step),
        h(
          'span',
          { class: 'row' },
          button('Compare', () => attempt(async () => drawDiff(snapshot, await get(`${path}/diff`)))),
          button(
            'Restore',
            () =>
              confirm(`Make ${snapshot} the model of ${camera}? What it replaces is kept.`) &&
              attempt(
                () => post(`${path}/restore`, { camera }),
                ({ replaced }) => `Restored; the model before is kept as ${replaced}.`,
              ),
          ),
          button('Delete', () => confirm(`Delete ${snapshot}?`) && attempt(() => remove(path), `Deleted ${snapshot}.`)),
        ),
      ];
    });
    list.replaceChildren(table(['Name', 'Made', 'Step', 'What to do'], rows));
  };
  const drawDiff = (snapshot, { steps, difference, regions }) => {
    const changed = regions
      .filter(({ changed_bytes: count }) => count > 0)
      .sort((a, b) => b.changed_bytes / b.bytes - a.changed_bytes / a.bytes);
    answer.replaceChildren(
      h('h3', {}, `Since ${snapshot}`),
      h('p', { class: 'small' }, `${steps[1] - steps[0]} steps; ${percent(difference)} of the synapses are others.`),
      h(
        'div',
        { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Differences' },
        table(
          ['Region', 'Bytes changed', 'Segments'],
          changed
            .slice(0, 16)
            .map(({ region, bytes: size, changed_bytes: count, segments }) => [
              region,
              percent(count / size),
              segments[0] + segments[1] === 0 ? '' : `${segments[0]} → ${segments[1]}`,
            ]),
          1,
        ),
      ),
    );
  };
  draw(first);
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'snapshots-title' },
    h('h2', { id: 'snapshots-title' }, 'Snapshots'),
    h(
      'p',
      { class: 'small' },
      'The model as it was at a moment. Restoring keeps what it replaces, so it can be undone.',
    ),
    h(
      'div',
      { class: 'row' },
      h('label', { class: 'field' }, 'New snapshot', name),
      h(
        'button',
        {
          type: 'button',
          class: 'main',
          onclick: () =>
            void attempt(
              () =>
                post('/snapshots', {
                  name: name.value.trim() || `dashboard-${new Date().toISOString().slice(0, 19).replace(/:/g, '-')}`,
                  camera,
                }),
              ({ name: made }) => `Made ${made}.`,
            ),
        },
        'Keep it as it is now',
      ),
      h(
        'button',
        {
          type: 'button',
          onclick: () =>
            confirm('Take the last restore back?') &&
            void attempt(
              () => post('/snapshots/undo', { camera }),
              ({ restored }) => `Back to ${restored}.`,
            ),
        },
        'Undo the last restore',
      ),
    ),
    list,
    answer,
  );
}
