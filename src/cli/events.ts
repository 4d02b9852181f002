/**
 * events.ts - `cortexd events`: the journal, with the daemon running or stopped.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { timeInText } from '../capture/time-text.ts';
import { CortexdError } from '../errors.ts';
import { CAUSES, type EventRecord } from '../records/event.ts';
import { timestamp } from '../records/from-observation.ts';
import { refuseOverwriting, writeWhole } from '../store/whole-file.ts';
import { openJournal } from '../store/reader.ts';
import { configOption, jsonOption, stateDirectoryOption, wholeNumber } from './common.ts';
import { stateDirectoryOf } from './control-client.ts';
import { formatTable, print } from './output.ts';

type Options = {
  config?: string;
  stateDirectory?: string;
  json: boolean;
  camera?: string;
  cause?: string;
  since?: string;
  until?: string;
  limit: number;
  picture?: string;
  force?: boolean;
};

export function eventsCommand(): Command {
  const shared = (command: Command): Command =>
    command.addOption(configOption()).addOption(stateDirectoryOption()).addOption(jsonOption());
  const command = shared(new Command('events'))
    .description('list events from the journal, newest first')
    .option('--camera <name>', 'only this camera')
    .addOption(new Option('--cause <cause>', 'only this cause').choices(CAUSES))
    .option('--since <time>', 'only events that started at or after this time (ISO 8601)', isoTime)
    .option('--until <time>', 'only events that started before this time (ISO 8601)', isoTime)
    .option('--limit <n>', 'at most so many', wholeNumber(1, 100_000), 20)
    .action((options: Options) => {
      const { camera, cause, since, until, limit } = options;
      const filter = {
        ...(camera && { camera }),
        ...(cause && { cause }),
        ...(since && { since }),
        ...(until && { until }),
        limit,
      };
      const events = withJournal(options, (journal) => journal.events(filter));
      if (options.json) for (const event of events) print(JSON.stringify(event));
      else print(listing(events));
    });
  shared(command.command('show <id>').description('one event in full; the beginning of its id is enough'))
    .option('--picture <file>', 'write its picture (JPEG) to a new file')
    .option('--force', 'overwrite a file that is there', false)
    .action((id: string, _: Options, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const { event, picture } = withJournal(options, (journal) => {
        const found = journal.event(id.toUpperCase());
        if (!found)
          throw new CortexdError('usage', `Expected the id of one event but received "${id}"`, {
            hint: 'See: cortexd events',
          });
        return { event: found, picture: journal.picture(found.id) };
      });
      if (options.picture !== undefined) {
        if (!picture) throw new CortexdError('usage', `Expected a picture with event ${event.id} but there is none`);
        refuseOverwriting(options.picture, options.force ?? false);
        writeWhole(options.picture, picture);
      }
      print(JSON.stringify(event, null, options.json ? 0 : 2));
    });
  return command;
}

function withJournal<T>(options: Options, work: (journal: ReturnType<typeof openJournal>['journal']) => T): T {
  const { journal, close } = openJournal(stateDirectoryOf(options));
  try {
    return work(journal);
  } finally {
    close();
  }
}

function isoTime(text: string): string {
  // Without a zone it is UTC, as all times are that are printed.
  const time = timeInText(text);
  if (time === null)
    throw new InvalidArgumentError('Expected a time in UTC such as 2026-11-23 or 2026-11-23T09:30:00Z.');
  return timestamp(time.utcMs ?? time.localMs);
}

function listing(events: readonly EventRecord[]): string {
  if (events.length === 0) return 'No such events.';
  const rows = events.map(({ id, started_at, ended_at, camera, cause, peak, zones, explanation }) => [
    id,
    started_at,
    ended_at === null ? 'open' : `${((Date.parse(ended_at) - Date.parse(started_at)) / 1000).toFixed(1)} s`,
    camera,
    cause,
    peak.toFixed(2),
    zones.join(','),
    explanation,
  ]);
  return formatTable([['id', 'started', 'lasted', 'camera', 'cause', 'peak', 'zones', 'explanation'], ...rows]);
}
