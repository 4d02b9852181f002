/** retina.ts - a retina without a model around it. */
import type { FieldTable, Views } from '../../src/memory/layout.ts';
import type { Geometry } from '../../src/vision/geometry.ts';
import { type Retina, retinaTables } from '../../src/vision/retina.ts';
import { viewsFor } from './views.ts';

export function openRetina(geometry: Geometry): Retina {
  const tables = retinaTables(geometry);
  const view = <F extends FieldTable>(table: F): Views<F> => viewsFor(table);
  return {
    geometry,
    pixels: view(tables.pixels),
    census: view(tables.census),
    foreground: view(tables.foreground),
    flow: view(tables.flow),
    light: view(tables.light),
    speckle: view(tables.speckle),
    local: view(tables.local),
    global: view(tables.global),
  };
}
