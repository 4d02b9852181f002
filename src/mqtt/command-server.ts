/**
 * command-server.ts - hears the command topics, carries commands out one after another, and answers each.
 *
 * Requests are answered on `bridge/response/<verb>`, everything else on `bridge/response/set`. Commands come at most
 * BURST at once and RATE a second; what comes faster is left undone and told once a second.
 */
import { CortexdError, messageOf } from '../errors.ts';
import type { ResponseRecord } from '../records/commands.ts';
import type { Bus } from './bus.ts';
import { COMMAND_FILTERS, type Command, type CommandKind, kindOf, parseCommand } from './commands.ts';
import { RateLimit } from './rate-limit.ts';

/** Carries out a command; resolves to what the answer tells. Throws CortexdError when it cannot be done. */
export type CommandHandler = (command: Command) => Promise<unknown>;

export type CommandServerOptions = {
  readonly bus: Bus;
  /** First levels of the topics that are heard. */
  readonly baseTopic: string;
  /** Kinds of commands that are taken; without it all. */
  readonly allowed?: ReadonlySet<CommandKind>;
  readonly handle: CommandHandler;
  /** Hears of every command that came, for the log. */
  readonly told: (path: string, error: string | null) => void;
  readonly now?: () => number;
};

const BURST = 30;
const RATE_PER_S = 10;
/** Commands that wait for the one before. */
const MOST_WAITING = BURST;

export class CommandServer {
  readonly #options: CommandServerOptions;
  readonly #limit: RateLimit;
  #turn: Promise<void> = Promise.resolve();
  #waiting = 0;
  #lastComplaintMs = -Infinity;
  /** Commands carried out, refused, and left undone because they came too fast, since the start. */
  readonly counts = { done: 0, refused: 0, tooMany: 0 };

  constructor(options: CommandServerOptions) {
    this.#options = options;
    this.#limit = new RateLimit(BURST, RATE_PER_S, options.now ?? (() => performance.now()));
  }

  /** Begin to listen. */
  start(): void {
    const { bus, baseTopic } = this.#options;
    const prefix = `${baseTopic}/`;
    for (const filter of COMMAND_FILTERS)
      bus.listen(prefix + filter, (payload, topic) => this.hear(topic.slice(prefix.length), payload));
  }

  /** Take in one message. Never throws. */
  hear(path: string, payload: string): void {
    // Our own answers look like commands to a filter with wildcards.
    if (path.startsWith('bridge/response/')) return;
    if (this.#waiting >= MOST_WAITING || !this.#limit.take()) {
      this.#tooMany();
      return;
    }
    const answerPath = responsePath(path);
    const parsed = parseCommand(path, payload);
    if (!parsed.ok) {
      this.counts.refused++;
      this.#options.told(path, parsed.error);
      this.#answer(answerPath, { transaction: parsed.transaction, status: 'error', data: null, error: parsed.error });
      return;
    }
    const { command } = parsed;
    const kind = kindOf(command);
    const { allowed } = this.#options;
    if (kind !== null && allowed !== undefined && !allowed.has(kind)) {
      this.counts.refused++;
      const error = `Expected a command that is allowed here but ${kind} are not (mqtt.allow)`;
      this.#options.told(path, error);
      this.#answer(answerPath, { transaction: command.transaction, status: 'error', data: null, error });
      return;
    }
    this.#waiting++;
    this.#turn = this.#turn.then(async () => {
      await this.#carryOut(command, path, answerPath);
      this.#waiting--;
    });
  }

  /** Resolves when all that was heard has been carried out. */
  async idle(): Promise<void> {
    await this.#turn;
  }

  async #carryOut(command: Command, path: string, answerPath: string): Promise<void> {
    const { transaction } = command;
    try {
      const data = (await this.#options.handle(command)) ?? null;
      this.counts.done++;
      this.#options.told(path, null);
      this.#answer(answerPath, { transaction, status: 'ok', data, error: null });
    } catch (error) {
      this.counts.refused++;
      const hint = error instanceof CortexdError && error.hint !== undefined ? ` (${error.hint})` : '';
      const reason = `${messageOf(error)}${hint}`;
      this.#options.told(path, reason);
      this.#answer(answerPath, { transaction, status: 'error', data: null, error: reason });
    }
  }

  #tooMany(): void {
    this.counts.tooMany++;
    const now = (this.#options.now ?? (() => performance.now()))();
    if (now - this.#lastComplaintMs < 1000) return;
    this.#lastComplaintMs = now;
    const error = `Expected at most ${RATE_PER_S} commands a second but received more: ${this.counts.tooMany} were left undone`;
    this.#answer('bridge/response/set', { transaction: null, status: 'error', data: null, error });
  }

  #answer(path: string, response: ResponseRecord): void {
    const { bus } = this.#options;
    bus.send(path, JSON.stringify(response), bus.eventQos);
  }
}

function responsePath(path: string): string {
  const verb = /^bridge\/request\/([a-z.]{1,40})$/.exec(path)?.[1];
  return `bridge/response/${verb ?? 'set'}`;
}
