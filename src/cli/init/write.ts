/**
 * write.ts - the configuration that `cortexd init` writes: the cameras, then every other setting as a comment; passwords in
 * files of their own that only the daemon can read.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { exampleConfig } from '../../config/describe.ts';
import { CortexdError } from '../../errors.ts';
import { writeWhole } from '../../store/whole-file.ts';

/** A password beside the configuration: name of its file, and what is in it. */
export type Secret = { readonly file: string; readonly password: string };

export type Wanted = {
  readonly cameras: readonly {
    readonly name: string;
    readonly words: string;
    readonly source: { readonly [key: string]: unknown };
  }[];
  readonly broker: { readonly url: string; readonly username: string; readonly password: string } | null;
};

/** An address without its login, and the login. */
export function withoutLogin(text: string): { url: string; username: string; password: string } {
  let url;
  try {
    url = new URL(text);
  } catch {
    throw new CortexdError(
      'usage',
      `Expected an address such as rtsp://camera/stream but received "${text.replace(/:[^:@/]*@/, ':***@')}"`,
    );
  }
  const login = { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  url.username = '';
  url.password = '';
  return { url: url.href, ...login };
}

/** The text of the configuration and the secrets it names. */
export function compose({ cameras, broker }: Wanted): { readonly text: string; readonly secrets: Secret[] } {
  const secrets: Secret[] = [];
  const keep = (file: string, password: string): { password_file?: string } => {
    if (password === '') return {};
    secrets.push({ file, password });
    return { password_file: file };
  };
  const entries = cameras.map(({ name, words, source }) => {
    const { url, ...rest } = source;
    let written = source;
    if (typeof url === 'string') {
      const { url: bare, username, password } = withoutLogin(url);
      written = { ...rest, url: bare, ...(username === '' ? {} : { username }), ...keep(`${name}-password`, password) };
    }
    const lines = stringify({ [name]: { source: written } })
      .trimEnd()
      .split('\n');
    return [`  # ${words}`, ...lines.map((line) => `  ${line}`)].join('\n');
  });
  const written =
    broker === null
      ? null
      : {
          url: broker.url,
          ...(broker.username === '' ? {} : { username: broker.username }),
          ...keep('mqtt-password', broker.password),
        };
  const mqtt =
    written === null
      ? 'mqtt:\n  enabled: false  # no broker was found; set url and take this line out'
      : stringify({ mqtt: written }).trimEnd();
  // The rest of the example, whose own cameras and broker go.
  const rest = exampleConfig();
  const from = rest.indexOf('\n\n', rest.indexOf('cameras:')) + 2;
  const others = rest
    .slice(from)
    .replace(/# The broker\.\n#mqtt:\n(#.*\n)*/, (all) => all.replace('#mqtt:\n', '# Further settings of mqtt:\n'));
  const head =
    '# cortexd configuration, written by "cortexd init"; docs/config.md describes every setting.\n# Try it out: cortexd doctor';
  return { text: [head, '', 'cameras:', ...entries, '', mqtt, '', others].join('\n'), secrets };
}

/** Write the configuration and its secrets. An existing file is only replaced with `force`. */
export function writeConfig(file: string, text: string, secrets: readonly Secret[], force: boolean): string[] {
  if (existsSync(file) && !force) {
    throw new CortexdError('usage', `Expected no configuration at ${file} yet but there is one`, {
      hint: 'Name another with --output FILE, or replace it with --force.',
    });
  }
  const owner = serviceUser();
  const written: string[] = [];
  const write = (path: string, content: string, mode: number): void => {
    writeWhole(path, Buffer.from(content));
    chmodSync(path, mode);
    // Written by root for the service: it must be able to read it, and nobody else.
    if (owner !== null) chownSync(path, mode === 0o600 ? owner.uid : 0, owner.gid);
    written.push(path);
  };
  for (const { file: name, password } of secrets) write(join(dirname(file), basename(name)), `${password}\n`, 0o600);
  write(file, text, 0o640);
  return written;
}

/** The user of the service, when root writes for it; null otherwise. */
function serviceUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  try {
    const ask = (what: string): number =>
      Number(execFileSync('id', [what, 'cortexd'], { stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: ask('-u'), gid: ask('-g') };
  } catch {
    return null;
  }
}
