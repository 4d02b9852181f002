// timeline.js - the score over time with its threshold and the events, from a minute to a month.
import uPlot from '../uplot.js';
import { get, of } from './api.js';
import { CAUSES, choices, h, moment } from './dom.js';

const RANGES = [
  [60, '1 min'],
  [900, '15 min'],
  [3600, '1 h'],
  [86_400, '1 day'],
  [604_800, '1 week'],
  [2_592_000, '1 month'],
];
/** Up to this the chart runs along by itself. */
const RUNNING_S = 900;

/** `at` (ISO): look at this moment instead of now. `onPick(event)`: one of the marks was chosen. */
export function createTimeline(camera, { at, onPick }) {
  const place = h('div', { class: 'chart' });
  const summary = h('p', { class: 'small', role: 'status' });
  const marks = h('div', { class: 'row small' });
  let range = at ? 900 : 60;
  let fixed = at ? Date.parse(at) / 1000 : null;
  let data = [[], [], []];
  let events = [];
  let plot = null;
  let stopped = false;
  let timer;

  const now = () => (fixed === null ? Date.now() / 1000 : fixed + range / 2);
  const back = h('button', { type: 'button', hidden: fixed === null }, 'Back to now');
  const buttons = choices('Time span', RANGES, range, (value) => {
    range = value;
    void load();
  });
  back.addEventListener('click', () => {
    fixed = null;
    back.hidden = true;
    void load();
  });

  async function load() {
    clearTimeout(timer);
    const to = new Date(now() * 1000).toISOString();
    const from = new Date((now() - range) * 1000).toISOString();
    const [scores, list] = await Promise.all([
      get(of(camera, `/scores?from=${from}&to=${to}&points=${Math.max(60, Math.min(800, place.clientWidth | 0))}`)),
      get(`/events?camera=${encodeURIComponent(camera)}&since=${from}&until=${to}&limit=200`),
    ]);
    if (stopped) return;
    events = list;
    data = [[], [], []];
    let last = null;
    const gap = Math.max(5, (range / 60) * 2, (scores.spans[1]?.[0] ?? 0) - (scores.spans[0]?.[0] ?? 0) + 70);
    for (const [start, mean, max] of scores.spans) {
      // What was not watched is a gap, not a line.
      if (last !== null && start - last > gap) push(last + 1, null, null);
      push(start, max, mean);
      last = start;
    }
    draw();
    if (range > RUNNING_S) timer = setTimeout(() => void load(), 60_000);
  }

  function push(second, max, mean) {
    data[0].push(second);
    data[1].push(max);
    data[2].push(mean);
  }

  function draw() {
    const width = Math.max(240, place.clientWidth);
    const css = getComputedStyle(document.documentElement);
    const colour = (name) => css.getPropertyValue(name).trim();
    plot?.destroy();
    plot = new uPlot(
      {
        width,
        height: 180,
        cursor: { drag: { x: false, y: false } },
        legend: { live: false, show: false },
        scales: { x: { range: () => [now() - range, now()] }, y: { range: [0, 1] } },
        axes: [
          {
            stroke: colour('--soft'),
            grid: { stroke: colour('--line'), width: 1 },
            ticks: { stroke: colour('--line') },
            space: 70,
          },
          {
            stroke: colour('--soft'),
            grid: { stroke: colour('--line'), width: 1 },
            ticks: { show: false },
            size: 38,
            values: (_, all) => all.map((v) => v.toFixed(1)),
          },
        ],
        series: [
          {},
          {
            label: 'highest',
            stroke: colour('--accent'),
            width: 1.6,
            fill: `color-mix(in srgb, ${colour('--accent')} 14%, transparent)`,
            points: { show: false },
          },
          { label: 'mean', stroke: colour('--soft'), width: 1, points: { show: false } },
        ],
        hooks: { draw: [(u) => drawOver(u, colour)] },
      },
      data,
      place,
    );
    const canvas = place.querySelector('canvas');
    canvas?.setAttribute('role', 'img');
    canvas?.setAttribute('aria-label', words());
    summary.textContent = words();
    marks.replaceChildren(
      ...events
        .slice(0, 6)
        .map((event) =>
          h(
            'button',
            { type: 'button', onclick: () => onPick(event) },
            `${moment(event.started_at)} · ${CAUSES[event.cause] ?? event.cause}`,
          ),
        ),
    );
  }

  function drawOver(u, colour) {
    const { ctx, bbox } = u;
    ctx.save();
    const y = u.valToPos(0.5, 'y', true);
    ctx.strokeStyle = colour('--alarm');
    ctx.setLineDash([6, 5]);
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.setLineDash([]);
    for (const event of events) {
      const from = Math.max(bbox.left, u.valToPos(Date.parse(event.started_at) / 1000, 'x', true));
      const to = u.valToPos(event.ended_at ? Date.parse(event.ended_at) / 1000 : now(), 'x', true);
      ctx.fillStyle = event.severity === 'alert' ? colour('--alarm') : colour('--warn');
      ctx.globalAlpha = 0.18;
      ctx.fillRect(from, bbox.top, Math.max(2, to - from), bbox.height);
      ctx.globalAlpha = 1;
      ctx.fillRect(from, bbox.top, Math.max(2, 2 * devicePixelRatio), 8 * devicePixelRatio);
    }
    ctx.restore();
  }

  function words() {
    const scores = data[1].filter((value) => value !== null);
    if (scores.length === 0) return 'Nothing was watched in this span.';
    const highest = Math.max(...scores);
    const name = RANGES.find(([value]) => value === range)[1];
    return `Score over ${name}: highest ${highest.toFixed(2)}, the alarm threshold is 0.50; ${events.length} ${events.length === 1 ? 'event' : 'events'}.`;
  }

  const resize = new ResizeObserver(() => plot !== null && plot.width !== place.clientWidth && draw());
  resize.observe(place);

  return {
    element: h(
      'section',
      { class: 'card wide', 'aria-labelledby': 'timeline-title' },
      h(
        'div',
        { class: 'row apart' },
        h('h2', { id: 'timeline-title' }, 'Score over time'),
        h('div', { class: 'row' }, back, buttons),
      ),
      place,
      summary,
      marks,
    ),
    load,
    /** A frame has come: the chart runs along. */
    frame({ at: captured, score }) {
      if (fixed !== null || range > RUNNING_S || plot === null || document.hidden) return;
      const second = Math.floor(Date.parse(captured) / 1000);
      const end = data[0].length - 1;
      if (end >= 0 && data[0][end] === second) {
        if (score <= (data[1][end] ?? 0)) return;
        data[1][end] = score;
        return;
      }
      push(second, score, score);
      while (data[0].length > 0 && data[0][0] < now() - range - 5) for (const row of data) row.shift();
      plot.setData(data);
    },
    event(event) {
      const i = events.findIndex(({ id }) => id === event.id);
      if (i >= 0) events[i] = event;
      else events.unshift(event);
      if (plot !== null) draw();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      resize.disconnect();
      plot?.destroy();
    },
  };
}
