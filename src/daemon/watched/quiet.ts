/**
 * quiet.ts - when nothing is an alert: for a while because someone asked for it, and at the same hours every day. Events are
 * told and kept all the same, as notices.
 */
export class Quiet {
  #hours: readonly [from: number, to: number] | null = null;
  #mutedUntilMs = 0;

  /** `hours`: "22:00-06:30" in local time, or empty; `mutedUntil`: ISO 8601, or empty. */
  set(hours: string, mutedUntil: string): void {
    const [from, to] = hours.split('-').map(minuteOfDay);
    this.#hours = from === undefined || to === undefined ? null : [from, to];
    this.#mutedUntilMs = mutedUntil === '' ? 0 : Date.parse(mutedUntil);
  }

  /** `nowMs`: wall clock. */
  isQuiet(nowMs: number): boolean {
    if (nowMs < this.#mutedUntilMs) return true;
    if (this.#hours === null) return false;
    const now = new Date(nowMs);
    const minute = now.getHours() * 60 + now.getMinutes();
    const [from, to] = this.#hours;
    // Over midnight when the end is before the beginning.
    return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
  }
}

function minuteOfDay(text: string): number {
  const [hours, minutes] = text.split(':').map(Number);
  return hours! * 60 + minutes!;
}
