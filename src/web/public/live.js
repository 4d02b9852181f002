// live.js - draws what the daemon says: newest picture, heat map over it, score over the last minute, events.

const byId = (id) => document.getElementById(id);
const select = byId('camera');
const history = [];
const HISTORY_LENGTH = 600; // frames: one minute at 10 fps
let pictureBusy = false;

const cameras = await (await fetch('api/cameras')).json();
for (const name of cameras) select.add(new Option(name, name));
for (const event of await (await fetch('api/events')).json()) showEvent(event);
select.addEventListener('change', () => history.splice(0));

const source = new EventSource('api/live');
source.addEventListener('frame', (message) => {
  const frame = JSON.parse(message.data);
  if (frame.camera === select.value) showFrame(frame);
});
source.addEventListener('event', (message) => showEvent(JSON.parse(message.data)));
source.addEventListener('prediction', (message) => {
  const prediction = JSON.parse(message.data);
  if (prediction.camera === select.value) showPrediction(prediction);
});
source.addEventListener('error', () => {
  byId('learning').textContent = 'Connection lost, trying again…';
});

function showFrame(frame) {
  showPicture(frame);
  drawHeat(frame);
  history.push(frame.score);
  if (history.length > HISTORY_LENGTH) history.shift();
  drawTimeline();
  const score = byId('score');
  score.textContent = frame.score.toFixed(2);
  score.classList.toggle('alarm', frame.score >= 0.5);
  const { state, progress } = frame.learning;
  byId('learning').textContent = state === 'ready' ? 'Watching' : `Learning ${Math.round(progress * 100)} %`;
  showStreams(frame.streams);
}

function showPicture(frame) {
  if (pictureBusy) return;
  pictureBusy = true;
  const picture = byId('picture');
  picture.onload = picture.onerror = () => {
    pictureBusy = false;
  };
  picture.parentElement.style.aspectRatio = `${frame.width} / ${frame.height}`;
  picture.src = `api/cameras/${encodeURIComponent(frame.camera)}/picture.jpg?frame=${frame.sequence}`;
}

function drawHeat({ grid, gridColumns, gridRows }) {
  const canvas = byId('heat');
  canvas.width = gridColumns;
  canvas.height = gridRows;
  const context = canvas.getContext('2d');
  const image = context.createImageData(gridColumns, gridRows);
  grid.forEach((surprise, place) => {
    // 1 is the alarm threshold: half opaque there, never quite opaque.
    image.data.set([230, 30, 30, Math.min(200, (255 * surprise) / (1 + surprise))], place * 4);
  });
  context.putImageData(image, 0, 0);
}

function drawTimeline() {
  const canvas = byId('timeline');
  const context = canvas.getContext('2d');
  const { width, height } = canvas;
  const y = (score) => height - 4 - score * (height - 8);
  context.clearRect(0, 0, width, height);
  context.strokeStyle = '#d22a';
  context.setLineDash([6, 4]);
  context.beginPath();
  context.moveTo(0, y(0.5));
  context.lineTo(width, y(0.5));
  context.stroke();
  context.setLineDash([]);
  context.strokeStyle = '#2a7';
  context.lineWidth = 2;
  context.beginPath();
  history.forEach((score, index) => context.lineTo((index / HISTORY_LENGTH) * width, y(score)));
  context.stroke();
}

function showStreams(streams) {
  const list = byId('streams');
  list.replaceChildren(
    ...Object.entries(streams).flatMap(([name, value]) => {
      const term = Object.assign(document.createElement('dt'), { textContent: name });
      const bar = Object.assign(document.createElement('dd'), { className: 'bar' });
      const fill = document.createElement('i');
      fill.style.width = `${Math.min(100, value * 50)}%`;
      fill.classList.toggle('alarm', value >= 1);
      bar.append(fill);
      return [term, bar, Object.assign(document.createElement('dd'), { textContent: value.toFixed(2) })];
    }),
  );
}

function showEvent(event) {
  const list = byId('events');
  list.querySelector('.empty')?.remove();
  let item = document.getElementById(event.id);
  if (!item) {
    item = Object.assign(document.createElement('li'), { id: event.id });
    list.prepend(item);
  }
  item.classList.toggle('open', event.ended_at === null);
  const time = Object.assign(document.createElement('time'), {
    dateTime: event.started_at,
    textContent: new Date(event.started_at).toLocaleTimeString(),
  });
  const where = event.zones.length > 0 ? ` (${event.zones.join(', ')})` : '';
  item.replaceChildren(time, `${event.cause}: ${event.explanation}${where}, peak ${event.peak.toFixed(2)}`);
}

function showPrediction({ next }) {
  const [first] = next;
  byId('prediction').textContent = first
    ? `Next: ${first.state}${first.zones.length ? ` (${first.zones.join(', ')})` : ''}, ${Math.round(first.probability * 100)} %, in ${first.in_seconds[0].toFixed(1)}–${first.in_seconds[1].toFixed(1)} s`
    : 'Nothing predicted.';
}
