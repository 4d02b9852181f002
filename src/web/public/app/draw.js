// draw.js - drawing zones and masks on the picture, with the mouse, a finger or the keyboard.
import { of, picture, put, remove } from './api.js';
import { h, say } from './dom.js';
import { label, polygon } from './scene.js';

const COLOURS = { zone: '#7fd0ff', mask: '#e6e6e6' };
/** Share of the picture that an arrow key moves by, with Shift ten times that. */
const KEY_STEP = 0.005;
const NEAR = 0.025;

export function createDrawing(state, { draws, onChange }) {
  const camera = state.name;
  const { width = 4, height = 3 } = state;
  const image = h('img', {
    alt: `The picture of ${state.display_name}`,
    src: picture(of(camera, `/picture.jpg?after=${Date.now()}`)),
  });
  const canvas = h('canvas', {
    tabindex: '0',
    role: 'application',
    'aria-label':
      'Drawing area. Arrow keys move the pointer, Shift moves farther, Enter sets a corner, Backspace takes the last one back, Escape gives up.',
  });
  const stage = h('div', { class: 'stage' }, image, canvas);
  stage.style.aspectRatio = `${width} / ${height}`;
  stage.style.maxWidth = `calc(68vh * ${(width / height).toFixed(3)})`;
  const hint = h('p', { class: 'small', role: 'status' });
  const list = h('div', { class: 'stack' });
  const name = h('input', { type: 'text', maxlength: '64', autocomplete: 'off' });
  const save = h('button', { type: 'button', class: 'main', disabled: true }, 'Save');
  const cancel = h('button', { type: 'button', hidden: true }, 'Give up');
  const naming = h(
    'div',
    { class: 'row tools', hidden: true },
    h('label', { class: 'field' }, 'Name', name),
    save,
    cancel,
  );
  let settings = state.settings;
  let kind = null;
  let points = [];
  let dragged = -1;
  let cursor = [0.5, 0.5];
  let keyed = false;

  function begin(next, old = null) {
    kind = next;
    points = old === null ? [] : old.points.map((point) => [...point]);
    name.value = old?.name ?? freeName(next);
    naming.hidden = cancel.hidden = false;
    tell();
    draw();
    canvas.focus({ preventScroll: true });
  }

  function end() {
    kind = null;
    points = [];
    naming.hidden = cancel.hidden = true;
    tell();
    draw();
  }

  function freeName(of2) {
    const taken = settings[`${of2}s`];
    for (let i = 1; ; i++) if (taken[`${of2}${i}`] === undefined) return `${of2}${i}`;
  }

  function tell() {
    save.disabled = points.length < 3;
    const what =
      kind === 'mask'
        ? 'Everything inside becomes grey before anything is learned, stored or sent.'
        : 'Events and predictions tell its name.';
    hint.textContent =
      kind === null
        ? 'Click a button below to draw; corners of what is drawn can be pulled.'
        : points.length < 3
          ? `Click the corners of the ${kind}, three at least. ${what}`
          : `${points.length} corners. Pull them to change, add more, or save.`;
  }

  function draw() {
    const ratio = Math.min(2, devicePixelRatio || 1);
    const [w, h2] = [stage.clientWidth, stage.clientHeight];
    if (w === 0) return;
    canvas.width = w * ratio;
    canvas.height = h2 * ratio;
    const context = canvas.getContext('2d');
    context.scale(ratio, ratio);
    for (const of2 of ['zone', 'mask'])
      for (const [areaName, area] of Object.entries(settings[`${of2}s`])) {
        if (kind === of2 && areaName === name.value) continue;
        polygon(
          context,
          area.points,
          w,
          h2,
          COLOURS[of2],
          area.enabled ? areaName : `${areaName} (off)`,
          of2 === 'mask' && area.enabled ? 0.35 : 0.1,
        );
      }
    if (kind === null) return;
    polygon(context, points, w, h2, '#ffd400', name.value || kind, 0.2);
    for (const [x, y] of points) {
      context.beginPath();
      context.arc(x * w, y * h2, 6, 0, 7);
      context.fillStyle = '#ffd400';
      context.fill();
      context.strokeStyle = '#000';
      context.lineWidth = 1.5;
      context.stroke();
    }
    if (!keyed) return;
    const [cx, cy] = [cursor[0] * w, cursor[1] * h2];
    context.strokeStyle = '#fff';
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(cx - 12, cy);
    context.lineTo(cx + 12, cy);
    context.moveTo(cx, cy - 12);
    context.lineTo(cx, cy + 12);
    context.stroke();
    label(
      context,
      `${Math.round(cursor[0] * 100)} %, ${Math.round(cursor[1] * 100)} %`,
      Math.min(w - 80, cx + 14),
      cy + 18,
    );
  }

  const at = (event) => {
    const { left, top, width: w, height: h2 } = canvas.getBoundingClientRect();
    const share = (value) => Math.min(1, Math.max(0, Math.round(value * 1000) / 1000));
    return [share((event.clientX - left) / w), share((event.clientY - top) / h2)];
  };
  const nearest = ([x, y]) => points.findIndex(([px, py]) => Math.hypot(px - x, (py - y) * (height / width)) < NEAR);
  canvas.addEventListener('pointerdown', (event) => {
    if (kind === null) return;
    keyed = false;
    const point = at(event);
    dragged = nearest(point);
    if (dragged < 0 && points.length < 64) {
      points.push(point);
      dragged = points.length - 1;
    }
    canvas.setPointerCapture(event.pointerId);
    tell();
    draw();
  });
  canvas.addEventListener('pointermove', (event) => {
    if (dragged < 0) return;
    points[dragged] = at(event);
    draw();
  });
  canvas.addEventListener('pointerup', () => (dragged = -1));
  canvas.addEventListener('keydown', (event) => {
    if (kind === null) return;
    const step = event.shiftKey ? KEY_STEP * 10 : KEY_STEP;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (Object.hasOwn(moves, event.key)) {
      const [dx, dy] = moves[event.key];
      keyed = true;
      cursor = [Math.min(1, Math.max(0, cursor[0] + dx)), Math.min(1, Math.max(0, cursor[1] + dy))];
    } else if (event.key === 'Enter' && points.length < 64) {
      keyed = true;
      points.push(cursor.map((value) => Math.round(value * 1000) / 1000));
    } else if (event.key === 'Backspace') points.pop();
    else if (event.key === 'Escape') return end();
    else return;
    event.preventDefault();
    tell();
    draw();
  });
  name.addEventListener('input', draw);
  cancel.addEventListener('click', end);
  save.addEventListener('click', async () => {
    const drawn = kind;
    await change(
      `${drawn}s/${encodeURIComponent(name.value.trim())}`,
      () => put(of(camera, `/${drawn}s/${encodeURIComponent(name.value.trim())}`), { points, enabled: true }),
      `The ${drawn} ${name.value.trim()} is drawn.`,
    );
    if (drawn === 'mask') localStorage.setItem('step.mask', '1');
  });

  async function change(_what, work, done) {
    try {
      await work();
      settings = await onChange();
      say(done);
      end();
      drawList();
      // The picture shows the mask from the next frame on.
      setTimeout(() => (image.src = picture(of(camera, `/picture.jpg?after=${Date.now()}`))), 700);
    } catch (error) {
      say(error.message);
    }
  }

  function drawList() {
    const rows = ['zone', 'mask'].flatMap((of2) =>
      Object.entries(settings[`${of2}s`]).map(([areaName, area]) => {
        const path = `${of2}s/${encodeURIComponent(areaName)}`;
        const box = h('input', { type: 'checkbox', checked: area.enabled });
        box.addEventListener(
          'change',
          () =>
            void change(
              path,
              () => put(of(camera, `/${path}`), { enabled: box.checked }),
              `${areaName} is ${box.checked ? 'on' : 'off'}.`,
            ),
        );
        return h(
          'div',
          { class: 'row apart' },
          h('label', { class: 'switch' }, box, `${areaName} `, h('span', { class: 'tag' }, of2)),
          h(
            'span',
            { class: 'row' },
            h(
              'button',
              {
                type: 'button',
                'aria-label': `Change ${areaName}`,
                onclick: () => begin(of2, { name: areaName, points: area.points }),
              },
              'Change',
            ),
            h(
              'button',
              {
                type: 'button',
                'aria-label': `Take back ${areaName}`,
                onclick: () =>
                  void change(path, () => remove(of(camera, `/${path}`)), `${areaName} is as the configuration says.`),
              },
              'Take back',
            ),
          ),
        );
      }),
    );
    list.replaceChildren(...(rows.length === 0 ? [h('p', { class: 'empty' }, 'Nothing is drawn yet.')] : rows));
  }

  new ResizeObserver(draw).observe(stage);
  image.addEventListener('load', draw);
  drawList();
  tell();
  const buttons = h(
    'div',
    { class: 'row tools' },
    h('button', { type: 'button', class: 'main', onclick: () => begin('mask') }, 'Draw a mask'),
    h('button', { type: 'button', onclick: () => begin('zone') }, 'Draw a zone'),
  );
  const element = h(
    'section',
    { class: 'card', 'aria-labelledby': 'areas-title' },
    h('h2', { id: 'areas-title' }, 'Zones and masks'),
    stage,
    hint,
    naming,
    buttons,
    h('h3', {}, 'Drawn'),
    list,
  );
  /** Once it is on the page: what was asked for by the address. */
  const start = () => (draws === 'mask' || draws === 'zone') && begin(draws);
  return { element, start };
}
