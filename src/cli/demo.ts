/**
 * demo.ts - `cortexd demo`: everything at once on a rendered street, without a camera, a broker or a configuration.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import type { CapturedFrame } from '../capture/types.ts';
import { parseConfig } from '../config/load.ts';
import { DEFAULT_PRESET, PRESETS, PRESET_NAMES, type PresetName } from '../cortex/settings.ts';
import { Daemon } from '../daemon/daemon.ts';
import { createLogger } from '../daemon/service/log.ts';
import type { Described } from '../daemon/camera/pipeline.ts';
import { ServiceManager } from '../daemon/service/service-manager.ts';
import { untilSignal } from '../daemon/service/signals.ts';
import { startEmbeddedBroker } from '../mqtt/embedded-broker.ts';
import type { EventRecord } from '../records/event.ts';
import type { PredictionRecord } from '../records/prediction.ts';
import { duration, wholeNumber } from './common.ts';
import { print } from './output.ts';

const HELP = `
A place with two ways that are used in strict turn is rendered and watched; the seed deals where they lie, how they are
seen and who goes there. The model first learns several minutes of it as fast
as the CPU allows, then the scene runs in real time, and now and then something breaks the routine. An MQTT broker on the
loopback address and a live page come with it. Nothing is left behind afterwards.

Examples:
  cortexd demo
  cortexd demo --for 60s
  mosquitto_sub -t 'cortexd/#' -v        (in another terminal)`;

type Options = { for?: number; seed: number; preset: PresetName; port: number; mqttPort: number; learnMinutes: number };

/** Frames after the fast part before the first break of the routine, and mean frames between two. */
const FIRST_BREAK = 60;
const BREAK_SPACING = 150;
const LEAST_CONFIDENCE = 0.5;

export function demoCommand(): Command {
  return new Command('demo')
    .description('show everything on a rendered scene: model, broker, live page')
    .option('--for <time>', 'end by itself after so long in real time, e.g. 60s', duration)
    .option('--seed <n>', 'another seed gives another street', wholeNumber(0, 2_147_483_647), 1)
    .addOption(new Option('--preset <name>', 'model size').choices(PRESET_NAMES).default(DEFAULT_PRESET))
    .option('--learn-minutes <n>', 'scene time learned first', wholeNumber(4, 600), 12)
    .option(
      '--port <n>',
      'port of the live page; another free one is taken when it is in use',
      wholeNumber(0, 65535),
      8787,
    )
    .option(
      '--mqtt-port <n>',
      'port of the broker; another free one is taken when it is in use',
      wholeNumber(0, 65535),
      1883,
    )
    .addHelpText('after', HELP)
    .action(run);
}

async function run(options: Options): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'cortexd-demo-'));
  const broker = await startEmbeddedBroker(options.mqttPort, true);
  const learnFrames = options.learnMinutes * 60 * PRESETS[options.preset].fps;
  const loaded = parseConfig(
    stringify(await demoConfig(options, directory, broker.url, learnFrames)),
    join(directory, 'demo.yaml'),
  );
  print(`Learning ${options.learnMinutes} minutes of a rendered street as fast as this machine can…`);
  const screen = new Screen(learnFrames);
  try {
    const log = createLogger('warn', (line) => process.stderr.write(line), false);
    const daemon = await Daemon.start({
      loaded,
      log,
      service: new ServiceManager({}),
      watch: (described, frame) => screen.show(described, frame),
    });
    try {
      const ended = screen.live.then(async () => {
        print(
          `Watching in real time. Live page: ${daemon.pageUrl ?? ''}  Broker: ${broker.url}  (mosquitto_sub -p ${broker.port} -t 'cortexd/#' -v)`,
        );
        print('Now and then the routine is broken on purpose; what was really done stands in [brackets].');
        // Without --for only a signal ends the demo.
        await new Promise((resolve) => (options.for === undefined ? undefined : setTimeout(resolve, options.for)));
      });
      const asked = daemon.restartAsked.then(() => print('A restart was asked for: the demo ends.'));
      await untilSignal({ until: Promise.race([ended, asked, daemon.failure]) });
    } finally {
      screen.close();
      await daemon.stop();
    }
  } finally {
    await broker.close();
    rmSync(directory, { recursive: true, force: true });
  }
  print(`Seen in real time: ${screen.alarms} alarms, ${screen.predictions} predictions.`);
  // Handles of a thread that is just ending must not hold the prompt.
  setTimeout(() => process.exit(), 1000).unref();
}

