/**
 * upgrade.ts - three machines get another version of the program one after another, as docs/fleet.md says; the other version is
 * this build with something changed in it:
 *
 *     fields    another version number, and fields in all records that this version does not know
 *     shape     models of another shape
 *     records   records of a higher version, in which this version understands nothing
 */
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetOverview } from '../../src/fleet/overview.ts';
import { VERSION, packageFile } from '../../src/package-root.ts';
import type { Bed } from './bed.ts';
import { type Machine, ask, storedValues } from './machine.ts';
import { judge, scoresOf } from './verdict.ts';

export const UPGRADES = ['fields', 'shape', 'records'] as const;
export type Upgrade = (typeof UPGRADES)[number];

const NEXT = `${VERSION}-next`;
/** A machine has these to take part again, and another to take over (s). */
const LIMIT_S = 90;
/** So long nothing must change when nothing is to be done (s). */
const QUIET_S = 60;

/** Every place where a record is made. */
const WRITERS = ['src/fleet', 'src/daemon/fleet', 'src/cli/fleet.js'];
const CHANGES: {
  readonly [U in Upgrade]: readonly { readonly in: readonly string[]; readonly from: string; readonly to: string }[];
} = {
  fields: [{ in: WRITERS, from: 'version: 1,', to: "version: 1, colour: 'red'," }],
  shape: [{ in: ['src/cortex/settings.js'], from: 'globalSegments: 2048', to: 'globalSegments: 2304' }],
  records: [
    { in: WRITERS, from: 'version: 1,', to: 'version: 2,' },
    { in: ['src/fleet/records.js'], from: 'Type.Literal(1)', to: 'Type.Union([Type.Literal(1), Type.Literal(2)])' },
    { in: ['src/fleet/records.js'], from: 'KNOWN = 1;', to: 'KNOWN = 2;' },
  ],
};

/** Resolves to how much was not as it must be. */
export async function upgrade(bed: Bed, kind: Upgrade): Promise<number> {
  const problems: string[] = [];
  const check = (isSo: boolean, what: string): void => {
    console.log(`${isSo ? 'ok' : 'BROKEN'}: ${what}`);
    if (!isSo) problems.push(what);
  };
  const build = buildOf(kind);
  try {
    await bed.start();
    const fromMs = Date.now();
    await { fields: everyMachine, shape: otherShape, records: newerRecords }[kind](bed, build, check);
    const toMs = Date.now();
    for (const machine of bed.machines) await machine.end();
    const { unwatchedS, sharedTokens, late, changes, messages } = judge(bed.machines, [], fromMs, toMs);
    check(sharedTokens === 0 && late === 0, `no two holders in ${messages} messages and ${changes} changes of hands`);
    console.log(`longest time unwatched ${unwatchedS.toFixed(1)} s`);
    const handed = handOvers(bed.machines, fromMs);
    console.log(
      `${handed.length} changes of hands took ${Math.max(...handed.map(({ s }) => s)).toFixed(1)} s at most; ` +
        `the model had learned less afterwards in ${handed.filter(({ isLess }) => isLess).length}`,
    );
    if (kind === 'fields') {
      check(unwatchedS <= 10, 'no camera was unwatched for more than 10 s');
      check(
        handed.every(({ isLess }) => !isLess),
        'every model goes on from its last frame',
      );
    }
  } finally {
    rmSync(build, { recursive: true, force: true });
  }
  return problems.length;
}

type Check = (isSo: boolean, what: string) => void;
const programOf = (build: string): string => join(build, 'dist/src/cli/main.js');
const isWatched = ({ cameras }: FleetOverview): boolean => cameras.length > 0 && cameras.every(({ steps }) => steps);
const heldBy = (seen: FleetOverview | null, name: string): string[] =>
  (seen?.cameras ?? []).filter(({ node }) => node === name).map(({ camera }) => camera);

