/**
 * fleet-work.ts - the daemon as a node of a fleet: the way to the cluster, the agent that takes and gives back cameras, copies
 * of their models, and events into the stream. All of it begins as soon as the cluster answers, and the daemon does
 * not wait for that.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadedConfig } from '../../config/load.ts';
import { CortexdError, messageOf } from '../../errors.ts';
import { Agent } from '../../fleet/agent.ts';
import { Board } from '../../fleet/board.ts';
import { fleetClocks } from '../../fleet/clocks.ts';
import { EventStream } from '../../fleet/event-stream.ts';
import { type FleetLink, type FleetStores, openStores, prepareLink } from '../../fleet/link.ts';
import { ModelCopies } from '../../fleet/model-copy.ts';
import { fleetNames } from '../../fleet/names.ts';
import { type FleetOverview, overview } from '../../fleet/overview.ts';
import { linkOptions } from '../../fleet/options.ts';
import { Pages } from '../../fleet/pages.ts';
import { writtenByNewer } from '../../fleet/records.ts';
import { sweep } from '../../fleet/sweep.ts';
import { VERSION } from '../../package-root.ts';
import { timestamp } from '../../records/from-observation.ts';
import type { StoreClient } from '../../store/store-client.ts';
import type { Models } from '../models.ts';
import type { Logger } from '../service/log.ts';
import { FleetCameras } from './fleet-cameras.ts';
import { HeadRoomMeter } from './head-room.ts';

export type FleetHost = {
  readonly loaded: LoadedConfig;
  readonly log: Logger;
  readonly store: StoreClient;
  readonly models: Models;
};

const INSTANCE = 'fleet/instance';
const AGAIN_MS = 2000;
const SWEEP_MS = 3_600_000;

/** What there is once the cluster has answered. */
type Parts = {
  readonly link: FleetLink;
  readonly stores: FleetStores;
  readonly board: Board;
  readonly agent: Agent;
  readonly copies: ModelCopies;
  readonly events: EventStream;
};

export class FleetWork {
  readonly #host: FleetHost;
  readonly #instance: string;
  readonly #node: string;
  readonly #clocks = fleetClocks();
  readonly #closing = new AbortController();
  readonly #room: HeadRoomMeter;
  #parts: Parts | undefined;
  #opening: Promise<void> | undefined;
  #sweeping: NodeJS.Timeout | undefined;
  #trouble: string | null = 'the cluster has not answered yet';

  private constructor(host: FleetHost, instance: string) {
    this.#host = host;
    this.#instance = instance;
    this.#node = host.loaded.config.cluster?.host ?? host.loaded.node;
    this.#room = new HeadRoomMeter(() => this.#parts?.agent.cameras.length ?? 0);
  }

