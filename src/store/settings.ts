/**
 * settings.ts - small named values that must survive a restart: settings changed while running, ids given once.
 */
import type { Database } from 'better-sqlite3';

export class Settings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** All values by key; each is JSON text. What damage has made unreadable is left out: then defaults hold. */
  all(): { [key: string]: string } {
    const rows = this.#db.prepare('SELECT key, value FROM setting WHERE json_valid(value) ORDER BY key').all() as {
      key: string;
      value: string;
    }[];
    return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
  }

  /** Keep a value; null deletes it. */
  set(key: string, value: string | null, now: string): void {
    if (value === null) {
      this.#db.prepare('DELETE FROM setting WHERE key = ?').run(key);
      return;
    }
    this.#db
      .prepare(
        `INSERT INTO setting (key, value, changed_at) VALUES (?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at`,
      )
      .run(key, value, now);
  }

  /**
   * A camera has another name from now on: everything of the old name goes over, in one transaction. Returns whether there
   * was anything, and the new name had nothing yet; else nothing is changed.
   */
  renameCamera(from: string, to: string): boolean {
    const tables = this.#db
      .prepare(
        "SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'camera'",
      )
      .pluck()
      .all() as string[];
    const has = (camera: string): boolean =>
      this.#db.prepare('SELECT 1 FROM model WHERE camera = ? LIMIT 1').get(camera) !== undefined;
    if (!has(from) || has(to)) return false;
    this.#db.transaction(() => {
      for (const table of tables) this.#db.prepare(`UPDATE ${table} SET camera = ? WHERE camera = ?`).run(to, from);
      this.#db.prepare("UPDATE event SET record = json_set(record, '$.camera', ?) WHERE camera = ?").run(to, to);
      for (const outbox of ['outbox', 'fleet_outbox'])
        this.#db
          .prepare(`UPDATE ${outbox} SET payload = json_set(payload, '$.camera', ?) WHERE camera = ?`)
          .run(to, to);
      const prefix = `camera/${from}/`;
      this.#db
        .prepare('UPDATE OR REPLACE setting SET key = ? || substr(key, ?) WHERE substr(key, 1, ?) = ?')
        .run(`camera/${to}/`, prefix.length + 1, prefix.length, prefix);
    })();
    return true;
  }
}
