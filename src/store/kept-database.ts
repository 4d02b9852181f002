/**
 * kept-database.ts - the open database of a state directory, and how it comes back: from damage, from a file that somebody
 * has deleted, from a disk without room.
 *
 * Without room to write, what is there is opened all the same, for reading; as soon as there is room it is opened as
 * usual. Damage that cannot be salvaged for want of room is salvaged later. Nothing here gives up for good.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { CortexdError, messageOf } from '../errors.ts';
import { isDamage, isNoRoom } from './damage.ts';
import { DATABASE_FILE, backUp, openDatabase } from './database.ts';
import { inodeOf, sizeOf } from './files.ts';
import { Journal, type OutboxLimits } from './journal.ts';
import { LOCK_FILE, markUsed } from './lock.ts';
import { ModelPages } from './model-pages.ts';
import { finishRecovery, forgetRecoveryNote, recoverDatabase, recoveryNote, setAside } from './salvage.ts';
import { Settings } from './settings.ts';
import { Snapshots } from './snapshots.ts';
import type { StageHook } from './stages.ts';

export type KeptOptions = {
  readonly directory: string;
  readonly outbox: OutboxLimits;
  /** Whether events also wait for the stream of a fleet. */
  readonly fleet: boolean;
  /** Whether this is the one that writes: it heals, watches its files, and keeps others away. */
  readonly owns: boolean;
  /** Whether a damaged database is set aside and what can be read of it taken over; else it is refused. */
  readonly recover: boolean;
  readonly stage: StageHook;
  /** What was opened has been opened anew, for the reason given. */
  readonly cameBack: (loss: string) => void;
};

/** What lies in the database, by kind. */
type Parts = {
  readonly db: Database;
  readonly pages: ModelPages;
  readonly journal: Journal;
  readonly snapshots: Snapshots;
  readonly settings: Settings;
};

/** ms between two attempts to open what could not be opened. */
const TRY_EVERY_MS = 1000;

export class KeptDatabase {
  readonly file: string;
  readonly #options: KeptOptions;
  /** What was found damaged or missing since the start, in words. */
  readonly losses: string[] = [];
  /** What was found damaged or missing at the start, until the first checkpoint. */
  recovery: string | null = null;
  #parts: Parts | undefined;
  /** Why there is nothing open; or why what is open cannot be written. */
  #trouble: unknown;
  #withoutRoom = false;
  #triedMs = -Infinity;
  #inode = 0;
  #logInode = 0;

  constructor(options: KeptOptions) {
    const { directory, recover } = options;
    this.#options = options;
    this.file = join(directory, DATABASE_FILE);
    const wasUsed = existsSync(join(directory, LOCK_FILE));
    if (recover) finishRecovery(this.file);
    if (recover && wasUsed && !existsSync(this.file)) {
      this.recovery = `the database ${this.file} is missing`;
      this.losses.push(this.recovery);
    }
    try {
      this.#attach();
    } catch (error) {
      if (recover && isDamage(error)) this.#salvage(messageOf(error));
      else if (recover && isNoRoom(error) && existsSync(this.file)) this.#attachWithoutRoom(error);
      else throw error;
    }
    markUsed(directory);
  }

  get log(): string {
    return `${this.file}-wal`;
  }
  get db(): Database {
    return this.#open.db;
  }
  get pages(): ModelPages {
    return this.#open.pages;
  }
  get journal(): Journal {
    return this.#open.journal;
  }
  get snapshots(): Snapshots {
    return this.#open.snapshots;
  }
  get settings(): Settings {
    return this.#open.settings;
  }
  /** Why nothing can be written since the start; null: it can. */
  get withoutRoom(): string | null {
    return this.#withoutRoom ? messageOf((this.#trouble as { cause?: unknown }).cause ?? this.#trouble) : null;
  }

  get #open(): Parts {
    if (this.#parts !== undefined) return this.#parts;
    throw this.#trouble;
  }

