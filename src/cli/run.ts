/**
 * run.ts - `cortexd run`: the daemon in the foreground, as systemd starts it.
 */
import { Command } from 'commander';
import { type LoadedConfig, loadConfig, ownOf } from '../config/load.ts';
import { compactHeaps } from '../daemon/service/compact-heaps.ts';
import { Daemon, type DaemonOptions } from '../daemon/daemon.ts';
import { createLogger, formatLine, underJournal } from '../daemon/service/log.ts';
import { LogSink } from '../daemon/service/log-sink.ts';
import { ServiceManager } from '../daemon/service/service-manager.ts';
import { untilSignal } from '../daemon/service/signals.ts';
import { clusterUrls, configOption } from './common.ts';
import { EXIT } from './exit-codes.ts';
import { RESTART_CODE, isSupervised, runAgain } from './run-again.ts';

const HELP = `
Watches the cameras of the configuration until SIGTERM or SIGINT, then saves the models and ends.
A second signal, half a second later or more, ends at once, without saving. SIGHUP reads again what takes effect at once
(docs/config.md).

Examples:
  cortexd run --config /etc/cortexd/config.yaml
  cortexd run --cluster nats://10.0.0.1,10.0.0.2,10.0.0.3`;

/** The last lines of the log may take so long (ms), and whatever keeps the process from ending after that. */
const LOG_LIMIT_MS = 1000;
const END_LIMIT_MS = 3000;

export function runCommand(): Command {
  return new Command('run')
    .description('run the daemon')
    .addOption(configOption())
    .option(
      '--cluster <urls>',
      'share network cameras with other machines over this NATS cluster: nats://a,b,c (docs/fleet.md)',
      clusterUrls,
    )
    .addHelpText('after', HELP)
    .action(async ({ config: file, cluster }: { config?: string; cluster?: readonly string[] }) => {
      // What the daemon writes is for its own user.
      process.umask(0o077);
      compactHeaps();
      const service = new ServiceManager(process.env, (what, reason) => failed(what, reason));
      const isService = service.isPresent || process.env['INVOCATION_ID'] !== undefined;
      const sink = new LogSink((lost, reason) => line(40, `${lost} lines of the log were lost: ${reason}`));
      const log = (level: number, text: string): void => sink.line(line(level, text));
      const failed = (what: string, reason: string): void =>
        log(40, `The service manager cannot be told (${what}): ${reason}`);
      // What is meant for this process is not handed on to those it starts.
      for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete process.env[name];
      try {
        const restarts = await runOnce(() => loadConfig(file, process.env, true, cluster), service, sink);
        if (!restarts) return;
        // A service manager starts us again; by hand another process is started, and this one only passes signals on.
        if (isService) log(30, 'Ending to be started again by the service manager');
        else process.exitCode = isSupervised() ? RESTART_CODE : await runAgain();
      } finally {
        service.close();
        await sink.drained(LOG_LIMIT_MS);
        // A thread that hangs, or a handle that somebody forgot, must not keep a service "activating" for ever.
        setTimeout(() => process.exit(), END_LIMIT_MS).unref();
      }
    });
}

/** One life of the daemon; resolves to whether it is to begin anew. */
async function runOnce(load: () => LoadedConfig, service: ServiceManager, sink: LogSink): Promise<boolean> {
  const loaded = load();
  const log = createLogger(loaded.config.log.level, sink.line, underJournal(process.env));
  for (const warning of loaded.warnings) log.warn(warning);
  const reread = (): LoadedConfig => ownOf(load());
  const daemon = await Daemon.start({ loaded: ownOf(loaded), log, service, reread, ...(await fleetOf(loaded)) });
  let restarts = false;
  const asked = daemon.restartAsked.then(() => (restarts = true));
  try {
    await untilSignal({
      until: Promise.race([daemon.failure, asked]),
      reload: () => {
        Promise.resolve()
          .then(() => daemon.reload(reread()))
          .catch((error: unknown) => {
            log.error({ err: error }, 'The configuration was not read again; going on as before');
          });
      },
    });
  } catch (error) {
    log.fatal({ err: error }, 'Something inside has broken; ending in order');
    process.exitCode = EXIT.internal;
    throw error;
  } finally {
    log.info(restarts ? 'Restarting' : 'Stopping');
    await daemon.stop();
    log.info('Stopped');
  }
  return restarts;
}

/** Read only where there is a fleet: nobody else pays for it. */
async function fleetOf({ config }: LoadedConfig): Promise<Pick<DaemonOptions, 'fleet'>> {
  if (config.cluster === undefined) return {};
  const { FleetWork } = await import('../daemon/fleet/fleet-work.ts');
  return { fleet: (host) => FleetWork.start(host) };
}

function line(level: number, msg: string): string {
  return `${formatLine(JSON.stringify({ level, time: Date.now(), msg }), underJournal(process.env))}\n`;
}
