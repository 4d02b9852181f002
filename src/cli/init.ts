/**
 * init.ts - `cortexd init`: finds cameras and a broker, and writes a configuration to start with.
 */
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { DEFAULT_FILE, loadConfig } from '../config/load.ts';
import { CortexdError } from '../errors.ts';
import { jsonOption } from './common.ts';
import { type FoundCamera, findCameras, hasBroker } from './init/find.ts';
import { compose, withoutLogin, writeConfig } from './init/write.ts';
import { print, remark } from './output.ts';

const HELP = `
Camera modules and USB cameras of this machine are found by themselves; network cameras are named. A login in an address is
taken out of it, its password goes into a file of its own that only the daemon can read. On a terminal it asks for what it
cannot find; without one (or with --yes) it writes what it knows.

Examples:
  sudo cortexd init
  sudo cortexd init --camera porch=rtsp://viewer:secret@192.168.1.20/sub --broker mqtt://user:secret@192.168.1.2`;

type Options = { output: string; camera: string[]; broker?: string; force: boolean; yes: boolean; json: boolean };

export function initCommand(): Command {
  return new Command('init')
    .description('find cameras and a broker, write a configuration to start with')
    .option('-o, --output <file>', 'where it is written', DEFAULT_FILE)
    .option(
      '--camera <name=address>',
      'a network camera (rtsp:// or http://); may be given again',
      (one: string, all: string[]) => [...all, one],
      [],
    )
    .option('--broker <address>', 'MQTT broker (mqtt:// or mqtts://)')
    .option('--force', 'replace a configuration that is there', false)
    .option('-y, --yes', 'ask nothing', false)
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      const isAsked = !options.yes && process.stdin.isTTY && process.stdout.isTTY;
      const cameras = [...options.camera.map(namedCamera), ...(await findCameras())];
      for (const { name, words } of cameras) remark(`Camera ${name}: ${words}`);
      let { broker } = options;
      broker ??= (await hasBroker()) ? 'mqtt://127.0.0.1:1883' : undefined;
      if (isAsked) {
        if (cameras.length === 0) {
          const address = await ask('Address of a network camera (rtsp://user:password@host/path), or nothing: ');
          if (address !== '') cameras.push(namedCamera(`camera=${address}`));
        }
        broker ??= (await ask('Address of your MQTT broker (mqtt://user:password@host), or nothing: ')) || undefined;
      }
      if (cameras.length === 0) {
        throw new CortexdError('no_input', 'Expected a camera but found none on this machine', {
          hint: 'Name a network camera: --camera porch=rtsp://user:password@host/path',
        });
      }
      remark(
        broker === undefined
          ? 'No broker found; MQTT is switched off in the configuration'
          : `Broker: ${withoutLogin(broker).url}`,
      );
      const { text, secrets } = compose({ cameras, broker: broker === undefined ? null : withoutLogin(broker) });
      const files = writeConfig(options.output, text, secrets, options.force);
      // What was written must be readable again.
      loadConfig(options.output);
      if (options.json)
        print(JSON.stringify({ files, cameras: cameras.map(({ name }) => name), broker: broker !== undefined }));
      else print([...files.map((file) => `Wrote ${file}`), 'Try it out with: cortexd doctor'].join('\n'));
    });
}

/** `porch=rtsp://…` */
function namedCamera(text: string): FoundCamera {
  const [, name, address] = /^([A-Za-z0-9][A-Za-z0-9_-]{0,63})=(.+)$/.exec(text) ?? [];
  const type = /^rtsps?:\/\//.test(address ?? '') ? 'rtsp' : /^https?:\/\//.test(address ?? '') ? 'http' : null;
  if (name === undefined || address === undefined || type === null) {
    throw new CortexdError(
      'usage',
      'Expected --camera NAME=ADDRESS with an address of rtsp:// or http:// but received something else',
      {
        hint: 'For example --camera porch=rtsp://user:password@192.168.1.20/stream2',
      },
    );
  }
  return {
    name,
    words: `network camera at ${new URL(withoutLogin(address).url).host}`,
    source: { type, url: address },
  };
}

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}
