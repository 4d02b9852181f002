/** minute-scores.ts - scores down-sampled for keeping: least, mean and largest of each minute. */
import type { MinuteScore } from '../../store/journal.ts';

export class MinuteScores {
  readonly #camera: string;
  readonly #save: (score: MinuteScore) => void;
  #minute = '';
  #frames = 0;
  #sum = 0;
  #min = 1;
  #max = 0;

  constructor(camera: string, save: (score: MinuteScore) => void) {
    this.#camera = camera;
    this.#save = save;
  }

  /** `atMs`: wall clock (ms). */
  add(atMs: number, score: number): void {
    const minute = `${new Date(atMs).toISOString().slice(0, 16)}Z`;
    if (minute !== this.#minute) {
      this.flush();
      this.#minute = minute;
    }
    this.#frames++;
    this.#sum += score;
    this.#min = Math.min(this.#min, score);
    this.#max = Math.max(this.#max, score);
  }

  /** Save the minute under way and begin another. */
  flush(): void {
    if (this.#frames > 0) {
      const mean = this.#sum / this.#frames;
      this.#save({
        camera: this.#camera,
        minute: this.#minute,
        frames: this.#frames,
        min: this.#min,
        mean,
        max: this.#max,
      });
    }
    this.#frames = 0;
    this.#sum = 0;
    this.#min = 1;
    this.#max = 0;
  }
}
