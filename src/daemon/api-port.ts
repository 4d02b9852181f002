/**
 * api-port.ts - what the API asks, answered by the running daemon.
 */
import { withoutSecrets } from '../config/describe.ts';
import type { LoadedConfig } from '../config/load.ts';
import { cortexSettings } from '../config/camera-settings.ts';
import { planCortex, planTable } from '../cortex/plan.ts';
import { CortexdError, messageOf } from '../errors.ts';
import { VERSION } from '../package-root.ts';
import type { FleetOverview } from '../fleet/overview.ts';
import type { HealthRecord } from '../records/bridge.ts';
import { timestamp } from '../records/from-observation.ts';
import type { ScoreSpan } from '../store/looking-back.ts';
import type { StoreClient } from '../store/store-client.ts';
import type { ApiPort, ConfigState } from '../web/api/port.ts';
import type { LiveHub } from '../web/live.ts';
import type { Camera } from './camera/camera.ts';
import type { Commands } from './control/commands.ts';
import type { ModelSnapshots } from './control/model-snapshots.ts';
import type { RuntimeSettings } from './control/runtime-settings.ts';
import type { Logger } from './service/log.ts';

export type ApiSources = {
  readonly live: LiveHub;
  readonly log: () => Logger;
  readonly loaded: () => LoadedConfig;
  /** Reads the configuration again, as a restart would; throws what is wrong with it. */
  readonly reread: () => LoadedConfig;
  readonly store: () => StoreClient;
  readonly settings: () => RuntimeSettings;
  readonly commands: () => Commands;
  readonly snapshots: () => ModelSnapshots;
  readonly cameras: () => ReadonlyMap<string, Camera>;
  readonly fleet: () => FleetOverview | null;
  readonly status: () => Promise<HealthRecord & { readonly version: string }>;
  readonly isReady: () => boolean;
  readonly link: () => string | null;
};

/** A disk that hangs does not keep a page waiting for longer (ms). */
const DISK_LIMIT_MS = 8000;
/** Spans up to this are told by the second, from memory. */
const BY_SECOND_MS = 900_000;

export function apiPort(sources: ApiSources): ApiPort {
  const { live, loaded, cameras, settings, commands, store } = sources;
  const camera = (name: string): Camera => {
    const found = cameras().get(name);
    if (found !== undefined) return found;
    throw new CortexdError('unavailable', `Expected camera ${name} to be watched but it is not yet, or not any more`);
  };
  const ask: StoreClient['call'] = (method, ...args) => store().callWithin(DISK_LIMIT_MS, method, ...args);
  return {
    version: VERSION,
    live,
    broke: (asked, error) => sources.log().error({ err: error }, `A request could not be answered: ${asked}`),
    isReady: sources.isReady,
    status: sources.status,
    fleet: sources.fleet,
    config: () => configState(loaded(), sources.reread),
    watched: () => watchedOf(loaded(), cameras()),
    settings: (name) => settings().valuesOf(name),
    isQuiet: (name) => cameras().get(name)?.looking.quiet.isQuiet(Date.now()) ?? false,
    command: (command) => commands().carryOut({ ...command, transaction: null }),
    nameOf: (name) => commands().modelNamed(name).name,
    events: (filter) => ask('events', filter),
    event: (id) => ask('event', id),
    eventPicture: (id) => ask('picture', id),
    stripTimes: (id) => ask('stripTimes', id),
    stripPicture: (id, index) => ask('stripPicture', id, index),
    scores: async (name, fromMs, toMs, points) => {
      if (toMs - fromMs <= BY_SECOND_MS && fromMs >= Date.now() - BY_SECOND_MS - 1000)
        return live.secondsOf(name, fromMs, toMs);
      const kept = await ask('scoreSpans', name, timestamp(fromMs), timestamp(toMs), points);
      return withNewest(kept, live.secondsOf(name, fromMs, toMs), (toMs - fromMs) / 1000 / points);
    },
    evidence: async (name, sinceMs) => {
      const kept = await ask('evidence', name, timestamp(sinceMs));
      const waiting = camera(name).looking.waitingEvidence;
      return { minutes: kept.minutes, evidence: [...kept.evidence, ...waiting] };
    },
    portrait: (name) => camera(name).looking.portrait(),
    predictedPicture: (name) => camera(name).looking.predicted.jpeg(),
    plan: (name) => {
      const plan = planCortex(cortexSettings(loaded().config.cameras[name]!, camera(name).looking.size));
      const { totalBytes, persistentBytes } = plan.memory;
      return { total_bytes: totalBytes, saved_bytes: persistentBytes, fields: planTable(plan) };
    },
    kinds: (name) =>
      camera(name).looking.kinds.map(({ kind, count, lastAtMs, columns, picture }) => ({
        kind,
        count,
        last_at: timestamp(lastAtMs),
        columns,
        has_picture: picture !== null,
      })),
    kindPicture: (name, wanted) => camera(name).looking.kinds.find(({ kind }) => kind === wanted)?.picture ?? null,
    snapshots: {
      create: (name, of) => sources.snapshots().create(name, of),
      list: () => sources.snapshots().list(),
      restore: (name, of) => sources.snapshots().restore(name, of),
      undo: (of) => sources.snapshots().undo(of),
      remove: (name) => sources.snapshots().remove(name),
      exportFile: (name) => sources.snapshots().exportFile(name),
      importFile: (name, file) => sources.snapshots().importFile(name, file),
    },
    verifySnapshot: (name) => store().call('verifySnapshot', name),
    diffSnapshots: (name, other) => store().call('diffSnapshots', name, other),
    restart: async () => {
      await commands().carryOut({ kind: 'request', verb: 'restart', body: {}, transaction: null });
    },
    link: sources.link,
  };
}

function watchedOf({ config }: LoadedConfig, cameras: ReadonlyMap<string, Camera>): ReturnType<ApiPort['watched']> {
  return [
    ...Object.entries(config.cameras).map(([name, { source, preset }]) => {
      const size = cameras.get(name)?.looking.size;
      const [width, height] = [size?.width ?? null, size?.height ?? null];
      return { name, kind: 'camera' as const, width, height, source: source.type, preset };
    }),
    ...Object.entries(config.streams).map(([name, { source }]) => ({
      name,
      kind: 'sensor' as const,
      width: null,
      height: null,
      source: source.type,
      preset: null,
    })),
  ];
}

function configState(loaded: LoadedConfig, reread: () => LoadedConfig): ConfigState {
  const state = { file: loaded.file ?? null, effective: withoutSecrets(loaded) };
  try {
    reread();
    return { ...state, problems: [], hint: null };
  } catch (error) {
    const hint = error instanceof CortexdError ? (error.hint ?? null) : null;
    return { ...state, problems: messageOf(error).split('\n'), hint };
  }
}

/** Minutes that are not written yet are known by the second. */
function withNewest(kept: readonly ScoreSpan[], seconds: readonly ScoreSpan[], stepS: number): readonly ScoreSpan[] {
  const step = Math.max(60, Math.ceil(stepS / 60) * 60);
  const last = kept.at(-1);
  const from = last === undefined ? -Infinity : last[0] + step;
  const spans = new Map<number, [number, number, number, number]>();
  for (const [at, mean, max, frames] of seconds) {
    const start = Math.floor(at / step) * step;
    if (start < from) continue;
    const span = spans.get(start) ?? [start, 0, 0, 0];
    span[1] = (span[1] * span[3] + mean * frames) / (span[3] + frames);
    span[2] = Math.max(span[2], max);
    span[3] += frames;
    spans.set(start, span);
  }
  return [...kept, ...spans.values()];
}
