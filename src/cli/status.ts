/**
 * status.ts - `cortexd status`: how the running daemon is doing.
 */
import { Command } from 'commander';
import type { BusStatus } from '../mqtt/bus.ts';
import type { HealthRecord } from '../records/bridge.ts';
import { snakeKeys } from '../records/snake-keys.ts';
import type { PredictionQualityRecord } from '../records/prediction-quality.ts';
import { configOption, jsonOption, stateDirectoryOption } from './common.ts';
import { askDaemon, stateDirectoryOf } from './control-client.ts';
import { formatTable, print } from './output.ts';
import { API } from '../web/api/path.ts';

/** What the daemon answers. */
export type Status = HealthRecord & { version: string; pins: string; broker: BusStatus | null };

export function statusCommand(): Command {
  return new Command('status')
    .description('show how the running daemon is doing; exit code 69 when none runs')
    .addOption(configOption())
    .addOption(stateDirectoryOption())
    .addOption(jsonOption())
    .action(async (options: { config?: string; stateDirectory?: string; json: boolean }) => {
      const status = JSON.parse(
        (await askDaemon(stateDirectoryOf(options), 'GET', `${API}/status`)).toString(),
      ) as Status;
      print(options.json ? JSON.stringify(snakeKeys(status)) : describeStatus(status));
    });
}

function describeBroker(broker: BusStatus | null): string {
  if (broker === null) return 'off';
  const { state, url, protocol, reason, hint } = broker;
  const why = reason === null ? '' : `: ${reason}${hint === null ? '' : `. ${hint}`}`;
  return `${state} (${url}${protocol === null ? '' : `, MQTT ${protocol}`})${why}`;
}

export function describeStatus(status: Status): string {
  const rows = status.cameras.map((camera) => [
    camera.camera,
    camera.state,
    camera.fps,
    camera.step,
    camera.step_ms.toFixed(2),
    camera.dropped,
    camera.bad_frames,
    `${camera.segments}/${camera.segment_capacity}`,
    camera.things,
    camera.checkpoint_step,
  ]);
  const sensors = status.streams.map((sensor) => [
    sensor.stream,
    sensor.state,
    sensor.step,
    sensor.step_ms.toFixed(2),
    sensor.missing,
    sensor.bad_values,
    sensor.checkpoint_step,
  ]);
  const predictions = status.cameras.flatMap(({ camera, prediction }) =>
    prediction === null ? [] : describePrediction(camera, prediction),
  );
  return [
    `cortexd ${status.version}, up ${status.uptime_s} s, ${status.rss_mb} MB, clock ${status.clock_synced ? 'synchronised' : 'not synchronised'}`,
    `broker ${describeBroker(status.broker)}, outbox ${status.outbox_depth}, pins ${status.pins}`,
    ...(rows.length === 0
      ? []
      : [
          formatTable([
            ['camera', 'state', 'fps', 'step', 'step ms', 'dropped', 'bad', 'segments', 'thresholds x', 'saved step'],
            ...rows,
          ]),
        ]),
    ...(predictions.length === 0
      ? []
      : [
          formatTable([
            ['camera', 'prediction of', 'log loss', 'base rate', 'persistence', 'Brier', 'off by', 'scored'],
            ...predictions,
          ]),
        ]),
    ...(sensors.length === 0
      ? []
      : [formatTable([['stream', 'state', 'step', 'step ms', 'missing', 'bad', 'saved step'], ...sensors])]),
  ].join('\n');
}

function describePrediction(camera: string, quality: PredictionQualityRecord): (string | number)[][] {
  const rows = [
    { name: 'next state', ...quality.next_state },
    { name: 'next visit', ...quality.next_episode },
    ...quality.activity.map((entry) => ({ name: `activity within ${entry.horizon_s} s`, ...entry })),
  ];
  return rows
    .filter(({ questions }) => questions > 0)
    .map(({ name, log_loss: loss, brier, calibration_error: off, questions }) => {
      const losses = [loss.model, loss.base_rate, loss.persistence].map((value) => value.toFixed(3));
      return [camera, name, ...losses, brier.model.toFixed(3), `${(off * 100).toFixed(1)} %`, questions];
    });
}
