/** views.ts - zero-filled views of one field table, in a buffer of their own. */
import { type FieldTable, type Views, layOut, viewsOf } from '../../src/memory/layout.ts';

export function viewsFor<F extends FieldTable>(table: F): Views<F> {
  return viewsOf(table, new ArrayBuffer(layOut(table).totalBytes));
}
