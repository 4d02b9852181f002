/**
 * store.ts - all durable state behind plain synchronous calls. The daemon calls it in the store worker, the command line
 * directly when no daemon runs.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { CortexdError } from '../errors.ts';
import type { EventRecord } from '../records/event.ts';
import { decodeCortexFile, encodeCortexFile } from './cortex-file.ts';
import { DATABASE_FILE, lockStateDirectory, openDatabase } from './database.ts';
import { type EventFilter, Journal, type MinuteScore, type OutboxRow } from './journal.ts';
import { type LoadedModel, type ModelImage, ModelPages, type SavedCheckpoint } from './model-pages.ts';
import { Settings } from './settings.ts';
import { type SnapshotInfo, Snapshots } from './snapshots.ts';

export type StoreOptions = {
  readonly directory: string;
  readonly outboxLimit: number;
  /** Version of the program, written into exported files. */
  readonly program: string;
  /** Whether to hold the lock that keeps other daemons and writing commands away. */
  readonly lock: boolean;
};

export type StoreHealth = {
  readonly bytesWritten: number;
  readonly outboxDepth: number;
  readonly outboxDropped: number;
};

export class Store {
  readonly #db: Database;
  readonly #release: () => void;
  readonly #pages: ModelPages;
  readonly #journal: Journal;
  readonly #snapshots: Snapshots;
  readonly #settings: Settings;
  readonly #program: string;
  readonly #walFile: string;
  #walBytes = 0;
  #bytesWritten = 0;

  /** Open (create, verify, migrate); throws CortexdError when the state directory is in use, newer, or damaged. */
  constructor({ directory, outboxLimit, program, lock }: StoreOptions) {
    this.#release = lock ? lockStateDirectory(directory) : () => undefined;
    try {
      this.#db = openDatabase(directory, new Date().toISOString());
    } catch (error) {
      this.#release();
      throw error;
    }
    this.#pages = new ModelPages(this.#db);
    this.#journal = new Journal(this.#db, outboxLimit);
    this.#snapshots = new Snapshots(this.#db);
    this.#settings = new Settings(this.#db);
    this.#program = program;
    this.#walFile = join(directory, `${DATABASE_FILE}-wal`);
  }

  /** Save a model's image durably; see model-pages.ts. */
  checkpoint(image: ModelImage): SavedCheckpoint {
    const saved = this.#pages.save(image);
    this.#trackWrites();
    // Off the frames' threads, so the log may be folded in at once.
    const [folded] = this.#db.pragma('wal_checkpoint(TRUNCATE)') as { checkpointed: number }[];
    this.#bytesWritten += (folded?.checkpointed ?? 0) * 16384;
    this.#walBytes = 0;
    return saved;
  }

  /** The newest sound image of a camera. */
  loadModel(camera: string): LoadedModel {
    return this.#pages.load(camera);
  }

  /** Cameras that have a saved model. */
  cameras(): string[] {
    return this.#pages.cameras();
  }

  /** Delete a camera's model; an automatic snapshot of it is kept when it can be read. */
  forgetModel(camera: string, now: string): void {
    this.#keepReplaced(camera, now);
    this.#pages.forget(camera);
  }

  saveEvent(event: EventRecord, picture: Uint8Array | null, send: boolean): void {
    this.#journal.saveEvent(event, picture, send);
    this.#trackWrites();
  }

  events(filter: EventFilter): EventRecord[] {
    return this.#journal.events(filter);
  }

  event(prefix: string): EventRecord | undefined {
    return this.#journal.event(prefix);
  }

  picture(id: string): Uint8Array | undefined {
    return this.#journal.picture(id);
  }

  openEvents(camera: string): EventRecord[] {
    return this.#journal.openEvents(camera);
  }

  outboxAfter(sequence: number, limit: number): OutboxRow[] {
    return this.#journal.outboxAfter(sequence, limit);
  }

  acknowledge(sequence: number): void {
    this.#journal.acknowledge(sequence);
    this.#trackWrites();
  }

  saveScore(score: MinuteScore): void {
    this.#journal.saveScore(score);
    this.#trackWrites();
  }

  retain(before: string, pictureBytes: number): { events: number; pictures: number } {
    return this.#journal.retain(before, pictureBytes);
  }

  /** Snapshot of the last checkpoint of a camera. */
  createSnapshot(name: string, camera: string, now: string): SnapshotInfo {
    const found = this.#pages.load(camera);
    if (found.kind === 'none') {
      throw new CortexdError('usage', `Expected a saved model of camera "${camera}" but there is none`, {
        hint: 'A model is saved first when the daemon has run with that camera.',
      });
    }
    return this.#snapshots.create(name, { ...found.image, savedAt: now }, false);
  }

  snapshots(): SnapshotInfo[] {
    return this.#snapshots.list();
  }

  snapshotImage(name: string): ModelImage {
    return this.#snapshots.get(name);
  }

  deleteSnapshot(name: string): void {
    this.#snapshots.delete(name);
  }

  /** Make a snapshot the camera's model. What it replaces is kept as an automatic snapshot, whose name is returned. */
  restoreSnapshot(name: string, camera: string, now: string): { image: ModelImage; replaced: string | null } {
    const image = { ...this.#snapshots.get(name), camera, savedAt: now };
    const replaced = this.#keepReplaced(camera, now);
    this.checkpoint(image);
    return { image, replaced };
  }

  #keepReplaced(camera: string, now: string): string | null {
    let found: LoadedModel;
    try {
      found = this.#pages.load(camera);
    } catch (error) {
      // A damaged model cannot be kept; replacing it is the way out.
      if (error instanceof CortexdError && error.code === 'corrupt') return null;
      throw error;
    }
    if (found.kind === 'none') return null;
    const name = `before-${now.replace(/[:.]/g, '-')}-${camera}`;
    return this.#snapshots.create(name, { ...found.image, savedAt: now }, true).name;
  }

  exportSnapshot(name: string): Uint8Array {
    return encodeCortexFile(this.#snapshots.get(name), this.#program);
  }

  /** Keep the model of a `.cortex` file as a snapshot. */
  importSnapshot(name: string, file: Uint8Array, now: string): SnapshotInfo {
    return this.#snapshots.create(name, { ...decodeCortexFile(file, 'the file'), savedAt: now }, false);
  }

  /** Values that survive a restart, by key; see settings.ts. */
  settings(): { [key: string]: string } {
    return this.#settings.all();
  }

  saveSetting(key: string, value: string | null, now: string): void {
    this.#settings.set(key, value, now);
    this.#trackWrites();
  }

  renameCamera(from: string, to: string): boolean {
    return this.#settings.renameCamera(from, to);
  }

  health(): StoreHealth {
    return {
      bytesWritten: this.#bytesWritten,
      outboxDepth: this.#journal.outboxDepth(),
      outboxDropped: this.#journal.outboxDropped,
    };
  }

  close(): void {
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
    this.#db.close();
    this.#release();
  }

  /** Growth of the write-ahead log: what was really written. */
  #trackWrites(): void {
    let size = 0;
    try {
      ({ size } = statSync(this.#walFile));
    } catch {
      return;
    }
    if (size > this.#walBytes) this.#bytesWritten += size - this.#walBytes;
    this.#walBytes = size;
  }
}
