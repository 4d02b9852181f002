/**
 * agent.ts - what a node does for its fleet, a few times a second: end nodes that have died, take cameras that are free, give
 * back those that it gets no frames of, that were moved, or that are better off elsewhere; and stop all in time when it
 * cannot be sure any more that it is the one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import type { Board } from './board.ts';
import type { Clocks } from './clocks.ts';
import { FailedStarts } from './failed-starts.ts';
import type { Fence, Host } from './host.ts';
import { type View, candidates, expired, isFree, isMyTurn, surplus } from './placement.ts';
import type { LeaseRecord } from './records.ts';
import { Session } from './session.ts';

export type AgentOptions = {
  readonly board: Board;
  readonly clocks: Clocks;
  readonly node: string;
  readonly instance: string;
  readonly program: string;
  readonly address: string;
  readonly leaseMs: number;
  readonly mostCameras: number;
  readonly host: Host;
  readonly newSession: () => string;
  /** Highest token under which a model of a camera was saved; 0: none. */
  readonly tokenBefore: (camera: string) => Promise<number>;
  readonly log: (level: 'info' | 'warn', message: string, fields: { readonly [key: string]: unknown }) => void;
};

/** A camera of ours. */
type Held = {
  readonly token: number;
  /** Of the lease, and of the settings it is watched with. */
  revision: number;
  readonly settings: number;
  /** Since when it is watched. */
  sinceMs: number;
  state: 'starting' | 'on' | 'stopping';
  /** Since when there are no frames although there should be, and nobody else could do better. */
  keptSinceMs: number | null;
  hasNoted: boolean;
};

const TICK_MS = 200;
/** What nobody gets frames of is offered to all again after so long (ms). */
const ROUND_MS = 600_000;
/** Who was silent because the cluster was has so long to be heard again (ms). */
const MERCY_MS = 1500;
/** Least time between two cameras that are moved for balance (ms). */
const BALANCE_MS = 20_000;

export class Agent {
  readonly #options: AgentOptions;
  readonly #held = new Map<string, Held>();
  readonly #freeSinceMs = new Map<string, number>();
  readonly #failed: FailedStarts;
  readonly #stopping = new AbortController();
  #session: Session | null = null;
  #isLeaving = false;
  #refused: string | null = null;
  /** Trouble is told once until it is over. */
  #isSilent = false;
  #balancedMs: number;
  #running: Promise<void> | undefined;

  constructor(options: AgentOptions) {
    const { board, clocks } = options;
    this.#options = options;
    this.#failed = new FailedStarts(clocks.others, (camera) => board.get('camera', camera)?.revision);
    this.#balancedMs = options.clocks.others();
  }

