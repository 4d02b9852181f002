/**
 * broker.ts - whether the broker lets us in, asked with a client id of its own so that a running daemon is not thrown out.
 */
import { randomBytes } from 'node:crypto';
import { connectAsync } from 'mqtt';
import { withoutUser } from '../../config/hidden.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { busOptions } from '../../mqtt/options.ts';
import { explainRefusal } from '../../mqtt/refusal.ts';
import { type Finding, fault, ok } from './finding.ts';

const LIMIT_MS = 8000;

export async function checkBroker(loaded: LoadedConfig): Promise<Finding> {
  if (!loaded.config.mqtt.enabled) return ok('broker', 'MQTT is switched off');
  const { urls, username, password, tls } = busOptions(loaded);
  const url = urls[0]!;
  try {
    const client = await connectAsync(
      url,
      {
        clientId: `cortexd-doctor-${randomBytes(4).toString('hex')}`,
        clean: true,
        connectTimeout: LIMIT_MS,
        reconnectPeriod: 0,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
        ...(tls.ca === undefined ? {} : { ca: tls.ca }),
        ...(tls.cert === undefined ? {} : { cert: tls.cert }),
        ...(tls.key === undefined ? {} : { key: tls.key }),
        ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
      },
      false,
    );
    await client.endAsync(true);
    return ok('broker', `${withoutUser(url)} lets us in`);
  } catch (error) {
    const { reason, hint } = explainRefusal(error, null);
    return fault('broker', `${withoutUser(url)}: ${reason}`, hint ?? undefined);
  }
}
