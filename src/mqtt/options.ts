/**
 * options.ts - the mqtt section of the configuration in the terms of Bus. Certificates are read here, once, at the start.
 */
import { readFileSync } from 'node:fs';
import type { LoadedConfig } from '../config/load.ts';
import { CortexdError, messageOf } from '../errors.ts';
import type { BusOptions } from './bus.ts';
import type { Qos } from './link.ts';
import { stableClientId } from './client-id.ts';
import { topicProblem } from './topics.ts';

/** Throws CortexdError('config') when a certificate or key cannot be read, or the base topic is none. */
export function busOptions({ config, baseTopic, password }: LoadedConfig): Omit<BusOptions, 'log' | 'outbox'> {
  const { mqtt } = config;
  const problem = topicProblem(baseTopic);
  if (problem !== null) {
    throw new CortexdError('config', `Expected a topic for mqtt.base_topic but received "${baseTopic}": ${problem}`, {
      hint: 'Use levels of letters, digits, _ and - with / between them.',
    });
  }
  return {
    urls: [mqtt.url, ...mqtt.fallback_urls],
    clientId: mqtt.client_id ?? stableClientId(baseTopic),
    username: mqtt.username,
    password,
    keepaliveS: mqtt.keepalive_s,
    retryMs: [Math.min(1000, mqtt.retry_longest_s * 1000), mqtt.retry_longest_s * 1000],
    baseTopic,
    delivery: {
      stateQos: mqtt.state_qos as Qos,
      eventQos: mqtt.event_qos as Qos,
      streamQos: mqtt.stream_qos as Qos,
      retain: mqtt.retain,
    },
    tls: {
      serverName: mqtt.server_name,
      ca: readSetting('mqtt.ca_file', mqtt.ca_file),
      cert: readSetting('mqtt.cert_file', mqtt.cert_file),
      key: readSetting('mqtt.key_file', mqtt.key_file),
    },
  };
}

function readSetting(key: string, path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CortexdError('config', `Expected a file for ${key} but received: ${messageOf(error)}`, {
      hint: 'Check the path and that the daemon may read it.',
    });
  }
}