  get cameras(): readonly string[] {
    return [...this.#held.keys()];
  }

  /** Whether this node is one of the fleet at the moment. */
  get isMember(): boolean {
    return this.#session?.isValid === true;
  }

  /** Why it is none; null: nothing speaks against it. */
  get refused(): string | null {
    return this.#refused;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Hand all cameras over and say good-bye. */
  async stop(): Promise<void> {
    this.#isLeaving = true;
    this.#session?.tellNow();
    await Promise.all(this.cameras.map((camera) => this.#giveBack(camera, { reason: 'the node is stopped' })));
    this.#stopping.abort();
    await this.#running;
    await this.#session?.end();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#tick();
        this.#isSilent = false;
      } catch (error) {
        if (!this.#isSilent) this.#options.log('warn', `The fleet cannot be reached: ${messageOf(error)}`, {});
        this.#isSilent = true;
      }
      await sleep(TICK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #tick(): Promise<void> {
    if (this.#session === null || this.#session.isEnding) await this.#rejoin();
    if (this.#session?.isValid !== true || this.#isLeaving) return;
    const view = this.#view();
    for (const [camera, held] of this.#held) if (held.state === 'on') this.#look(view, camera, held);
    await this.#endDead(view);
    this.#balance(view);
    await this.#takeFree();
  }

  /** The session is over, or was never begun: stop everything while it still is ours, then begin anew. */
  async #rejoin(): Promise<void> {
    const { log, board, node, instance, program, address, leaseMs, mostCameras, clocks, host, newSession } =
      this.#options;
    if (this.#session !== null) {
      if (this.#held.size > 0)
        log('warn', 'The fleet cannot be reached in time: cameras are given up', { cameras: this.cameras });
      this.#session.abandon();
      await Promise.all(this.cameras.map((camera) => this.#drop(camera)));
      this.#session = null;
    }
    if (this.#isLeaving) return;
    const session = new Session({
      board,
      clocks,
      node,
      instance,
      leaseMs,
      session: newSession(),
      describe: () => ({
        program,
        address,
        most_cameras: mostCameras,
        ...host.load(),
        state: this.#isLeaving ? 'leaving' : 'up',
        cameras: this.#renewed(),
        cannot: [...new Set([...this.#failed.cameras, ...board.newer('camera')])],
      }),
      warn: (message) => log('warn', message, {}),
    });
    const refused = await session.open();
    if (refused !== null && refused !== this.#refused) log('warn', `Not in the fleet yet: ${refused}`, {});
    this.#refused = refused;
    if (refused !== null) return;
    log('info', 'In the fleet', { node });
    this.#session = session;
    session.start();
  }

  /** Cameras that are told with each renewal: those that were stepped lately, or are switched off. */
  #renewed(): string[] {
    const now = performance.now();
    return this.cameras.filter((camera) => {
      if (this.#held.get(camera)?.state !== 'on') return false;
      const last = this.#options.host.lastFrameMs(camera);
      return last === null || now - last <= this.#options.host.patienceMs(camera);
    });
  }

  #view(): View {
    const { board, clocks, node } = this.#options;
    return {
      nowMs: clocks.others(),
      me: node,
      nodes: board.all('node'),
      cameras: board.all('camera'),
      leases: board.all('lease'),
      moves: new Map([...board.all('move')].map(([camera, { value }]) => [camera, value.to])),
      drained: new Set([...board.all('drain').keys(), ...board.newer('drain')]),
      newer: { nodes: new Set(board.newer('node')), leases: new Set(board.newer('lease')) },
    };
  }

  /** Whether one of our cameras is to go. */
  #look(view: View, camera: string, held: Held): void {
    const { host, node } = this.#options;
    const entry = this.#options.board.get('camera', camera);
    const others = candidates(view, camera).filter((name) => name !== node);
    // Settings of a newer version: better watched with those of before than by nobody.
    const isNewer = entry !== null && entry.newer !== null;
    if (!isNewer && (entry === null || entry.value === null || entry.value.removed === true)) {
      void this.#giveBack(camera, { reason: 'it was taken out of the fleet' });
    } else if (!isNewer && entry.revision !== held.settings) {
      void this.#giveBack(camera, { reason: 'its settings have changed', to: node });
    } else if (view.drained.has(node)) {
      if (others.length > 0) void this.#giveBack(camera, { reason: `${node} is drained` });
    } else if (view.moves.has(camera) && view.moves.get(camera) !== node) {
      const to = view.moves.get(camera)!;
      if (others[0] === to) void this.#giveBack(camera, { reason: 'it was moved', to });
    } else {
      this.#lookForFrames(view, camera, held, host.lastFrameMs(camera));
    }
  }

  /** A lease is kept while frames are stepped; else another node may be better placed. */
  #lookForFrames(view: View, camera: string, held: Held, lastFrameMs: number | null): void {
    const { host, node, clocks } = this.#options;
    const now = performance.now();
    if (lastFrameMs === null || now - Math.max(lastFrameMs, held.sinceMs) <= host.patienceMs(camera)) {
      held.keptSinceMs = null;
      if (lastFrameMs !== null && lastFrameMs > held.sinceMs) void this.#noteFrames(camera, held);
      return;
    }
    const tried = new Set([...(view.leases.get(camera)?.value.tried ?? []), node]);
    const fresh = candidates(view, camera).filter((name) => name !== node && !tried.has(name));
    held.keptSinceMs ??= clocks.others();
    const isRoundOver = clocks.others() - held.keptSinceMs > ROUND_MS && view.nodes.size > 1;
    if (fresh.length > 0) void this.#giveBack(camera, { reason: `${node} gets no frames`, tried: [...tried] });
    else if (isRoundOver) void this.#giveBack(camera, { reason: 'nobody gets frames, all try again', tried: [node] });
  }

  /** Frames come: what others have tried in vain is forgotten. */
  async #noteFrames(camera: string, held: Held): Promise<void> {
    const { board } = this.#options;
    const lease = board.get('lease', camera)?.value ?? null;
    if (lease === null || lease.tried.length === 0 || held.hasNoted) return;
    held.hasNoted = true;
    const revision = await board.write('lease', camera, { ...lease, tried: [] }, held.revision).catch(() => null);
    if (revision !== null) held.revision = revision;
  }

  async #endDead(view: View): Promise<void> {
    const { board, node, log } = this.#options;
    // Where the cluster itself was silent the others come back in this very moment, and have what they have learned.
    if (view.nowMs - board.backSinceMs < MERCY_MS) return;
    for (const name of expired(view)) {
      const { value, revision } = board.get('node', name)!;
      const ended = await board.write('node', name, { ...value!, state: 'gone' }, revision);
      if (ended !== null) log('warn', `The lease of ${name} has run out`, { node: name, ended_by: node });
    }
  }

  #balance(view: View): void {
    const { clocks, leaseMs } = this.#options;
    if (clocks.others() - this.#balancedMs < Math.max(BALANCE_MS, leaseMs)) return;
    const steady = [...this.#held].filter(([, { state, keptSinceMs }]) => state === 'on' && keptSinceMs === null);
    const better = surplus(view, steady.map(([camera]) => camera).toReversed());
    if (better === null) return;
    this.#balancedMs = clocks.others();
    void this.#giveBack(better.camera, { reason: `there is more room at ${better.to}`, to: better.to });
  }

  async #takeFree(): Promise<void> {
    const { clocks, leaseMs } = this.#options;
    const now = clocks.others();
    let view = this.#view();
    await this.#freeUnheld(view);
    for (const [camera, { value }] of view.cameras) {
      if (value.removed === true || this.#held.has(camera) || !isFree(view, camera)) {
        this.#freeSinceMs.delete(camera);
        continue;
      }
      if (!this.#freeSinceMs.has(camera)) this.#freeSinceMs.set(camera, now);
      if (this.#failed.isResting(camera)) continue;
      if (!isMyTurn(view, camera, now - this.#freeSinceMs.get(camera)!, leaseMs)) continue;
      await this.#take(camera);
      // Each taking changes what there is room for.
      view = this.#view();
    }
  }

  /** Leases of ours that we do not hold: the answer to taking them, or to giving them back, was lost. */
  async #freeUnheld({ leases }: View): Promise<void> {
    const { board, log } = this.#options;
    for (const [camera, { value }] of leases) {
      if (value.session !== this.#session?.id || this.#held.has(camera)) continue;
      const over = board.get('lease', camera)!.revision;
      const free = { ...value, node: null, session: '', reason: 'it was not begun', since: new Date().toISOString() };
      if ((await board.write('lease', camera, free, over)) !== null)
        log('info', 'Lease given back: it was not begun', { camera, fence: value.token });
    }
  }

  async #take(camera: string): Promise<void> {
    const { board, node, clocks, log, tokenBefore } = this.#options;
    const session = this.#session!;
    const before = board.get('lease', camera);
    const settings = board.get('camera', camera)!;
    // Where the bucket of leases was lost, tokens go on from those of the models.
    const token = (before?.value?.token ?? (await tokenBefore(camera))) + 1;
    const lease: LeaseRecord = {
      version: 1,
      token,
      node,
      to: null,
      since: new Date().toISOString(),
      reason: 'taken',
      session: session.id,
      tried: before?.value?.tried ?? [],
    };
    const revision = await board.write('lease', camera, lease, before?.revision ?? null);
    // An attempt of a former session may be the one that counts.
    if (revision === null || board.get('lease', camera)?.value?.session !== session.id) return;
    this.#freeSinceMs.delete(camera);
    // While cameras change hands nothing is moved for balance.
    this.#balancedMs = clocks.others();
    const held: Held = {
      token,
      revision,
      settings: settings.revision,
      keptSinceMs: null,
      hasNoted: false,
      sinceMs: performance.now(),
      state: 'starting',
    };
    this.#held.set(camera, held);
    session.tellNow();
    log('info', 'Lease taken', { camera, fence: token, session: session.id, before: before?.value?.node ?? null });
    const move = board.get('move', camera);
    // Done; whoever moves it again says so anew.
    if (move?.value?.to === node) void board.write('move', camera, null, move.revision).catch(() => undefined);
    const fence: Fence = { node, token, isValid: () => session.isValid && this.#held.get(camera) === held };
    this.#options.host.start(camera, settings.value!, fence).then(
      () => {
        held.sinceMs = performance.now();
        if (held.state === 'starting') held.state = 'on';
        this.#failed.forget(camera);
      },
      async (error: unknown) => {
        if (held.state !== 'starting') return;
        this.#failed.note(camera, held.settings, error);
        log('warn', `The camera could not be started here: ${messageOf(error)}`, { camera });
        held.state = 'on';
        await this.#giveBack(camera, { reason: messageOf(error), tried: [...lease.tried, node] });
      },
    );
  }

  /** Stop one of our cameras, hand over what it has learned, and write that it is free. */
  async #giveBack(
    camera: string,
    why: { readonly reason: string; readonly to?: string; readonly tried?: readonly string[] },
  ): Promise<void> {
    const { board, host, log } = this.#options;
    const held = this.#held.get(camera);
    if (held === undefined || held.state === 'stopping') return;
    held.state = 'stopping';
    const session = this.#session;
    await host.stop(camera, true);
    const last = host.lastFrameMs(camera);
    const tried =
      why.tried ?? (last !== null && last > held.sinceMs ? [] : (board.get('lease', camera)?.value?.tried ?? []));
    try {
      if (session?.isValid === true && this.#held.get(camera) === held) {
        await board.write(
          'lease',
          camera,
          {
            version: 1,
            token: held.token,
            node: null,
            session: '',
            to: why.to ?? null,
            reason: why.reason,
            since: new Date().toISOString(),
            tried: [...new Set(tried)],
          },
          held.revision,
        );
        log('info', `Lease given back: ${why.reason}`, { camera, fence: held.token });
      }
    } catch (error) {
      log('warn', `The lease could not be given back, trying again: ${messageOf(error)}`, { camera });
    }
    this.#held.delete(camera);
    this.#session?.tellNow();
  }

  /** Stop a camera at once: there is no time to hand anything over. */
  async #drop(camera: string): Promise<void> {
    const held = this.#held.get(camera);
    if (held === undefined) return;
    held.state = 'stopping';
    await this.#options.host.stop(camera, false);
    this.#held.delete(camera);
    this.#options.log('info', 'Lease over', { camera, fence: held.token });
  }
}
