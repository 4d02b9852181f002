/**
 * bed.ts - the whole test bed: machines on a switch, cameras, and what is asked of all of them.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FleetOverview } from '../../src/fleet/overview.ts';
import { FIRST_CAMERA_PORT, Machine, type Plan, ask } from './machine.ts';
import { hasScoreSince } from './verdict.ts';
import { HUB_ADDRESS, SWITCH, layCables, startIn, tearDown } from './network.ts';

const PAUSE_MS = 1500;
/** A camera that is watched was told of within this (ms). */
const FRESH_MS = 2000;

export class Bed {
  readonly plan: Plan;
  machines: readonly Machine[] = [];
  readonly #others: ChildProcess[] = [];

  constructor(plan: Omit<Plan, 'folder'>) {
    this.plan = { ...plan, folder: mkdtempSync(join(tmpdir(), 'cortexd-fleet-')) };
  }

  /** Of all cameras. */
  get names(): readonly string[] {
    return Array.from({ length: this.plan.cameras }, (_, camera) => `cam${camera}`);
  }

  /** Everything runs, every camera is watched, and of every one there are checkpoints. */
  async start(): Promise<void> {
    const { folder, machines, cameras, fps, checkpointS } = this.plan;
    layCables(machines);
    const house = fileURLToPath(new URL('./camera-house.js', import.meta.url));
    const args = [house, HUB_ADDRESS, FIRST_CAMERA_PORT, cameras, fps].map(String);
    this.#others.push(startIn(SWITCH, join(folder, 'cameras.log'), process.execPath, args));
    this.machines = Array.from({ length: machines }, (_, i) => new Machine(this.plan, i + 1));
    for (const machine of this.machines) machine.startBroker();
    for (const machine of this.machines) machine.startNats();
    await sleep(3000);
    for (const machine of this.machines) machine.startDaemon();
    await this.allWatched(120);
    await sleep((2 * checkpointS + 5) * 1000);
  }

  /** What the fleet is, asked from one machine; null: the servers may be choosing a leader. */
  overview(from: Machine = this.machines[0]!): FleetOverview | null {
    try {
      return JSON.parse(ask(from, 'fleet', 'status', '--json')) as FleetOverview;
    } catch {
      return null;
    }
  }

  /** Until it is so; resolves to whether it is in time. */
  async until(limitS: number, isSo: (seen: FleetOverview) => boolean, from?: Machine): Promise<boolean> {
    const end = performance.now() + limitS * 1000;
    for (;;) {
      const seen = this.overview(from);
      if (seen !== null && isSo(seen)) return true;
      if (performance.now() > end) return false;
      await sleep(PAUSE_MS);
    }
  }

  /** Until every machine is there and every camera really watched; reports and goes on when that takes too long. */
  async allWatched(limitS: number): Promise<void> {
    const isWhole = ({ nodes, cameras }: FleetOverview): boolean =>
      nodes.filter(({ state }) => state === 'up').length === this.plan.machines &&
      cameras.length === this.plan.cameras &&
      cameras.every(({ steps }) => steps) &&
      // What the fleet says may be some seconds old, and its holder cut off since.
      this.names.every((name) => this.machines.some((machine) => hasScoreSince(machine, name, Date.now() - FRESH_MS)));
    if (!(await this.until(limitS, isWhole))) console.log(`not all is well again after ${limitS} s`);
  }

  async close(isKept: boolean): Promise<void> {
    for (const machine of this.machines) await machine.endAll();
    for (const child of this.#others) child.kill('SIGKILL');
    tearDown(this.plan.machines);
    if (isKept) console.log(`kept: ${this.plan.folder}`);
    else rmSync(this.plan.folder, { recursive: true, force: true });
  }
}