  #attach(withoutRoom = false): void {
    const { directory, outbox, fleet, stage } = this.#options;
    const db = openDatabase(directory, now(), { stage, withoutRoom });
    this.#parts = {
      db,
      pages: new ModelPages(db, stage),
      journal: new Journal(db, outbox, stage, fleet),
      snapshots: new Snapshots(db, stage),
      settings: new Settings(db),
    };
    this.#withoutRoom = withoutRoom;
    this.#inode = inodeOf(this.file);
    this.#logInode = inodeOf(this.log);
    const note = recoveryNote(db);
    if (note === null || note === this.recovery) return;
    this.recovery = note;
    this.losses.push(note);
  }

  #attachWithoutRoom(error: unknown): void {
    this.#trouble = error;
    try {
      this.#attach(true);
    } catch {
      throw error;
    }
  }

  /** Set the damaged file aside and go on with what can be read of it. */
  #salvage(reason: string): string {
    const loss = recoverDatabase(this.file, now(), reason, this.#options.stage);
    this.#attach();
    return loss;
  }

  /**
   * Before a call: what is closed, or open without room, is opened again if it can be by now. What it cannot, the call
   * itself tells.
   */
  ensureOpen(): void {
    if (this.#parts !== undefined && !this.#withoutRoom) return;
    if (performance.now() - this.#triedMs < TRY_EVERY_MS) return;
    this.#triedMs = performance.now();
    this.#close();
    try {
      this.#attach();
    } catch (error) {
      this.#trouble = error;
      if (isDamage(error)) {
        this.#salvageIfRoom(error);
      } else if (isNoRoom(error) && existsSync(this.file)) {
        this.#attachWithoutRoom(error);
      } else {
        throw error;
      }
    }
  }

  /** A call failed because the file is damaged: heal it. Returns whether the call may be made again. */
  healFrom(error: unknown): boolean {
    if (!this.#options.recover || !isDamage(error) || error instanceof CortexdError) return false;
    this.#close();
    return this.#salvageIfRoom(error);
  }

  #salvageIfRoom(error: unknown): boolean {
    this.#trouble = error;
    try {
      this.#options.cameBack(this.#salvage(messageOf(error)));
      return true;
    } catch (failed) {
      // No room for what can be saved: the damaged one stays where it is, and the next call tries again.
      this.#trouble = failed;
      return false;
    }
  }

  /**
   * Before a write: someone may have deleted or replaced the file or its log while they were open. What is open is written
   * anew under its name, and a file that is there instead is set aside.
   */
  comeBack(): void {
    if (!this.#options.owns || this.#withoutRoom) return;
    if (this.#logInode === 0) this.#logInode = inodeOf(this.log);
    const isSame = inodeOf(this.file) === this.#inode && inodeOf(this.log) === this.#logInode;
    if (isSame) return;
    const what = inodeOf(this.file) === this.#inode ? 'log' : 'file';
    backUp(this.db, `${this.file}.recovered`);
    this.#close();
    const other = existsSync(this.file)
      ? `; ${what === 'file' ? 'another file' : 'the database without it'} was there, now ${setAside(this.file, now())}`
      : '';
    finishRecovery(this.file);
    this.#attach();
    const loss = `the database ${what} was deleted while it was in use; it was written again from what was open${other}`;
    this.losses.push(loss);
    this.#options.cameBack(loss);
  }

  /** What was found at the start has been told by all who had to. */
  forgetRecovery(): void {
    if (this.recovery !== null) forgetRecoveryNote(this.db);
    this.recovery = null;
  }

  /** Bytes of the database and its log. */
  get bytes(): number {
    return sizeOf(this.file) + sizeOf(this.log);
  }

  close(): void {
    this.#close();
  }

  #close(): void {
    try {
      this.#parts?.db.close();
    } catch {
      // A damaged one may refuse; its file is moved away all the same.
    }
    this.#parts = undefined;
  }
}

const now = (): string => new Date().toISOString();
