import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { packageFile } from '../../src/package-root.ts';
import { shortFolder } from '../support/folder.ts';
import { until } from '../support/until.ts';

const PROGRAM = fileURLToPath(
  new URL(`./onoff-program${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url),
);

/** Why this machine cannot show a look-alike of the kernel's interface, or false. */
function hindrance(): string | false {
  if (process.getuid?.() !== 0) return 'only root can mount a look-alike of /sys/class/gpio';
  if (!existsSync('/dev/fuse')) return 'this machine has no /dev/fuse';
  if (spawnSync('pkg-config', ['--exists', 'fuse3']).status !== 0) return 'libfuse3-dev is not installed';
  return false;
}

test(
  'the real onoff drives an output and hears edges, on a look-alike of the kernel interface',
  { skip: hindrance() },
  async (t) => {
    const folder = shortFolder(t);
    const program = join(folder, 'gpiofs');
    const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'fuse3']).toString().trim().split(/\s+/);
    execFileSync('gcc', ['-O1', packageFile('test/support/gpiofs.c'), '-o', program, ...flags]);
    const mount = join(folder, 'mnt');
    mkdirSync(mount);
    const fuse: ChildProcess = spawn(program, ['-f', '-o', 'entry_timeout=0,attr_timeout=0', mount], {
      stdio: 'inherit',
    });
    t.teardown(() => {
      spawnSync('umount', ['-l', mount]);
      fuse.kill('SIGKILL');
    });
    await until('the look-alike is mounted', () => existsSync(join(mount, 'export')));
    // Over /sys/class/gpio, which onoff has built in, but only in a mount namespace of its own.
    const script = `mount -t tmpfs none /sys/class && mkdir /sys/class/gpio && mount --bind ${mount} /sys/class/gpio && exec ${process.execPath} ${PROGRAM}`;
    const child = spawn('unshare', ['-m', 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (output += text.toString()));
    child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
    await until('the program has ended', () => child.exitCode !== null, 30_000);
    t.equal(child.exitCode, 0, errors);
    t.same(JSON.parse(output || '{}'), {
      description: 'onoff (pinctrl-bcm2711, base 512)',
      alarm: ['0', '1', '0', '1'],
      heard: ['present', 'absent', 'short', 'long'],
    });
    t.notOk(existsSync(join(mount, 'gpio529')), 'closing gave the line back');
  },
);
