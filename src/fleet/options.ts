/**
 * options.ts - the cluster section of the configuration in the terms of the link.
 */
import type { LoadedConfig } from '../config/load.ts';
import type { LinkOptions } from './link.ts';

/** `name`: of the connection. There must be a cluster section. */
export function linkOptions({ config, clusterPassword }: LoadedConfig, name: string): LinkOptions {
  const cluster = config.cluster!;
  return {
    urls: cluster.urls,
    name,
    leaseMs: cluster.lease_s * 1000,
    credentialsFile: cluster.credentials_file,
    nkeyFile: cluster.nkey_file,
    username: cluster.username,
    password: clusterPassword,
    caFile: cluster.ca_file,
    certFile: cluster.cert_file,
    keyFile: cluster.key_file,
  };
}
