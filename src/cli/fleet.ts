/**
 * fleet.ts - `cortexd fleet`: who watches what, and how to have it otherwise. It speaks to the NATS cluster itself, so that it
 * works from any machine that may.
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { CortexdError, messageOf } from '../errors.ts';
import { Board } from '../fleet/board.ts';
import { findStores, newKey, openLink } from '../fleet/link.ts';
import { fleetNames } from '../fleet/names.ts';
import { linkOptions } from '../fleet/options.ts';
import { permissionsOf, userEntry } from '../fleet/permissions.ts';
import { type FleetOverview, overview } from '../fleet/overview.ts';
import type { CameraEntry } from '../fleet/records.ts';
import { clusterUrls, configOption, duration, jsonOption } from './common.ts';
import { formatTable, print } from './output.ts';

const HELP = `
Examples:
  cortexd fleet status
  cortexd fleet move porch pi-2        watch a camera on another machine
  cortexd fleet drain pi-2             let others watch everything that pi-2 watches; --undo
  cortexd fleet apply                  make the cameras of the configuration those of the fleet
  cortexd fleet remove porch           take a camera out of the fleet; its model is kept
  cortexd fleet forget porch           let its model begin anew, where a new version has models of another shape
  cortexd fleet key node.nk            make the key of this machine for the NATS servers`;

type Common = { readonly config?: string; readonly cluster?: readonly string[]; readonly json: boolean };
type Asked = { readonly loaded: LoadedConfig; readonly board: Board };

export function fleetCommand(): Command {
  const fleet = new Command('fleet')
    .description('machines that share their network cameras (docs/fleet.md)')
    .addHelpText('after', HELP);
  const add = (name: string, description: string): Command =>
    fleet
      .command(name)
      .description(description)
      .addOption(configOption())
      .addOption(new Option('--cluster <urls>', 'servers in place of cluster.urls').argParser(clusterUrls))
      .addOption(jsonOption());
  const wait = (): Option =>
    new Option('--wait <duration>', 'wait so long for it to be done').default(60_000, '60s').argParser(duration);

  add('status', 'show the machines, and who watches which camera').action(async (options: Common) => {
    await withBoard(options, async (asked) => {
      const seen = await look(asked);
      print(options.json ? JSON.stringify(seen) : describe(seen));
    });
  });

  add('move', 'watch a camera on another machine')
    .argument('<camera>')
    .argument('<node>')
    .addOption(wait())
    .action(async (camera: string, node: string, options: Common & { wait: number }) => {
      await withBoard(options, async (asked) => {
        const { nodes, cameras } = await look(asked);
        named(
          camera,
          'a camera',
          cameras.map((one) => one.camera),
        );
        named(
          node,
          'a node',
          nodes.map((one) => one.node),
        );
        const { state, cannot } = nodes.find((one) => one.node === node)!;
        if (state !== 'up') throw new CortexdError('unavailable', `Expected ${node} to be up but it is ${state}`);
        if (cannot.includes(camera))
          throw new CortexdError(
            'unavailable',
            `Expected ${node} to be able to watch ${camera} but it has tried and cannot`,
            {
              hint: `Its log says why. On ${node}: journalctl -u cortexd`,
            },
          );
        const { board } = asked;
        await write(board, 'move', camera, { version: 1, to: node, at: new Date().toISOString() });
        const isThere = ({ cameras: now }: FleetOverview): boolean =>
          now.some((one) => one.camera === camera && one.node === node);
        const done = await until(asked, options.wait, isThere);
        report(
          options,
          done,
          { camera, node },
          `${camera} is watched by ${node}`,
          `${camera} is on its way to ${node}`,
        );
      });
    });

  add('drain', 'let other machines watch everything that one watches, now and until --undo')
    .argument('<node>')
    .option('--undo', 'let it watch cameras of the fleet again', false)
    .addOption(wait())
    .action(async (node: string, options: Common & { undo: boolean; wait: number }) => {
      await withBoard(options, async (asked) => {
        const { nodes } = await look(asked);
        named(
          node,
          'a node',
          nodes.map((one) => one.node),
        );
        const { board } = asked;
        if (options.undo) {
          await write(board, 'drain', node, null);
          report(options, true, { node, drained: false }, `${node} may watch cameras again`, '');
          return;
        }
        await write(board, 'drain', node, { version: 1, at: new Date().toISOString() });
        const isEmpty = ({ cameras: now }: FleetOverview): boolean => now.every((one) => one.node !== node);
        const done = await until(asked, options.wait, isEmpty);
        report(
          options,
          done,
          { node, drained: true },
          `${node} watches nothing of the fleet`,
          `${node} still watches some: there is no other machine with room`,
        );
      });
    });

  add('apply', 'make the network cameras of the configuration those of the fleet, with these settings').action(
    async (options: Common) => {
      await withBoard(options, async ({ loaded, board }) => {
        const names = Object.keys(loaded.shared);
        if (names.length === 0)
          throw new CortexdError(
            'config',
            'Expected a camera of type rtsp or http in the configuration but there is none',
          );
        await board.ready();
        const changed: string[] = [];
        for (const [name, settings] of Object.entries(loaded.shared)) {
          const there = board.get('camera', name)?.value ?? null;
          if (there !== null && there.removed !== true && JSON.stringify(there.settings) === JSON.stringify(settings))
            continue;
          const anew = there?.anew_from === undefined ? {} : { anew_from: there.anew_from };
          const entry = { version: 1, settings, ...anew, by: loaded.node, at: new Date().toISOString() };
          await write(board, 'camera', name, entry);
          changed.push(name);
        }
        const text = changed.length === 0 ? 'Nothing has changed' : `Applied: ${changed.join(', ')}`;
        print(options.json ? JSON.stringify({ applied: changed }) : text);
      });
    },
  );

  add('remove', 'take a camera out of the fleet; its model is kept')
    .argument('<camera>')
    .action((camera: string, options: Common) =>
      changeCamera(camera, options, 'removed', `${camera} is no camera of the fleet any more`, () => ({
        version: 1,
        settings: {},
        removed: true,
      })),
    );

  add('forget', 'let the model of a camera begin anew; machines that have it keep it as a snapshot')
    .argument('<camera>')
    .action((camera: string, options: Common) =>
      changeCamera(camera, options, 'forgotten', `The model of ${camera} begins anew`, (there, token) => ({
        ...there,
        anew_from: token + 1,
      })),
    );

  fleet
    .command('key')
    .description(
      'make the key of a machine: the secret into a new file, what the NATS servers are to be told on the terminal',
    )
    .argument('<file>')
    .addOption(configOption())
    .option('--node <name>', 'name of the machine in the fleet, in place of that of the configuration')
    .option('--fleet <name>', 'name of the fleet, in place of that of the configuration')
    .action(async (file: string, options: { config?: string; node?: string; fleet?: string }) => {
      const { node, fleet: name } = options;
      const loaded = node === undefined || name === undefined ? loadConfig(options.config, process.env, false) : null;
      const { seed, publicKey } = await newKey();
      try {
        writeFileSync(file, `${seed}\n`, { mode: 0o600, flag: 'wx' });
      } catch (error) {
        throw new CortexdError('usage', `Expected to make the file ${file} but received: ${messageOf(error)}`, {
          hint:
            (error as { code?: string }).code === 'EEXIST'
              ? 'A key that is there is never overwritten.'
              : 'Does the folder exist, and may you write there?',
        });
      }
      const fleetName = name ?? loaded?.config.cluster?.fleet ?? 'fleet';
      const nodeName = node ?? loaded?.config.cluster?.host ?? loaded!.node;
      print(userEntry(publicKey, permissionsOf(fleetName, nodeName)));
    });
  return fleet;
}

/** Write another entry of a camera of the fleet, made of the one that is there and its token, and say so. */
async function changeCamera(
  camera: string,
  options: Common,
  done: string,
  text: string,
  entryOf: (there: CameraEntry, token: number) => Omit<CameraEntry, 'by' | 'at'>,
): Promise<void> {
  await withBoard(options, async (asked) => {
    const { cameras } = await look(asked);
    named(
      camera,
      'a camera',
      cameras.map((one) => one.camera),
    );
    const { board, loaded } = asked;
    const { token } = cameras.find((one) => one.camera === camera)!;
    const entry = entryOf(board.get('camera', camera)!.value!, token);
    await write(board, 'camera', camera, { ...entry, by: loaded.node, at: new Date().toISOString() });
    print(options.json ? JSON.stringify({ [done]: camera }) : text);
  });
}

