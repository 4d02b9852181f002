/**
 * store.ts - all durable state behind plain calls. The daemon makes them in the store worker, the command line directly
 * when no daemon runs. Calls that pack or unpack whole models are asynchronous; all others are done when they return.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { ulid } from 'ulid';
import { CortexdError, messageOf } from '../errors.ts';
import type { EventRecord } from '../records/event.ts';
import { stateLostRecords } from '../records/state-lost.ts';
import { decodeCortexFile, encodeCortexFile } from './cortex-file.ts';
import { isDamage } from './damage.ts';
import { DATABASE_FILE, LOCK_FILE, backUp, lockStateDirectory, openDatabase } from './database.ts';
import { inodeOf, sizeOf } from './files.ts';
import { type EventFilter, Journal, type MinuteScore, type OutboxRow, type Retention } from './journal.ts';
import { type LoadedModel, newestSound } from './load-model.ts';
import type { ModelImage } from './model-image.ts';
import { ModelPages, type SavedCheckpoint } from './model-pages.ts';
import { asideName, finishRecovery, forgetRecoveryNote, recoverDatabase, recoveryNote, setAside } from './salvage.ts';
import { Settings } from './settings.ts';
import { type SnapshotInfo, type SnapshotKind, Snapshots } from './snapshots.ts';
import { type StageHook, noStage } from './stages.ts';
import { type StoreHealth, outboxOf, writtenBy } from './store-health.ts';
import { FOLD_AT, compact, tidy } from './tidy.ts';
import { WriteMeter } from './write-meter.ts';

export type StoreOptions = {
  readonly directory: string;
  /** Messages, and bytes of messages, that wait for the broker at most. */
  readonly outboxLimit: number;
  readonly outboxBytes?: number;
  /** Version of the program, written into exported files. */
  readonly program: string;
  /** Whether to hold the lock that keeps other daemons and writing commands away. */
  readonly lock: boolean;
  /** Whether a damaged database is set aside and what can be read of it taken over; else it is refused. */
  readonly recover?: boolean;
  /** Whether events about lost state are to be sent. */
  readonly announce?: boolean;
  /** Told between writes (only where the store is not in a worker). */
  readonly stage?: StageHook;
};

/** A durable checkpoint. `ms`: how long it took; `bytesWritten`: by the store since its start, and what is owed for the next fold. */
export type Checkpointed = SavedCheckpoint & { readonly ms: number; readonly bytesWritten: number };

/** Scores of so many minutes are kept in memory until a checkpoint takes them along. */
const SCORES_WAITING = 120;

export class Store {
  readonly #options: StoreOptions;
  readonly #file: string;
  readonly #release: () => void;
  readonly #stage: StageHook;
  readonly #meter = new WriteMeter();
  readonly #losses: string[] = [];
  #db!: Database;
  #pages!: ModelPages;
  #journal!: Journal;
  #snapshots!: Snapshots;
  #settings!: Settings;
  #inode = 0;
  /** What was found damaged or missing at the start. */
  #recovery: string | null = null;
  #failing: StoreHealth['failing'] = null;
  #scores: MinuteScore[] = [];
  #retention: Retention | null = null;
  /** Largest fold of the log into the database so far (bytes). */
  #foldBytes = FOLD_AT >> 2;
  #checkpoints = { checkpoints: 0, checkpointMs: 0, checkpointBytes: 0 };

