/**
 * outbox.ts - takes events from where they are kept and sends them in order, each until the broker has acknowledged it.
 *
 * One at a time: the next is sent when the one before is acknowledged, so an outage at any moment can repeat a message
 * but can never swap two.
 */

/** A message that waits. `topic` is relative to the base topic. */
export type OutboxRow = { readonly id: number; readonly topic: string; readonly payload: string };

/** Where messages wait; the database in the daemon. */
export type OutboxPort = {
  /** The oldest messages, in order, at most `limit`; not removed by that. */
  readonly take: (limit: number) => Promise<readonly OutboxRow[]> | readonly OutboxRow[];
  /** The broker has it; remove it. */
  readonly acknowledged: (id: number) => Promise<void> | void;
};

const TAKE = 32;

export class OutboxPump {
  readonly #port: OutboxPort;
  #wake: (() => void) | undefined;
  #awake = false;
  /** Messages acknowledged by the broker. */
  sent = 0;

  constructor(port: OutboxPort) {
    this.#port = port;
  }

  /** There may be something new to send. */
  wake(): void {
    this.#awake = true;
    this.#wake?.();
  }

  /** Send until `ended` is aborted. Rejects with what `send` or the port rejected with. */
  async run(send: (row: OutboxRow) => Promise<void>, ended: AbortSignal): Promise<void> {
    ended.addEventListener('abort', () => this.#wake?.(), { once: true });
    while (!ended.aborted) {
      this.#awake = false;
      const rows = await this.#port.take(TAKE);
      for (const row of rows) {
        if (ended.aborted) return;
        await send(row);
        await this.#port.acknowledged(row.id);
        this.sent++;
      }
      if (rows.length === 0) await this.#sleep(ended);
    }
  }

  async #sleep(ended: AbortSignal): Promise<void> {
    if (this.#awake || ended.aborted) return;
    await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
  }
}
