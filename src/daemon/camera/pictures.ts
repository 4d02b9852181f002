/**
 * pictures.ts - the pictures of one camera for people: of the moment, of events, and the strip of an event from three seconds
 * before it to its end. All are masked as the model's own frames are.
 */
import type { CapturedFrame, PreprocessConfig } from '../../capture/types.ts';
import type { View } from '../../capture/view.ts';
import type { EventRecord } from '../../records/event.ts';
import { timestamp } from '../../records/from-observation.ts';
import type { StripPicture } from '../../store/looking-back.ts';
import type { Box } from '../../vision/box.ts';
import { keepView } from './kept-view.ts';
import { cutOut, drawView } from './view-picture.ts';

export type PicturesPorts = {
  /** Its masks are those of now. */
  readonly preprocess: PreprocessConfig;
  /** Longest side of pictures of events (px). */
  readonly eventPx: number;
  /** Whether pictures are kept at all. */
  readonly keeps: boolean;
  /** Whether the write budget has room for strips. */
  readonly mayWrite: () => boolean;
  readonly save: (eventId: string, pictures: readonly StripPicture[]) => void;
  readonly failed: (error: unknown) => void;
};

/** Before an event two pictures a second for three seconds, in it one a second. */
const BEFORE_MS = 3000;
const BEFORE_EVERY_MS = 500;
const DURING_EVERY_MS = 1000;
const MOST_PICTURES = 40;
/** So many are written at once. */
const BATCH = 6;
const STRIP_PX = 320;
const STRIP_QUALITY = 65;
const KIND_PX = 112;
const LIVE_PX = 640;
const LIVE_QUALITY = 75;

type Moment = { readonly atMs: number; readonly view: View };
type Strip = { count: number; nextMs: number; waiting: StripPicture[]; work: Promise<void> };

export class Pictures {
  readonly #ports: PicturesPorts;
  readonly #before: Moment[] = [];
  readonly #strips = new Map<string, Strip>();

  constructor(ports: PicturesPorts) {
    this.#ports = ports;
  }

  /** A frame was stepped: remember it for strips, and add it to those of the events that are open. */
  note(frame: CapturedFrame): void {
    if (!this.#ports.keeps) return;
    const atMs = frame.capturedAtMs;
    for (const [id, strip] of this.#strips)
      if (atMs >= strip.nextMs) this.#add(id, strip, { atMs, view: stripView(frame) });
    const last = this.#before.at(-1);
    // A clock that was set back begins anew.
    if (last !== undefined && atMs < last.atMs) this.#before.length = 0;
    else if (last !== undefined && atMs - last.atMs < BEFORE_EVERY_MS) return;
    this.#before.push({ atMs, view: stripView(frame) });
    while (atMs - this.#before[0]!.atMs > BEFORE_MS) this.#before.shift();
  }

  /** An event was told of: its strip begins, or ends. */
  event({ id, type, has_snapshot: hasPicture }: EventRecord, frame: CapturedFrame): void {
    if (type === 'start' && hasPicture && this.#ports.mayWrite()) {
      const strip: Strip = { count: 0, nextMs: 0, waiting: [], work: Promise.resolve() };
      this.#strips.set(id, strip);
      for (const moment of this.#before) this.#add(id, strip, moment);
      this.#add(id, strip, { atMs: frame.capturedAtMs, view: stripView(frame) });
    }
    if (type === 'end') this.#finish(id);
  }

  /** Events end otherwise than by a frame. */
  finishAll(): void {
    for (const id of this.#strips.keys()) this.#finish(id);
  }

  #finish(id: string): void {
    const strip = this.#strips.get(id);
    this.#strips.delete(id);
    if (strip) strip.work = strip.work.then(() => this.#write(id, strip));
  }

  #add(id: string, strip: Strip, { atMs, view }: Moment): void {
    strip.nextMs = atMs + DURING_EVERY_MS;
    if (++strip.count > MOST_PICTURES) return;
    const draw = async (): Promise<void> => {
      const bytes = await drawView(view, { ...this.#style, longest: STRIP_PX, quality: STRIP_QUALITY });
      strip.waiting.push({ at: timestamp(atMs), bytes });
      if (strip.waiting.length >= BATCH) this.#write(id, strip);
    };
    strip.work = strip.work.then(draw).catch(this.#ports.failed);
  }

  #write(id: string, strip: Strip): void {
    const pictures = strip.waiting.splice(0);
    if (pictures.length > 0) this.#ports.save(id, pictures);
  }

  /** The moment of a frame, for a page. */
  live(frame: Shown): Promise<Buffer> {
    return drawView(viewOf(frame), { ...this.#style, longest: LIVE_PX, quality: LIVE_QUALITY });
  }

  /** The picture of an event, with its place marked. */
  ofEvent(frame: CapturedFrame, box: Box | null): Promise<Buffer> {
    return drawView(viewOf(frame), { ...this.#style, longest: this.#ports.eventPx, box });
  }

  /** What stands in `box`, for lists. */
  async cutOf(frame: CapturedFrame, box: Box): Promise<Buffer> {
    return cutOut(await this.live(frame), box, KIND_PX);
  }

  get #style() {
    const { masks, width } = this.#ports.preprocess;
    return { masks, rim: 1 / width };
  }
}

type Shown = Pick<CapturedFrame, 'luma' | 'width' | 'height' | 'view'>;

/** What there is to show of a frame, to be drawn at once: its view, or the model's own picture. */
function viewOf({ view, luma, width, height }: Shown): View {
  // The pixels go back to the model with the next frame, so what is drawn is a copy.
  return view?.() ?? { kind: 'grey', data: luma.slice(), width, height, crop: null };
}

/** The same, to be drawn later. */
function stripView({ view, luma, width, height }: Shown): View {
  return keepView(view?.() ?? { kind: 'grey', data: luma, width, height, crop: null }, STRIP_PX);
}
