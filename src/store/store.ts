/**
 * store.ts - all durable state behind plain calls. The daemon makes them in the store worker, the command line directly
 * when no daemon runs. Calls that pack or unpack whole models are asynchronous; all others are done when they return.
 */
import type { Database } from 'better-sqlite3';
import { ulid } from 'ulid';
import { CortexdError, messageOf } from '../errors.ts';
import type { EventRecord } from '../records/event.ts';
import { stateLostRecords } from '../records/state-lost.ts';
import { decodeCortexFile, encodeCortexFile } from './cortex-file.ts';
import { backUp } from './database.ts';
import { sizeOf } from './files.ts';
import type { EventFilter, Journal, MinuteScore, OutboxName, OutboxRow, Retention } from './journal.ts';
import { KeptDatabase } from './kept-database.ts';
import { type LoadedModel, newestSound } from './load-model.ts';
import { lockStateDirectory } from './lock.ts';
import {
  type Evidence,
  type EvidenceSince,
  LookingBack,
  STRIP_PICTURE,
  type ScoreSpan,
  type StripPicture,
} from './looking-back.ts';
import { type ModelDiff, diffModels } from './model-diff.ts';
import type { ModelImage } from './model-image.ts';
import type { ModelPages, SavedCheckpoint, SavedModel } from './model-pages.ts';
import { type ModelParts, modelParts } from './model-parts.ts';
import { asideName } from './salvage.ts';
import { easeRoom } from './scarce-room.ts';
import type { SnapshotInfo, SnapshotKind, Snapshots } from './snapshots.ts';
import { type StageHook, noStage } from './stages.ts';
import type { StoreOptions } from './store-options.ts';
import { type StoreHealth, outboxOf, writtenBy } from './store-health.ts';
import { FOLD_AT, compact, fold, tidy } from './tidy.ts';
import { WriteMeter } from './write-meter.ts';

/** `ms`: how long it took; `bytesWritten`: by the store since its start, and what is owed for the next fold. */
export type Checkpointed = SavedCheckpoint & { readonly ms: number; readonly bytesWritten: number };

/** Scores of so many minutes wait in memory for a checkpoint. */
const SCORES_WAITING = 120;

export class Store {
  readonly #options: StoreOptions;
  readonly #release: () => void;
  readonly #stage: StageHook;
  readonly #meter = new WriteMeter();
  readonly #kept: KeptDatabase;
  #failing: StoreHealth['failing'] = null;
  #scores: MinuteScore[] = [];
  #retention: Retention | null = null;
  /** Largest fold of the log into the database so far (bytes). */
  #foldBytes = FOLD_AT >> 2;
  #checkpoints = { checkpoints: 0, checkpointMs: 0, checkpointBytes: 0 };

  /** Open (create, verify, migrate); throws CortexdError when the state directory is in use, newer, or damaged. */
  constructor(options: StoreOptions) {
    const { directory, lock, recover = false, stage = noStage, outboxLimit, outboxBytes = 16 << 20 } = options;
    this.#options = options;
    this.#stage = stage;
    this.#release = lock ? lockStateDirectory(directory) : () => undefined;
    try {
      const outbox = { messages: outboxLimit, bytes: outboxBytes };
      const cameBack = this.#tellAll.bind(this);
      const fleet = options.fleet === true;
      this.#kept = new KeptDatabase({ directory, outbox, fleet, owns: lock, recover, stage, cameBack });
    } catch (error) {
      this.#release();
      throw error;
    }
    const reason = this.#kept.withoutRoom;
    if (reason !== null) this.#failing = { since: now(), reason };
    this.#meter.note('database', 0);
  }

