/**
 * run.ts - `cortexd run`: the daemon in the foreground, as systemd starts it.
 */
import { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { Daemon } from '../daemon/daemon.ts';
import { createLogger, underJournal } from '../daemon/service/log.ts';
import { ServiceManager } from '../daemon/service/service-manager.ts';
import { untilSignal } from '../daemon/service/signals.ts';
import { configOption } from './common.ts';

const HELP = `
Watches the cameras of the configuration until SIGTERM or SIGINT, then saves the models and ends.
A second signal ends at once, without saving. SIGHUP reads again what takes effect at once (docs/config.md).

Example:
  cortexd run --config /etc/cortexd/config.yaml`;

export function runCommand(): Command {
  return new Command('run')
    .description('run the daemon')
    .addOption(configOption())
    .addHelpText('after', HELP)
    .action(async ({ config: file }: { config?: string }) => {
      while (await runOnce(file));
    });
}

/** One life of the daemon; resolves to whether it is to begin anew. */
async function runOnce(file: string | undefined): Promise<boolean> {
  const loaded = loadConfig(file);
  const log = createLogger(loaded.config.log.level, (line) => process.stdout.write(line), underJournal(process.env));
  for (const warning of loaded.warnings) log.warn(warning);
  const service = new ServiceManager();
  const daemon = await Daemon.start({ loaded, log, service, reread: () => loadConfig(file) });
  let restarts = false;
  const asked = daemon.restartAsked.then(() => (restarts = true));
  try {
    await untilSignal({
      until: Promise.race([daemon.failure, asked]),
      reload: () => {
        Promise.resolve()
          .then(() => daemon.reload(loadConfig(file)))
          .catch((error: unknown) => {
            log.error({ err: error }, 'The configuration was not read again; going on as before');
          });
      },
    });
  } finally {
    log.info(restarts ? 'Restarting' : 'Stopping');
    await daemon.stop(restarts);
    service.close();
    log.info('Stopped');
  }
  return restarts;
}
