/**
 * config.ts - `cortexd config check|show|schema`.
 */
import { Command } from 'commander';
import { configJsonSchema, describeConfig, withoutSecrets } from '../config/describe.ts';
import { ConfigError, inspectConfig, loadConfig, sortProblems } from '../config/load.ts';
import { planCortex } from '../cortex/plan.ts';
import { cortexSettings } from '../config/camera-settings.ts';
import { configOption, jsonOption } from './common.ts';
import { configProblems } from './config-files.ts';
import { print, remark } from './output.ts';

export function configCommand(): Command {
  const command = new Command('config').description('check and show the configuration');
  command
    .command('check')
    .argument('[file]', 'configuration file')
    .description('name every problem with its line; exit code 78 if there is one')
    .addOption(configOption())
    .action(async (argument: string | undefined, { config: option }: { config?: string }) => {
      const { loaded, problems: contradictions } = inspectConfig(argument ?? option);
      for (const warning of loaded.warnings) remark(`Warning: ${warning}`);
      const problems = [...contradictions, ...(await configProblems(loaded))];
      if (problems.length > 0) throw new ConfigError(loaded.file, sortProblems(problems));
      const models = Object.entries(loaded.config.cameras).map(([name, camera]) => {
        const { totalBytes } = planCortex(cortexSettings(camera)).memory;
        return `${name} (${camera.preset}, ${(totalBytes / (1 << 20)).toFixed(1)} MiB)`;
      });
      print(`${loaded.file} is fine. Cameras: ${models.join(', ')}`);
    });
  command
    .command('show')
    .description('print the effective configuration, defaults filled in, secrets hidden')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(({ config: file, json }: { config?: string; json: boolean }) => {
      const loaded = loadConfig(file);
      print(json ? JSON.stringify(withoutSecrets(loaded)) : describeConfig(loaded).trimEnd());
    });
  command
    .command('schema')
    .description('print the JSON Schema of the configuration file')
    .action(() => print(JSON.stringify(configJsonSchema(), null, 2)));
  return command;
}