/** `systemctl stop`, install, start: until the machine is there again and every camera is watched. */
async function replaceProgram(bed: Bed, machine: Machine, build: string, check: Check): Promise<void> {
  const other = bed.machines.find((one) => one !== machine)!;
  await machine.end();
  check(
    await bed.until(LIMIT_S, (seen) => isWatched(seen) && heldBy(seen, machine.name).length === 0, other),
    `${machine.name} is stopped, the others watch all`,
  );
  machine.program = programOf(build);
  machine.startDaemon();
  const isBack = ({ nodes }: FleetOverview): boolean =>
    nodes.some(({ node, state, version }) => node === machine.name && state === 'up' && version === NEXT);
  check(
    await bed.until(LIMIT_S, (seen) => isBack(seen) && isWatched(seen), machine),
    `${machine.name} is back with version ${NEXT}, all are watched`,
  );
}

async function everyMachine(bed: Bed, build: string, check: Check): Promise<void> {
  for (const machine of bed.machines) await replaceProgram(bed, machine, build, check);
  await sleep(3000);
}

async function otherShape(bed: Bed, build: string, check: Check): Promise<void> {
  const [first, second, last] = bed.machines as [Machine, Machine, Machine];
  await replaceProgram(bed, first, build, check);
  await sleep(QUIET_S * 1000);
  const seen = bed.overview(last);
  check(
    seen !== null && isWatched(seen) && heldBy(seen, first.name).length === 0,
    `after ${QUIET_S} s the old machines watch all`,
  );
  const tried = seen?.nodes.find(({ node }) => node === first.name)?.cannot ?? [];
  console.log(`${first.name} has tried ${tried.join(', ') || 'none'}`);
  const before = changesOf(bed.machines);
  await sleep(QUIET_S * 1000);
  check(changesOf(bed.machines) - before <= bed.plan.cameras, `at most one try for each camera within ${QUIET_S} s`);
  await replaceProgram(bed, second, build, check);
  const watched = bed.overview(last);
  check(heldBy(watched, last.name).length === bed.plan.cameras, 'the last old machine watches all');
  await last.end();
  last.program = programOf(build);
  last.startDaemon();
  const cannotAll = ({ nodes, cameras }: FleetOverview): boolean =>
    cameras.every(({ steps }) => !steps) && nodes.every(({ cannot }) => cannot.length === bed.plan.cameras);
  check(
    await bed.until(LIMIT_S, cannotAll),
    'without the old machines no camera is watched, and all say that they cannot',
  );
  for (let camera = 0; camera < bed.plan.cameras; camera++) ask(first, 'fleet', 'forget', `cam${camera}`);
  check(await bed.until(LIMIT_S, isWatched), 'after cortexd fleet forget all are watched');
  const kept = bed.machines.map((machine) => ask(machine, 'snapshot', 'list'));
  for (let camera = 0; camera < bed.plan.cameras; camera++)
    check(
      kept.some((list) => list.includes(`cam${camera}`)),
      `the old model of cam${camera} is kept as a snapshot`,
    );
}

