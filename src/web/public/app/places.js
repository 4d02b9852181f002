// places.js - where things go, drawn over the scene: ways as a flow, how often, how fast, how long, where nothing ever came.

export const LAYERS = [
  ['ways', 'Ways'],
  ['visits', 'How often'],
  ['births', 'Beginnings'],
  ['speed', 'Speed'],
  ['stay', 'Stays'],
  ['never', 'Never visited'],
];

/** Draw a layer; returns what it shows in one sentence. */
export function drawPlaces(canvas, stage, places, layer) {
  const ratio = Math.min(2, devicePixelRatio || 1);
  const [w, h] = [stage.clientWidth, stage.clientHeight];
  if (w === 0) return '';
  canvas.width = w * ratio;
  canvas.height = h * ratio;
  const context = canvas.getContext('2d');
  context.scale(ratio, ratio);
  const { columns, rows, visits } = places;
  const [cw, ch] = [w / columns, h / rows];
  const cell = (i) => [(i % columns) * cw, Math.floor(i / columns) * ch];
  if (layer === 'ways') {
    context.fillStyle = 'rgb(8 12 24 / 45%)';
    context.fillRect(0, 0, w, h);
    return drawWays(context, places, cell, cw, ch);
  }
  const values = {
    visits,
    births: places.births,
    speed: places.speed,
    stay: places.stay,
    never: visits.map((v) => (v < 0.002 ? 1 : 0)),
  }[layer];
  const most = Math.max(1e-6, ...values);
  values.forEach((value, i) => {
    const share = layer === 'never' ? value * 0.75 : Math.sqrt(value / most);
    if (share <= 0.02) return;
    const [x, y] = cell(i);
    context.fillStyle = layer === 'never' ? `rgb(120 126 140 / ${share.toFixed(3)})` : heat(share);
    context.fillRect(x, y, cw + 0.5, ch + 0.5);
  });
  const seen = values.filter((value) => value > 0).length;
  switch (layer) {
    case 'visits':
      return `How often things come by: up to ${Math.round(most * 100)} % of all things, in ${seen} of ${columns * rows} places.`;
    case 'births':
      return `Where things begin to be seen: ${seen} places.`;
    case 'speed':
      return `How fast things usually are: up to ${most.toFixed(2)} heights of the picture per second.`;
    case 'stay':
      return `How long things usually stay in one place: up to ${most.toFixed(1)} s.`;
    default:
      return `Grey: ${seen} of ${columns * rows} places where nothing came, or hardly ever. What comes there is unusual.`;
  }
}

/** Arrows along the usual ways, longer where all go the same way, in colours of the speed. */
function drawWays(context, { visits, way_x: wayX, way_y: wayY, speed }, cell, cw, ch) {
  const fastest = Math.max(1e-6, ...speed);
  const often = Math.max(1e-6, ...visits);
  let count = 0;
  for (let i = 0; i < visits.length; i++) {
    const clear = Math.hypot(wayX[i], wayY[i]);
    if (clear < 0.05 || visits[i] < 0.003) continue;
    count++;
    const [x, y] = cell(i);
    const long = Math.min(cw, ch) * (0.35 + 0.65 * clear);
    const [ux, uy] = [wayX[i] / clear, wayY[i] / clear];
    const [cx, cy] = [x + cw / 2, y + ch / 2];
    context.strokeStyle = context.fillStyle = `hsl(${Math.round(210 - 190 * (speed[i] / fastest))} 95% 68%)`;
    context.globalAlpha = 0.45 + 0.55 * Math.sqrt(visits[i] / often);
    context.lineWidth = 1 + 2 * Math.sqrt(visits[i] / often);
    context.beginPath();
    context.moveTo(cx - (ux * long) / 2, cy - (uy * long) / 2);
    context.lineTo(cx + (ux * long) / 2, cy + (uy * long) / 2);
    context.stroke();
    const head = 3 + context.lineWidth;
    const [tx, ty] = [cx + ux * (long / 2 + head / 2), cy + uy * (long / 2 + head / 2)];
    context.beginPath();
    context.moveTo(tx, ty);
    context.lineTo(tx - ux * head * 1.6 - uy * head, ty - uy * head * 1.6 + ux * head);
    context.lineTo(tx - ux * head * 1.6 + uy * head, ty - uy * head * 1.6 - ux * head);
    context.fill();
    context.globalAlpha = 1;
  }
  return count === 0
    ? 'No way is known yet.'
    : `Usual ways in ${count} places; blue is slow, red is fast (up to ${fastest.toFixed(2)} heights of the picture per second). Short arrows: both ways are usual.`;
}

/** 0..1 from dark blue over red to yellow. */
function heat(share) {
  const hue = 255 - 205 * share;
  return `hsl(${hue.toFixed(0)} 90% ${(38 + 24 * share).toFixed(0)}% / ${(0.25 + 0.5 * share).toFixed(2)})`;
}