  /** Open (create, verify, migrate); throws CortexdError when the state directory is in use, newer, or damaged. */
  constructor(options: StoreOptions) {
    const { directory, lock, recover = false, stage = noStage } = options;
    this.#options = options;
    this.#stage = stage;
    this.#file = join(directory, DATABASE_FILE);
    const wasUsed = existsSync(join(directory, LOCK_FILE));
    this.#release = lock ? lockStateDirectory(directory) : () => undefined;
    try {
      if (recover) finishRecovery(this.#file);
      if (recover && wasUsed && !existsSync(this.#file)) {
        this.#recovery = `the database ${this.#file} is missing`;
        this.#losses.push(this.#recovery);
      }
      try {
        this.#attach();
      } catch (error) {
        if (!recover || !isDamage(error)) throw error;
        this.#recover(messageOf(error));
      }
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  get #log(): string {
    return `${this.#file}-wal`;
  }

  #attach(): void {
    const { directory, outboxLimit, outboxBytes = 16 << 20 } = this.#options;
    this.#db = openDatabase(directory, now(), this.#stage);
    this.#pages = new ModelPages(this.#db, this.#stage);
    this.#journal = new Journal(this.#db, { messages: outboxLimit, bytes: outboxBytes }, this.#stage);
    this.#snapshots = new Snapshots(this.#db, this.#stage);
    this.#settings = new Settings(this.#db);
    this.#inode = inodeOf(this.#file);
    this.#meter.note('database', 0);
    const note = recoveryNote(this.#db);
    if (note === null) return;
    this.#recovery = note;
    this.#losses.push(note);
  }

  #recover(reason: string): string {
    const loss = recoverDatabase(this.#file, now(), reason, this.#stage);
    this.#attach();
    return loss;
  }

  /**
   * A call failed: when it was because the file is damaged, set it aside, go on with what can be read of it, and return
   * true, so that the call may be made again. What happened is told as an event of each saved model.
   */
  recoverFrom(error: unknown): boolean {
    if (this.#options.recover !== true || !isDamage(error) || error instanceof CortexdError) return false;
    try {
      this.#db.close();
    } catch {
      // A damaged one may refuse; its file is moved away all the same.
    }
    const loss = this.#recover(messageOf(error));
    for (const camera of this.#pages.cameras()) this.#announce(camera, loss);
    return true;
  }

  /**
   * Someone has deleted or replaced the file while it was open: what is open is written anew under its name, and a file
   * that is there instead is set aside.
   */
  #comeBack(): void {
    if (!this.#options.lock || inodeOf(this.#file) === this.#inode) return;
    backUp(this.#db, `${this.#file}.recovered`);
    this.#db.close();
    const other = existsSync(this.#file) ? `; another file was there, now ${setAside(this.#file, now())}` : '';
    finishRecovery(this.#file);
    this.#attach();
    this.#losses.push(
      `the database file was deleted while it was in use; it was written again from what was open${other}`,
    );
    for (const camera of this.#pages.cameras()) this.#announce(camera, this.#losses.at(-1)!);
  }

  /** Carry out a write: after a failure the state is known as failing until one succeeds. */
  #write<T>(work: () => T, atLeast: number): T {
    try {
      this.#comeBack();
      const result = work();
      this.#failing = null;
      return result;
    } catch (error) {
      if (!(error instanceof CortexdError)) this.#failing ??= { since: now(), reason: messageOf(error) };
      throw error;
    } finally {
      this.#meter.note('wal', atLeast);
    }
  }

  #announce(camera: string, explanation: string): void {
    try {
      const at = now();
      for (const record of stateLostRecords({ id: ulid(), camera, at, explanation }))
        this.#journal.saveEvent(record, null, this.#options.announce ?? false);
    } catch {
      // It stands in the log and in health; a full disk must not keep the daemon from starting.
    }
  }

  /** Save a model's image durably, and the scores that wait; see model-pages.ts. */
  checkpoint(image: ModelImage): Checkpointed {
    const began = performance.now();
    const saved = this.#write(() => this.#pages.save(image), image.bytes.length);
    this.flush();
    // By now all models have been loaded, and each has told it.
    if (this.#recovery !== null) forgetRecoveryNote(this.#db);
    this.#recovery = null;
    const ms = performance.now() - began;
    const { checkpoints } = this.#checkpoints;
    this.#checkpoints = { checkpoints: checkpoints + 1, checkpointMs: ms, checkpointBytes: saved.rowBytes };
    const owed = this.#foldBytes * Math.min(1, sizeOf(this.#log) / FOLD_AT);
    return { ...saved, ms, bytesWritten: Math.round(this.#meter.total + owed) };
  }

  /**
   * The newest sound image of a camera: a checkpoint, else the one before, else the newest sound snapshot of the shape
   * `signature` (any, when it is not given). What had to be given up is in `lost`, and an event.
   */
  async loadModel(camera: string, signature?: string): Promise<LoadedModel> {
    const found = this.#pages.load(camera);
    if (found.image === null && found.damage.length > 0) this.#keepDamaged(camera);
    const damage = this.#recovery === null ? [] : [this.#recovery];
    const loaded = await newestSound(camera, found, this.#snapshots, signature, damage);
    if (loaded.lost !== null) {
      this.#losses.push(`${camera}: ${loaded.lost}`);
      this.#announce(camera, loaded.lost);
    }
    return loaded;
  }

  /** No generation of a camera is sound: the database is copied aside with them before they go. */
  #keepDamaged(camera: string): void {
    try {
      backUp(this.#db, asideName(this.#file, now()));
      this.#pages.forget(camera);
    } catch {
      // No room for a copy: the damaged rows stay where they are.
    }
  }

  /** Cameras that have a saved model. */
  cameras(): string[] {
    return this.#pages.cameras();
  }

  /** Delete a camera's model; a snapshot of it is kept when it can be read. */
  async forgetModel(camera: string, at: string): Promise<void> {
    await this.keepReplaced(camera, at);
    this.#write(() => this.#pages.forget(camera), 0);
  }

  saveEvent(event: EventRecord, picture: Uint8Array | null, send: boolean): void {
    this.#write(() => this.#journal.saveEvent(event, picture, send), 16384 + (picture?.length ?? 0));
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
    this.#write(() => this.#journal.acknowledge(sequence), 0);
  }

  /** Written with the next checkpoint: a minute of scores is not worth a write of its own. */
  saveScore(score: MinuteScore): void {
    this.#scores.push(score);
    if (this.#scores.length >= SCORES_WAITING) this.flush();
  }

  /** Write the scores that wait, and forget the messages that were acknowledged. */
  flush(): void {
    const scores = this.#scores;
    // Given up when they cannot be written: they must not pile up while a disk is full.
    this.#scores = [];
    this.#write(() => this.#journal.flush(scores), 8192);
  }

  /** What may be kept from now on; the work is done by `idle`. */
  retain(retention: Retention): void {
    this.#retention = retention;
  }

  /**
   * One piece of the work that has time: retention, giving free room back, folding the log into the database. Returns
   * whether there is more.
   */
  idle(): boolean {
    this.#meter.note('wal', 0);
    if (this.#retention !== null) {
      const retention = this.#retention;
      if (!this.#write(() => this.#journal.retain(retention), 0)) this.#retention = null;
      return true;
    }
    const before = this.#meter.database;
    const more = tidy(this.#db, this.#log, this.#stage);
    this.#meter.note('database', 0);
    this.#foldBytes = Math.max(this.#foldBytes, this.#meter.database - before);
    return more;
  }

  /** Snapshot of the last checkpoint of a camera. */
  async createSnapshot(name: string, camera: string, at: string, kind: SnapshotKind = 'manual'): Promise<SnapshotInfo> {
    const { image } = this.#pages.find(camera);
    if (image === null) {
      throw new CortexdError('usage', `Expected a saved model of camera "${camera}" but there is none`, {
        hint: 'A model is saved first when the daemon has run with that camera.',
      });
    }
    const made = await this.#snapshots.create(name, { ...image, savedAt: at }, kind);
    this.#meter.note('wal', made.length);
    return made;
  }

  /** Newest first. */
  snapshots(): SnapshotInfo[] {
    return this.#snapshots.list();
  }

  snapshotImage(name: string): Promise<ModelImage> {
    return this.#snapshots.get(name);
  }

  deleteSnapshot(name: string): void {
    this.#write(() => this.#snapshots.delete(name), 0);
  }

  /** Delete the oldest snapshots of a kind that are more than `count`. */
  trimSnapshots(camera: string, kind: SnapshotKind, count: number): string[] {
    return this.#write(() => this.#snapshots.keepNewest(camera, kind, count), 0);
  }

  /** Make a snapshot the camera's model. What it replaces is kept as a snapshot, whose name is returned. */
  async restoreSnapshot(
    name: string,
    camera: string,
    at: string,
  ): Promise<{ image: ModelImage; replaced: string | null }> {
    const image = { ...(await this.#snapshots.get(name)), camera, savedAt: at };
    const replaced = await this.keepReplaced(camera, at);
    this.checkpoint(image);
    return { image, replaced };
  }

  /** Keep the last checkpoint as a snapshot because something will replace it; null: there is none that is sound. */
  async keepReplaced(camera: string, at: string): Promise<string | null> {
    if (this.#pages.find(camera).image === null) return null;
    const name = this.#snapshots.freeName(`before-${at.replace(/[:.]/g, '-')}-${camera}`);
    return (await this.createSnapshot(name, camera, at, 'replaced')).name;
  }

  /** Name of the snapshot of what the last restore of a camera (or of any) replaced. */
  lastReplaced(camera: string | undefined): string {
    return this.#snapshots.lastReplaced(camera);
  }

  async exportSnapshot(name: string): Promise<Uint8Array> {
    await this.#snapshots.verify(name);
    return encodeCortexFile(await this.#snapshots.packed(name), this.#options.program);
  }

  /** Keep the model of a `.cortex` file as a snapshot. */
  async importSnapshot(name: string, file: Uint8Array, at: string): Promise<SnapshotInfo> {
    const model = { ...(await decodeCortexFile(file, 'the file')), savedAt: at };
    return this.#write(() => this.#snapshots.add(name, model, 'manual'), model.blocks.length);
  }

  /** Values that survive a restart, by key; see settings.ts. */
  settings(): { [key: string]: string } {
    return this.#settings.all();
  }

  saveSetting(key: string, value: string | null, at: string): void {
    this.#write(() => this.#settings.set(key, value, at), key.length + (value?.length ?? 0));
  }

  renameCamera(from: string, to: string): boolean {
    return this.#write(() => this.#settings.renameCamera(from, to), 0);
  }

  health(): StoreHealth {
    const fileBytes = sizeOf(this.#file) + sizeOf(this.#log);
    const own = { fileBytes, ...this.#checkpoints, failing: this.#failing, losses: [...this.#losses] };
    return { ...writtenBy(this.#meter), ...outboxOf(this.#journal), ...own };
  }

  /** Rebuild the whole file without its free room. Takes as long as copying it; the daemon never does this. */
  compact(): { readonly before: number; readonly after: number } {
    return this.#write(() => compact(this.#db, this.#file), 0);
  }

  close(): void {
    try {
      this.flush();
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      this.#db.close();
      this.#release();
    }
  }
}

const now = (): string => new Date().toISOString();