async function newerRecords(bed: Bed, build: string, check: Check): Promise<void> {
  const [first, second, last] = bed.machines as [Machine, Machine, Machine];
  await replaceProgram(bed, first, build, check);
  // Whatever the first had is watched by the others; the next that stops hands to it and the old one.
  await second.end();
  check(
    await bed.until(LIMIT_S, (seen) => isWatched(seen) && heldBy(seen, first.name).length > 0, first),
    `the newer machine has taken some of what ${second.name} had`,
  );
  second.startDaemon();
  await bed.until(
    LIMIT_S,
    ({ nodes }) => nodes.some(({ node, state }) => node === second.name && state === 'up'),
    last,
  );
  const theirs = heldBy(bed.overview(first), first.name);
  check(
    bed.overview(last)?.nodes.some(({ node, state }) => node === first.name && state === 'newer') === true,
    `the old machines see that ${first.name} is newer`,
  );
  const refused = refusalOf(last, 'fleet', 'remove', theirs[0]!);
  // The entry of the camera itself is of the old version: the order is obeyed where it is understood.
  console.log(`cortexd fleet remove ${theirs[0]} of the old version: ${refused ?? 'done'}`);
  if (refused === null) ask(last, 'fleet', 'apply');
  await bed.until(LIMIT_S, isWatched, first);
  const held = heldBy(bed.overview(first), first.name);
  const stored = storedValues(last, held);
  await first.signalDaemon('SIGKILL');
  await sleep((bed.plan.leaseS + 15) * 1000);
  const seen = bed.overview(last);
  check(
    held.every((camera) => seen?.cameras.find((one) => one.camera === camera)?.steps !== true),
    `what only a newer version understands (${held.join(', ')}) is not taken by old machines`,
  );
  check(
    JSON.stringify(storedValues(last, held)) === JSON.stringify(stored),
    'and nothing that it has written is changed: lease, list of pages',
  );
  check(
    heldBy(seen, second.name).length + heldBy(seen, last.name).length === bed.plan.cameras - held.length,
    'the old machines go on with what they have',
  );
  first.startDaemon();
  check(await bed.until(LIMIT_S, isWatched, first), 'when the newer machine is back all are watched');
  for (const machine of [second, last]) await replaceProgram(bed, machine, build, check);
}

/** What a command that is refused says; null: it was not. */
function refusalOf(machine: Machine, ...args: readonly string[]): string | null {
  try {
    ask(machine, ...args);
    return null;
  } catch (error) {
    return String((error as { stderr?: unknown }).stderr ?? error).split('\n')[0]!;
  }
}

/** Times that a lease was taken so far. */
function changesOf(machines: readonly Machine[]): number {
  return machines.reduce((sum, { logFile }) => sum + readFileSync(logFile, 'utf8').split('Lease taken').length - 1, 0);
}

/** Each time that another machine went on with a camera: how long nobody watched (s), and whether its model had learned less than before. */
function handOvers(machines: readonly Machine[], fromMs: number): { readonly s: number; readonly isLess: boolean }[] {
  const told = machines.flatMap(scoresOf).toSorted((a, b) => a.atMs - b.atMs);
  return [...new Set(told.map(({ camera }) => camera))].flatMap((name) => {
    const own = told.filter(({ camera, atMs }) => camera === name && atMs > fromMs);
    return own.slice(1).flatMap((now, at) => {
      const before = own[at]!;
      if (now.token === before.token) return [];
      return [{ s: (now.atMs - before.atMs) / 1000, isLess: now.progress < before.progress }];
    });
  });
}

/** This build with something changed in it; in the folder of the package, so that its packages are found. */
function buildOf(kind: Upgrade): string {
  const build = packageFile(`build/next-${kind}`);
  rmSync(build, { recursive: true, force: true });
  mkdirSync(build, { recursive: true });
  for (const part of ['dist/src', 'src/web/public', 'config'])
    cpSync(packageFile(part), join(build, part), { recursive: true, filter: (file) => !/\.(map|d\.ts)$/.test(file) });
  const manifest = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as object;
  writeFileSync(join(build, 'package.json'), JSON.stringify({ ...manifest, version: NEXT }));
  for (const { in: places, from, to } of CHANGES[kind]) {
    let changed = 0;
    for (const file of places.flatMap((place) => filesOf(join(build, 'dist', place)))) {
      const text = readFileSync(file, 'utf8');
      if (!text.includes(from)) continue;
      writeFileSync(file, text.replaceAll(from, to));
      changed++;
    }
    if (changed === 0) throw new Error(`Expected "${from}" in the build but it is not there`);
  }
  return build;
}

function filesOf(place: string): string[] {
  if (place.endsWith('.js')) return [place];
  return readdirSync(place)
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(place, name));
}
