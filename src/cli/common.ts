/**
 * common.ts - options that several commands share, and how their values are read.
 */
import { InvalidArgumentError, Option } from 'commander';

export function configOption(): Option {
  return new Option('-c, --config <file>', 'configuration file').env('CORTEXD_CONFIG');
}

export function stateDirectoryOption(): Option {
  return new Option('--state-directory <dir>', "the daemon's state directory, instead of a configuration");
}

export function jsonOption(): Option {
  return new Option('--json', 'print JSON instead of text').default(false);
}

/** `nats://a,b:4223` or a list of such, for commander. Each with scheme and port. */
export function clusterUrls(text: string): string[] {
  const [, scheme = ''] = /^([a-z]+):\/\//.exec(text) ?? [];
  const urls = text.split(',').map((one) => (one.includes('://') ? one : `${scheme}://${one}`).trim());
  if (text.includes('@')) {
    throw new InvalidArgumentError(
      'Expected servers without name and password, which everybody could read here; set cluster.credentials_file.',
    );
  }
  if (!urls.every((url) => /^(nats|tls):\/\/[A-Za-z0-9.:[\]_-]+$/.test(url)))
    throw new InvalidArgumentError('Expected servers such as nats://10.0.0.1,10.0.0.2 or tls://nats.home:4222.');
  return urls;
}

/** A whole number within limits, for commander. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** A number within limits, for commander. */
export function numberBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most)) {
      throw new InvalidArgumentError(`Expected a number from ${least} to ${most}.`);
    }
    return value;
  };
}

const SECONDS: { readonly [unit: string]: number } = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 };

/** A duration such as `60s`, `5m`, `1h` in milliseconds, for commander. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text);
  if (!match) throw new InvalidArgumentError('Expected a duration such as 60s, 5m or 1h.');
  return Number(match[1]) * (SECONDS[match[2] ?? 's'] ?? 1) * 1000;
}