  get #db(): Database {
    return this.#kept.db;
  }
  get #pages(): ModelPages {
    return this.#kept.pages;
  }
  get #journal(): Journal {
    return this.#kept.journal;
  }
  get #snapshots(): Snapshots {
    return this.#kept.snapshots;
  }
  get #lookingBack(): LookingBack {
    return new LookingBack(this.#db);
  }
  /** Before each call: what could not be opened may be openable by now. */
  ensureOpen(): void {
    this.#kept.ensureOpen();
  }

  /**
   * A call failed: when it was because the file is damaged, set it aside, go on with what can be read of it, and return
   * true, so that the call may be made again. What happened is told as an event of each saved model.
   */
  recoverFrom(error: unknown): boolean {
    return this.#kept.healFrom(error);
  }

  #tellAll(loss: string): void {
    this.#pages.cameras().forEach((camera) => this.#announce(camera, loss));
  }

  /** Carry out a write: after a failure the state is known as failing until one succeeds. */
  #write<T>(work: () => T, atLeast: number): T {
    try {
      this.#kept.comeBack();
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
    this.#kept.forgetRecovery();
    // The first of its life goes into the database itself, so that no lost log can make a silent newborn of it.
    if (saved.generation === 1) fold(this.#db);
    const ms = performance.now() - began;
    const { checkpoints } = this.#checkpoints;
    this.#checkpoints = { checkpoints: checkpoints + 1, checkpointMs: ms, checkpointBytes: saved.rowBytes };
    const owed = this.#foldBytes * Math.min(1, sizeOf(this.#kept.log) / FOLD_AT);
    return { ...saved, ms, bytesWritten: Math.round(this.#meter.total + owed) };
  }

  /**
   * The newest sound image of a camera: a checkpoint, else the one before, else the newest sound snapshot of the shape
   * `signature` (any, when it is not given). What had to be given up is in `lost`, and an event.
   */
  async loadModel(camera: string, signature?: string): Promise<LoadedModel> {
    const found = this.#pages.load(camera);
    if (found.image === null && found.damage.length > 0) this.#keepDamaged(camera);
    const { recovery } = this.#kept;
    const damage = recovery === null ? [] : [recovery];
    const loaded = await newestSound(camera, found, this.#snapshots, signature, damage);
    if (loaded.lost !== null) {
      this.#kept.losses.push(`${camera}: ${loaded.lost}`);
      this.#announce(camera, loaded.lost);
    }
    return loaded;
  }

  /** No generation of a camera is sound: the database is copied aside with them before they go. */
  #keepDamaged(camera: string): void {
    try {
      backUp(this.#db, asideName(this.#kept.file, now()));
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

  /** Of a camera, or (undefined) of all. */
  openEvents(camera?: string): EventRecord[] {
    return this.#journal.openEvents(camera);
  }

  outboxAfter(sequence: number, limit: number, outbox: OutboxName = 'broker'): OutboxRow[] {
    return this.#journal.outboxes[outbox].after(sequence, limit);
  }
  acknowledge(sequence: number, outbox: OutboxName = 'broker'): void {
    this.#write(() => this.#journal.acknowledge(outbox, sequence), 0);
  }

  /** The last checkpoint for another machine; see model-parts.ts. */
  modelParts(camera: string, known: ReadonlySet<string>): ModelParts | null {
    const pages = this.#pages;
    return modelParts(pages.written(camera), known, (page) => pages.readPage(camera, page));
  }

  lastCheckpoint(camera: string): SavedModel | null {
    return this.#pages.last(camera);
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

  /** One piece of the work that has time: retention, folding the log, giving room back, making it. Returns whether there is more. */
  idle(): boolean {
    this.#meter.note('wal', 0);
    if (this.#retention !== null) {
      const retention = this.#retention;
      if (!this.#write(() => this.#journal.retain(retention), 0)) this.#retention = null;
      return true;
    }
    // A power cut would send them once more, however long ago they were acknowledged.
    if (this.#journal.hasWaited) this.flush();
    const before = this.#meter.database;
    const more = tidy(this.#db, this.#kept.log, this.#stage);
    this.#meter.note('database', 0);
    this.#foldBytes = Math.max(this.#foldBytes, this.#meter.database - before);
    return more || easeRoom(this.#db, this.#options.directory);
  }

  /** Snapshot of the last checkpoint of a camera. */
  async createSnapshot(name: string, camera: string, at: string, kind: SnapshotKind = 'manual'): Promise<SnapshotInfo> {
    const { image } = this.#pages.find(camera);
    if (image === null) {
      throw new CortexdError('usage', `Expected a saved model of camera "${camera}" but there is none`, {
        hint: 'A model is saved first when the daemon has run with that camera.',
      });
    }
    if (kind === 'manual') this.#snapshots.refuseSurplus(this.#options.snapshotLimits);
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
    this.#snapshots.refuseSurplus(this.#options.snapshotLimits);
    const model = { ...(await decodeCortexFile(file, 'the file')), savedAt: at };
    return this.#write(() => this.#snapshots.add(name, model, 'manual'), model.blocks.length);
  }

  saveStrip(eventId: string, pictures: readonly StripPicture[]): void {
    this.#write(() => this.#lookingBack.saveStrip(eventId, pictures), pictures.length * STRIP_PICTURE);
  }

  stripTimes(eventId: string): string[] {
    return this.#lookingBack.stripTimes(eventId);
  }

  stripPicture(eventId: string, index: number): Uint8Array | undefined {
    return this.#lookingBack.stripPicture(eventId, index);
  }

  saveEvidence(all: readonly Evidence[]): void {
    this.#write(() => this.#lookingBack.saveEvidence(all), 4096);
  }

  evidence(camera: string, since: string): EvidenceSince {
    return this.#lookingBack.evidenceSince(camera, since);
  }

  scoreSpans(camera: string, from: string, to: string, points: number): ScoreSpan[] {
    return this.#lookingBack.scoreSpans(camera, from, to, points);
  }

  /** What lies between two snapshots, or (`other` undefined) a snapshot and the last checkpoint of its camera. */
  async diffSnapshots(name: string, other?: string): Promise<ModelDiff> {
    const a = await this.#snapshots.get(name);
    return diffModels(a, other === undefined ? this.#pages.find(a.camera).image : await this.#snapshots.get(other));
  }

  verifySnapshot(name: string): Promise<void> {
    return this.#snapshots.verify(name);
  }

  /** Values that survive a restart, by key; see settings.ts. */
  settings(): { [key: string]: string } {
    return this.#kept.settings.all();
  }

  saveSetting(key: string, value: string | null, at: string): void {
    this.#write(() => this.#kept.settings.set(key, value, at), key.length + (value?.length ?? 0));
  }

  renameCamera(from: string, to: string): boolean {
    return this.#write(() => this.#kept.settings.renameCamera(from, to), 0);
  }

  health(): StoreHealth {
    const { bytes: fileBytes, losses } = this.#kept;
    const own = { fileBytes, ...this.#checkpoints, failing: this.#failing, losses: [...losses] };
    return { ...writtenBy(this.#meter), ...outboxOf(this.#journal), ...own };
  }

  /** Rebuild the whole file without its free room. Takes as long as copying it; the daemon never does this. */
  compact(): { readonly before: number; readonly after: number } {
    return this.#write(() => compact(this.#db, this.#kept.file), 0);
  }

  close(): void {
    try {
      this.flush();
      fold(this.#db);
    } finally {
      this.#kept.close();
      this.#release();
    }
  }
}

const now = (): string => new Date().toISOString();
