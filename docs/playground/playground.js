/**
 * playground.js - one temporal memory in a page: it learns the sequence that is typed, and what it expects is drawn.
 */
import {
  activeCellsOf,
  createTemporalMemory,
  encodeBucket,
  overlapOf,
  predictedColumnsOf,
  predictiveCellsOf,
  rdseEncoder,
  stepTemporalMemory,
  summaryOf,
} from 'cortexd-htm';

const COLUMNS = 512;
const CELLS = 8;
const WIDTH = 20;
const SHAPE = { columns: COLUMNS, cellsPerColumn: CELLS, segments: 8192, synapsesPerSegment: 24 };
const PARAMS = {
  activationThreshold: 13,
  minThreshold: 10,
  initialPermanence: 130,
  permanenceIncrement: 30,
  permanenceDecrement: 10,
  predictedSegmentDecrement: 4,
};
// Letters as values so far apart that their codes have hardly a bit in common.
const encoder = rdseEncoder({ size: COLUMNS, width: WIDTH, resolution: 1, origin: 0, step: WIDTH, seed: 7 });
const codes = new Map();
/** The columns of a letter. */
function codeOf(letter) {
  let code = codes.get(letter);
  if (!code) {
    code = new Uint32Array(WIDTH);
    encodeBucket(encoder, letter.codePointAt(0), code);
    codes.set(letter, code);
  }
  return code;
}

const $ = (id) => document.getElementById(id);
let tm;
let place = 0;
let steps = 0;
let running = true;
let surprise = false;
let history = [];

function forget() {
  tm = createTemporalMemory(SHAPE, PARAMS);
  place = steps = 0;
  history = [];
}

/** The letters whose code is mostly expected, of those that have ever been seen. */
function expectedLetters() {
  const predicted = predictedColumnsOf(tm);
  return [...codes.keys()].filter((letter) => overlapOf(codes.get(letter), predicted) > WIDTH / 2).sort();
}

function step() {
  const letters = [...$('sequence').value];
  if (letters.length === 0) return;
  let letter = letters[place++ % letters.length];
  if (surprise) {
    letter = String.fromCodePoint(0x100 + (steps % 500));
    surprise = false;
  }
  const expected = expectedLetters();
  const before = performance.now();
  stepTemporalMemory(tm, codeOf(letter), WIDTH, $('learn').checked);
  const cost = performance.now() - before;
  steps++;
  const { anomaly, segments } = summaryOf(tm);
  history.push(anomaly);
  if (history.length > 240) history.shift();
  $('step').textContent = steps;
  $('now').textContent = letter;
  $('now').title = expected.length > 0 ? `expected: ${expected.join(' ')}` : 'nothing was expected';
  $('expects').textContent = expectedLetters().join(' ') || 'nothing';
  $('anomaly').textContent = anomaly.toFixed(2);
  $('segments').textContent = segments;
  $('cost').textContent = (cost * 1000).toFixed(0);
}

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);

function drawChart() {
  const canvas = $('chart');
  const pen = canvas.getContext('2d');
  pen.clearRect(0, 0, canvas.width, canvas.height);
  const step = canvas.width / 240;
  pen.fillStyle = color('bursting');
  history.forEach((anomaly, i) =>
    pen.fillRect(i * step, canvas.height * (1 - anomaly), step - 1, canvas.height * anomaly),
  );
}

function drawCells() {
  const canvas = $('cells');
  const pen = canvas.getContext('2d');
  const [width, height] = [canvas.width / (COLUMNS / 2), canvas.height / (CELLS * 2)];
  const draw = (cell) => {
    const column = Math.floor(cell / CELLS);
    const row = column < COLUMNS / 2 ? 0 : 1;
    pen.fillRect((column % (COLUMNS / 2)) * width, (row * CELLS + (cell % CELLS)) * height, width - 1, height - 1);
  };
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = color('predicted');
  predictiveCellsOf(tm).forEach(draw);
  const cells = activeCellsOf(tm);
  const perColumn = new Uint8Array(COLUMNS);
  for (const cell of cells) perColumn[Math.floor(cell / CELLS)]++;
  for (const cell of cells) {
    pen.fillStyle = color(perColumn[Math.floor(cell / CELLS)] === CELLS ? 'bursting' : 'active');
    draw(cell);
  }
}

let due = 0;
function turn(now) {
  if (running && now >= due) {
    // Never more than a frame's worth behind, however slow the page has been.
    for (due = Math.max(due, now - 50); due <= now; due += 1000 / Number($('speed').value)) step();
    drawChart();
    drawCells();
  }
  requestAnimationFrame(turn);
}

$('controls').addEventListener('submit', (event) => event.preventDefault());
$('sequence').addEventListener('input', () => {
  place = 0;
});
$('pause').addEventListener('click', () => {
  running = !running;
  $('pause').textContent = running ? 'Pause' : 'Go on';
});
$('surprise').addEventListener('click', () => {
  surprise = true;
});
$('forget').addEventListener('click', forget);

try {
  forget();
  requestAnimationFrame(turn);
} catch (error) {
  $('error').hidden = false;
  $('error').textContent = `The memory cannot be made here: ${error.message}`;
}