  /** Begin; resolves at once, also while no server of the cluster answers. Throws CortexdError('config') for files that are missing. */
  static async start(host: FleetHost): Promise<FleetWork> {
    const { store } = host;
    const kept = (await store.call('settings'))[INSTANCE];
    const instance = kept === undefined ? randomUUID() : (JSON.parse(kept) as string);
    if (kept === undefined) await store.call('saveSetting', INSTANCE, JSON.stringify(instance), timestamp(Date.now()));
    const work = new FleetWork(host, instance);
    const connect = await prepareLink(linkOptions(host.loaded, `cortexd ${work.#node}`));
    work.#opening = work.#open(connect).catch((error: unknown) => {
      work.#trouble = messageOf(error);
      host.log.error({ err: error }, `The fleet is done without: ${messageOf(error)}`);
    });
    return work;
  }

  /** An event was journaled. */
  eventWritten(): void {
    this.#parts?.events.wake();
  }

  /** The fleet as this node sees it. */
  overview(): FleetOverview {
    const { agent, board } = this.#parts ?? {};
    const { fleet = '' } = this.#host.loaded.config.cluster ?? {};
    const seen = board === undefined ? { nodes: [], cameras: [] } : overview(board, this.#clocks.others());
    const isConnected = this.#parts?.link.isConnected() ?? false;
    const trouble = agent?.refused ?? (isConnected ? null : (this.#trouble ?? 'no server of the cluster answers'));
    return { fleet, node: this.#node, is_member: agent?.isMember ?? false, trouble, ...seen };
  }

  /** Hand all cameras over, send what waits, say good-bye. */
  async stop(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#sweeping);
    this.#room.close();
    // Who is still waiting for the cluster sees by itself that it is over.
    if (this.#parts === undefined) return;
    await this.#opening;
    const { link, board, agent, events } = this.#parts;
    await agent.stop();
    await events.stop();
    await board.stop();
    await link.close();
  }

  async #open(connect: () => Promise<FleetLink>): Promise<void> {
    const { loaded, log, store, models } = this.#host;
    const { signal } = this.#closing;
    const { fleet, replicas, lease_s: leaseS, most_cameras: mostCameras, events_mb: eventsMb } = loaded.config.cluster!;
    const names = fleetNames(fleet);
    const leaseMs = leaseS * 1000;
    const warn = (message: string): void => log.warn({ fleet }, message);
    const link = await this.#asLongAsItTakes('The fleet cannot be reached', connect);
    if (link === undefined) return;
    const stores = await this.#asLongAsItTakes('The stores of the fleet cannot be opened', () =>
      openStores(link, names, replicas),
    );
    if (stores === undefined || signal.aborted) return link.close();
    this.#trouble = null;
    const board = new Board(stores.board, link, names.board, this.#node, this.#clocks.others);
    const pages = new Pages(stores.pages, link, names);
    const copies = new ModelCopies(stores.models, pages, link, names.models);
    const cameras = new FleetCameras({
      loaded,
      log,
      store,
      models,
      copies,
      instance: this.#instance,
      node: this.#node,
    });
    const agent = new Agent({
      board,
      clocks: this.#clocks,
      node: this.#node,
      instance: this.#instance,
      leaseMs,
      mostCameras,
      program: VERSION,
      address: hostname(),
      host: { ...cameras.host, load: () => this.#load() },
      newSession: () => randomUUID(),
      tokenBefore: (camera) => copies.newestToken(camera),
      log: (level, message, fields) => log[level]({ fleet, ...fields }, message),
    });
    const events = new EventStream({
      link,
      names,
      node: this.#node,
      replicas,
      bytes: eventsMb * 1e6,
      warn,
      take: async (limit) =>
        (await store.call('outboxAfter', 0, limit, 'fleet')).map(({ sequence, camera, payload }) => ({
          id: sequence,
          topic: camera,
          payload,
        })),
      acknowledged: (id) => store.call('acknowledge', id, 'fleet'),
    });
    this.#parts = { link, stores, board, agent, copies, events };
    board.start();
    await this.#offer(board, warn).catch((error: unknown) => warn(`Cameras were not offered: ${messageOf(error)}`));
    agent.start();
    events.start();
    // Not all nodes at once.
    this.#sweeping = setInterval(
      () => {
        board.beginAnewAfter(Math.max(4000, leaseMs / 2));
        if (performance.now() < this.#nextSweepMs) return;
        this.#nextSweepMs = performance.now() + SWEEP_MS * (0.5 + Math.random());
        sweep(stores.models, pages).catch((error: unknown) => warn(messageOf(error)));
      },
      Math.max(1000, leaseMs / 8),
    );
  }

  /** What `work` resolves to, tried until it succeeds; undefined: the daemon stops. Each trouble is told once. */
  async #asLongAsItTakes<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        return await work();
      } catch (error) {
        const reason = `${what}, trying again: ${messageOf(error)}`;
        if (reason !== this.#trouble && !signal.aborted)
          this.#host.log.warn({ hint: error instanceof CortexdError ? error.hint : undefined }, reason);
        this.#trouble = reason;
        await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  #nextSweepMs = performance.now() + SWEEP_MS * Math.random();

  #load(): { room: number; busy: number; cores_per_camera: number } {
    const { room, busy, coresPerCamera } = this.#room.now;
    return { room, busy, cores_per_camera: coresPerCamera };
  }

  /** Cameras of our configuration that the fleet does not know yet. What it knows otherwise is left as it is. */
  async #offer(board: Board, warn: (message: string) => void): Promise<void> {
    await board.ready();
    for (const [name, settings] of Object.entries(this.#host.loaded.shared)) {
      const known = board.get('camera', name);
      const there = known?.value ?? null;
      if (known !== null && known.newer !== null) {
        warn(messageOf(writtenByNewer(`camera.${name}`, known.newer)));
      } else if (there === null) {
        const entry = { version: 1 as const, settings, by: this.#node, at: timestamp(Date.now()) };
        await board.write('camera', name, entry, known?.revision ?? null);
      } else if (there.removed === true) {
        warn(`Camera ${name} was taken out of the fleet and stays so; to bring it back: cortexd fleet apply`);
      } else if (JSON.stringify(there.settings) !== JSON.stringify(settings)) {
        warn(`Camera ${name} has other settings in the fleet than here, those of the fleet hold: cortexd fleet apply`);
      }
    }
  }
}
