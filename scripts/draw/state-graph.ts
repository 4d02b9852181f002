/**
 * state-graph.ts - the scene states that the global region knows and what follows what, as an SVG.
 *
 * A state is drawn as its zones; an arrow is as thick as it was often gone. Only the most visited states and the arrows
 * that are at least a small share of what leaves a state are drawn.
 */
import { ANY_STATE, type GlobalRegion, STATES } from '../../src/cortex/global-region.ts';

const MOST_STATES = 28;
const LEAST_SHARE = 0.08;
const SIZE = 760;
const RING = 330;
const CARD = 48;

export type Arrow = { readonly from: number; readonly to: number; readonly count: number };

/** How often each state followed each other one. */
export function arrowsOf({ transitions }: GlobalRegion): Arrow[] {
  const counts = new Map<number, number>();
  transitions.intervalKeys.forEach((stored, entry) => {
    if (stored === 0) return;
    const key = stored - 1;
    const to = key >>> 18;
    const from = key & (STATES - 1);
    if (to === ANY_STATE) return;
    const pair = from * STATES + to;
    counts.set(pair, (counts.get(pair) ?? 0) + transitions.visits[entry]!);
  });
  return [...counts]
    .map(([pair, count]) => ({ from: Math.floor(pair / STATES), to: pair % STATES, count }))
    .toSorted((a, b) => b.count - a.count || a.from - b.from || a.to - b.to);
}

export function stateGraph(region: GlobalRegion): string {
  const arrows = arrowsOf(region);
  const arrivals = new Map<number, number>();
  for (const { to, count } of arrows) arrivals.set(to, (arrivals.get(to) ?? 0) + count);
  const shown = [...arrivals]
    .toSorted(([a, x], [b, y]) => y - x || a - b)
    .slice(0, MOST_STATES)
    .map(([state]) => state);
  const order = inOrderOfPlay(shown, arrows);
  const place = new Map(order.map((state, i) => [state, placeOf(i, order.length)] as const));
  const leaving = new Map<number, number>();
  for (const { from, count } of arrows) leaving.set(from, (leaving.get(from) ?? 0) + count);
  const lines = arrows
    .filter(({ from, to, count }) => place.has(from) && place.has(to) && count >= LEAST_SHARE * leaving.get(from)!)
    .map(({ from, to, count }) => drawArrow(place.get(from)!, place.get(to)!, count / leaving.get(from)!));
  const cards = order.map((state) => drawState(region, state, place.get(state)!));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}" width="${SIZE}" height="${SIZE}" font-family="sans-serif">`,
    '<defs><marker id="head" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto" markerUnits="userSpaceOnUse"><path d="M0 0L8 4L0 8z" fill="#456"/></marker></defs>',
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...lines,
    ...cards,
    '</svg>',
    '',
  ].join('\n');
}

/** From idle on, always along the most used arrow to a state not yet placed: routines become arcs of the circle. */
function inOrderOfPlay(shown: readonly number[], arrows: readonly Arrow[]): number[] {
  const left = new Set(shown);
  const order: number[] = [];
  let state = shown[0]!;
  while (left.size > 0) {
    left.delete(state);
    order.push(state);
    const next = arrows.find(({ from, to }) => from === state && left.has(to));
    state = next?.to ?? [...left][0]!;
  }
  return order;
}

type Point = { readonly x: number; readonly y: number };

function placeOf(index: number, count: number): Point {
  const turn = (2 * Math.PI * index) / count - Math.PI / 2;
  return { x: SIZE / 2 + RING * Math.cos(turn), y: SIZE / 2 + RING * Math.sin(turn) };
}

function drawArrow(from: Point, to: Point, share: number): string {
  if (from === to) return '';
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const away = CARD * 0.72;
  // Bent a little to the side, so that both ways between two states can be seen.
  const bend = 14;
  const point = (p: Point, side: number): string =>
    `${(p.x + side * ux * away).toFixed(1)} ${(p.y + side * uy * away).toFixed(1)}`;
  const middle = `${((from.x + to.x) / 2 - uy * bend).toFixed(1)} ${((from.y + to.y) / 2 + ux * bend).toFixed(1)}`;
  return `<path d="M${point(from, 1)} Q${middle} ${point(to, -1)}" fill="none" stroke="#456" stroke-opacity="${(0.35 + 0.65 * share).toFixed(2)}" stroke-width="${(1 + 3 * share).toFixed(1)}" marker-end="url(#head)"><title>${Math.round(share * 100)} %</title></path>`;
}

function drawState({ views, grid }: GlobalRegion, state: number, { x, y }: Point): string {
  const zones = grid.columns * grid.rows;
  const cell = CARD / grid.columns;
  const [left, top] = [x - CARD / 2, y - (cell * grid.rows) / 2];
  const filled: string[] = [];
  for (let zone = 0; zone < zones; zone++) {
    if (views.stateZones[state * zones + zone] === 0) continue;
    const [cx, cy] = [left + (zone % grid.columns) * cell, top + Math.floor(zone / grid.columns) * cell];
    filled.push(`<rect x="${cx.toFixed(1)}" y="${cy.toFixed(1)}" width="${cell}" height="${cell}" fill="#d2691e"/>`);
  }
  const frame = `<rect x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${CARD}" height="${(cell * grid.rows).toFixed(1)}" fill="#f4f1ea" stroke="#456"/>`;
  const name =
    filled.length > 0
      ? ''
      : `<text x="${x.toFixed(1)}" y="${(y + 4).toFixed(1)}" text-anchor="middle" font-size="12" fill="#456">idle</text>`;
  return `<g>${frame}${filled.join('')}${name}</g>`;
}