async function withBoard(options: Common, work: (asked: Asked) => Promise<void>): Promise<void> {
  const loaded = loadConfig(options.config, process.env, true, options.cluster);
  const { cluster } = loaded.config;
  if (cluster === undefined)
    throw new CortexdError('config', 'Expected a fleet but there is no section "cluster" in the configuration', {
      hint: 'Name the servers with --cluster nats://a,b,c, or see docs/fleet.md.',
    });
  const link = await openLink(linkOptions(loaded, 'cortexd fleet'));
  try {
    const names = fleetNames(cluster.fleet);
    const { board: bucket } = await findStores(link, names);
    const board = new Board(bucket, link, names.board, 'operator');
    board.start();
    try {
      await work({ loaded, board });
    } catch (error) {
      if (error instanceof CortexdError) throw error;
      const hint =
        'Have the servers found a leader? May this user write as "operator" (cortexd fleet key --node operator)?';
      throw new CortexdError('unavailable', `Expected an answer of the cluster but received: ${messageOf(error)}`, {
        hint,
        cause: error,
      });
    } finally {
      await board.stop();
    }
  } finally {
    await link.close();
  }
}

async function look({ board, loaded }: Asked): Promise<FleetOverview> {
  await board.ready();
  // By the clock of the cluster: whoever is there has written a moment ago.
  const newest = Math.max(0, ...[...board.all('node').values()].map(({ writtenAt }) => writtenAt));
  const seen = overview(board, newest, true);
  const silentMs = Date.now() - newest;
  const trouble =
    seen.nodes.length > 0 && silentMs > 2 * loaded.config.cluster!.lease_s * 1000
      ? `no machine has been heard of since ${new Date(newest).toISOString()}`
      : null;
  return { fleet: loaded.config.cluster!.fleet, node: loaded.node, is_member: false, trouble, ...seen };
}

