// scene.js - the camera's picture with what is said of it drawn over: heat, zones, things with their trails.
import { picture, of } from './api.js';
import { h } from './dom.js';

/** Form, motion, order and time: the colours of docs/model.md. */
export const HEAT = [
  [40, 110, 255],
  [235, 40, 40],
  [30, 210, 60],
];

export function createScene(camera, { width, height }) {
  const image = h('img', { alt: `The newest picture of ${camera}`, draggable: false });
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  const away = h('p', { class: 'away', hidden: true });
  const stage = h('div', { class: 'stage' }, image, canvas, away);
  const shown = { boxes: true, trails: true, heat: [true, true, true], zones: true, predicted: false };
  let frame = null;
  let zones = {};
  let masks = {};
  let isLoading = false;
  let lastPicture = 0;
  let stopped = false;
  shape(width ?? 640, height ?? 480);

  function shape(w, h2) {
    stage.style.aspectRatio = `${w} / ${h2}`;
    stage.style.maxWidth = `calc(72vh * ${(w / h2).toFixed(3)})`;
  }

  /** The next picture when the last has come, five a second at most; nothing while the page is hidden. */
  function loadPicture(sequence) {
    const now = performance.now();
    if (isLoading || stopped || document.hidden || now - lastPicture < 190) return;
    isLoading = true;
    lastPicture = now;
    const next = new Image();
    next.onload = () => {
      image.src = next.src;
      away.hidden = true;
      isLoading = false;
    };
    next.onerror = () => (isLoading = false);
    const what = shown.predicted ? 'predicted.jpg' : 'picture.jpg';
    next.src = picture(of(camera, `/${what}?after=${sequence}`));
  }

  function draw() {
    const ratio = Math.min(2, devicePixelRatio || 1);
    const [w, h2] = [stage.clientWidth, stage.clientHeight];
    if (w === 0) return;
    canvas.width = w * ratio;
    canvas.height = h2 * ratio;
    const context = canvas.getContext('2d');
    context.scale(ratio, ratio);
    if (frame !== null) drawHeat(context, w, h2);
    if (shown.zones) {
      for (const [name, area] of Object.entries(zones))
        if (area.enabled) polygon(context, area.points, w, h2, '#7fd0ff', name);
      for (const [name, area] of Object.entries(masks))
        if (area.enabled) polygon(context, area.points, w, h2, '#cfcfcf', `${name} (masked)`);
    }
    if (frame === null) return;
    for (const thing of frame.things) drawThing(context, thing, w, h2);
  }

  function drawHeat(context, w, h2) {
    const { heat, grid_columns: columns, grid_rows: rows } = frame;
    const [cellW, cellH] = [w / columns, h2 / rows];
    for (const [place, ...kinds] of heat) {
      const x = (place % columns) * cellW;
      const y = Math.floor(place / columns) * cellH;
      const on = kinds.map((value, kind) => (shown.heat[kind] ? value : 0));
      const sum = on[0] + on[1] + on[2];
      if (sum < 0.05) continue;
      const mix = [0, 1, 2].map((channel) =>
        Math.round(HEAT.reduce((all, colour, kind) => all + (colour[channel] * on[kind]) / sum, 0)),
      );
      const strongest = Math.max(...on);
      // 1 is the alarm threshold: half opaque there, never quite opaque.
      context.fillStyle = `rgb(${mix.join(' ')} / ${Math.min(0.75, strongest / (1 + strongest)).toFixed(3)})`;
      context.fillRect(x, y, cellW + 0.5, cellH + 0.5);
    }
  }

  function drawThing(context, { id, box, trail }, w, h2) {
    const [x, y, bw, bh] = [box[0] * w, box[1] * h2, box[2] * w, box[3] * h2];
    if (shown.trails && trail.length > 1) {
      for (let i = 1; i < trail.length; i++) {
        context.beginPath();
        context.moveTo(trail[i - 1][0] * w, trail[i - 1][1] * h2);
        context.lineTo(trail[i][0] * w, trail[i][1] * h2);
        context.strokeStyle = `rgb(255 212 0 / ${(0.15 + (0.75 * i) / trail.length).toFixed(2)})`;
        context.lineWidth = 3;
        context.lineCap = 'round';
        context.stroke();
      }
    }
    if (!shown.boxes) return;
    context.lineWidth = 4;
    context.strokeStyle = 'rgb(0 0 0 / 55%)';
    context.strokeRect(x, y, bw, bh);
    context.lineWidth = 2;
    context.strokeStyle = '#ffd400';
    context.strokeRect(x, y, bw, bh);
    label(context, String(id), x, y > 18 ? y - 4 : y + bh + 14);
  }

  return {
    element: stage,
    shown,
    draw,
    /** A frame has come. */
    frame(next) {
      if (frame === null || next.width !== frame.width || next.height !== frame.height) shape(next.width, next.height);
      frame = next;
      loadPicture(next.sequence);
      draw();
    },
    areas(nextZones, nextMasks) {
      zones = nextZones;
      masks = nextMasks;
      draw();
    },
    away(text) {
      away.textContent = text;
      away.hidden = text === '';
    },
    stop() {
      stopped = true;
    },
  };
}

/** A closed shape with its name. */
export function polygon(context, points, w, h2, colour, name, fill = 0.12) {
  if (points.length === 0) return;
  context.beginPath();
  points.forEach(([x, y], i) => (i === 0 ? context.moveTo(x * w, y * h2) : context.lineTo(x * w, y * h2)));
  context.closePath();
  context.fillStyle = colour;
  context.globalAlpha = fill;
  context.fill();
  context.globalAlpha = 1;
  context.lineWidth = 3.5;
  context.strokeStyle = 'rgb(0 0 0 / 45%)';
  context.stroke();
  context.lineWidth = 1.8;
  context.strokeStyle = colour;
  context.stroke();
  const top = points.reduce((a, b) => (b[1] < a[1] ? b : a));
  label(context, name, Math.min(w - 60, top[0] * w + 6), Math.max(16, top[1] * h2 + 16));
}

export function label(context, text, x, y) {
  context.font = '600 12px system-ui, sans-serif';
  const wide = context.measureText(text).width;
  context.fillStyle = 'rgb(10 14 24 / 70%)';
  context.beginPath();
  context.roundRect(x - 4, y - 12, wide + 8, 17, 4);
  context.fill();
  context.fillStyle = '#fff';
  context.fillText(text, x, y + 1);
}