async function demoConfig(
  options: Options,
  directory: string,
  brokerUrl: string,
  learnFrames: number,
): Promise<object> {
  const band = (top: number, bottom: number): number[][] => [
    [0, top],
    [1, top],
    [1, bottom],
    [0, bottom],
  ];
  return {
    node: 'demo',
    state_directory: directory,
    mqtt: { url: brokerUrl },
    web: { port: (await isFree(options.port)) ? options.port : 0 },
    cameras: {
      street: {
        preset: options.preset,
        seed: options.seed,
        source: {
          type: 'synthetic',
          scene: 'street',
          seed: options.seed,
          fast_frames: learnFrames,
          anomalies_from: learnFrames + FIRST_BREAK,
          anomaly_spacing: BREAK_SPACING,
        },
        // Whatever the seed deals: what is far off is above, what is near is below.
        zones: { far: band(0, 0.45), near: band(0.45, 1) },
      },
    },
  };
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** By the clock of whoever looks on. */
function timeOfDay(at: string): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** What the terminal shows: a progress bar while learning (on a terminal), then a line per event and prediction. */
class Screen {
  alarms = 0;
  predictions = 0;
  /** Resolves when the fast part is over. */
  readonly live: Promise<void>;
  readonly #learnFrames: number;
  readonly #bar: SingleBar | undefined;
  #goLive: () => void = () => undefined;
  #isLive = false;
  #lastNext = '';

  constructor(learnFrames: number) {
    this.#learnFrames = learnFrames;
    this.live = new Promise((resolve) => (this.#goLive = resolve));
    if (process.stdout.isTTY) {
      this.#bar = new SingleBar({ format: 'learning {bar} {percentage} %  {value}/{total} frames', hideCursor: true });
      this.#bar.start(learnFrames, 0);
    }
  }

  show({ events, prediction }: Described, frame: CapturedFrame): void {
    if (!this.#isLive) {
      this.#bar?.update(frame.sequence + 1);
      if (frame.sequence + 1 < this.#learnFrames) return;
      this.#isLive = true;
      this.#bar?.stop();
      this.#goLive();
      return;
    }
    for (const event of events) this.#showEvent(event, frame);
    if (prediction !== null) this.#showPrediction(prediction);
  }

  close(): void {
    this.#bar?.stop();
  }

  #showEvent(event: EventRecord, { truth }: CapturedFrame): void {
    if (event.type === 'update') return;
    const time = timeOfDay(event.ended_at ?? event.started_at);
    if (event.type === 'end') {
      const seconds = (Date.parse(event.ended_at ?? event.started_at) - Date.parse(event.started_at)) / 1000;
      print(`${time}  over    ${event.cause.padEnd(8)} after ${seconds.toFixed(1)} s, peak ${event.peak.toFixed(2)}`);
      return;
    }
    const isAlert = event.severity === 'alert';
    if (isAlert) this.alarms++;
    const where = event.zones.length === 0 ? '' : ` at ${event.zones.join(', ')}`;
    const real = truth?.kind ? `   [${truth.kind.replaceAll('_', ' ')}]` : '';
    print(
      `${time}  ${isAlert ? 'ALARM ' : 'notice'}  ${event.cause.padEnd(8)} ${event.score.toFixed(2)}${where}: ${event.explanation}${real}`,
    );
  }

  #showPrediction({ at, next }: PredictionRecord): void {
    const [first] = next;
    if (!first || first.probability < LEAST_CONFIDENCE || first.state === this.#lastNext) return;
    this.#lastNext = first.state;
    this.predictions++;
    const [soonest, latest] = first.in_seconds;
    print(
      `${timeOfDay(at)}  expect  ${first.state} with ${Math.round(first.probability * 100)} % in ${soonest.toFixed(1)} to ${latest.toFixed(1)} s`,
    );
  }
}