/** Over whatever is there: who says it last is right. */
async function write(
  board: Board,
  ...[kind, name, value]: [Parameters<Board['write']>[0], string, unknown]
): Promise<void> {
  for (;;) {
    const over = board.get(kind, name)?.revision ?? null;
    if ((await board.write(kind, name, value as never, over)) !== null) return;
  }
}

async function until(asked: Asked, limitMs: number, isDone: (seen: FleetOverview) => boolean): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (!isDone(await look(asked))) {
    if (performance.now() > end) return false;
    await sleep(500);
  }
  return true;
}

function named(name: string, what: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  throw new CortexdError('usage', `Expected ${what} of ${known.join(', ') || 'none'} but received ${name}`, {
    hint: 'Run: cortexd fleet status',
  });
}

function report({ json }: Common, done: boolean, told: object, yes: string, no: string): void {
  print(json ? JSON.stringify({ ...told, done }) : done ? yes : no);
  if (!done) process.exitCode = 1;
}

function describe({ fleet, trouble, nodes, cameras }: FleetOverview): string {
  const watched = cameras.filter(({ node }) => node !== null).length;
  return [
    `fleet ${fleet}: ${nodes.filter(({ state }) => state !== 'gone').length} of ${nodes.length} machines, ${watched} of ${cameras.length} cameras watched`,
    ...(trouble === null ? [] : [`Trouble: ${trouble}`]),
    ...nodes
      .filter(({ cannot }) => cannot.length > 0)
      .map(({ node, cannot }) => `${node} has tried ${cannot.join(', ')} and cannot: its log says why`),
    formatTable([
      ['machine', 'state', 'cameras', 'room', 'busy', 'renewed', 'version', 'host'],
      ...nodes.map((one) => [
        one.node,
        one.state,
        one.cameras,
        one.room.toFixed(1),
        `${Math.round(one.busy * 100)} %`,
        `${one.renewed_s.toFixed(1)} s ago`,
        one.version,
        one.address,
      ]),
    ]),
    formatTable([
      ['camera', 'watched by', 'frames', 'token', 'since', 'last change'],
      ...cameras.map((one) => [
        one.camera,
        one.node ?? '-',
        one.steps ? 'yes' : 'no',
        one.token,
        one.since ?? '-',
        one.moving_to === null ? one.reason : `moving to ${one.moving_to}`,
      ]),
    ]),
  ].join('\n');
}
