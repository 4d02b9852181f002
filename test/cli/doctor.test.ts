import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { test } from 'tap';
import { checkNode } from '../../src/cli/doctor/machine.ts';
import { parseModules } from '../../src/cli/init/find.ts';
import { loadConfig } from '../../src/config/load.ts';
import { Mosquitto } from '../mqtt/brokers.ts';
import { httpServer, jpeg } from '../support/camera-server.ts';
import { shortFolder } from '../support/folder.ts';
import { cortexd } from '../support/program.ts';

type Report = { faults: number; findings: { check: string; state: string; message: string; fix?: string }[] };

test(
  'every check that fails comes with a fix, every one that works says what it saw',
  { timeout: 120_000 },
  async (t) => {
    const folder = shortFolder(t);
    const picture = await jpeg(1, 320, 240);
    const url = await httpServer(t, (request, response) => {
      if (request.headers.authorization === `Basic ${Buffer.from('viewer:s3cret').toString('base64')}`)
        response.writeHead(200, { 'content-type': 'image/jpeg' }).end(picture);
      else response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    const broker = await Mosquitto.start();
    t.teardown(() => broker.close());
    writeFileSync(join(folder, 'pw'), 's3cret\n', { mode: 0o600 });
    const config = join(folder, 'config.yaml');
    const yaml = `
state_directory: ${folder}/state
mqtt: { url: "${broker.url}" }
cameras:
  porch: { source: { type: http, url: "${url}/snap", username: viewer, password_file: pw } }
  gate: { source: { type: http, url: "${url}/snap" } }
`;
    writeFileSync(config, yaml, { mode: 0o600 });
    const pictures = join(folder, 'look');
    const { code, stdout } = await cortexd('doctor', '--config', config, '--json', '--pictures', pictures);
    const { faults, findings } = JSON.parse(stdout) as Report;
    const of = (check: string) => findings.find((finding) => finding.check === check);
    t.equal(code, 1);
    t.match(of('camera porch'), { state: 'ok', message: /porch\.jpg/ });
    t.match(of('camera gate'), { state: 'fault', message: /401/, fix: /password_file/ });
    t.match(of('broker'), { state: 'ok' });
    t.match(of('daemon'), { state: 'note' });
    t.match(of('ffmpeg'), { state: 'ok', message: /ffmpeg version/ });
    t.equal(faults, findings.filter(({ state }) => state === 'fault').length);
    t.ok((await sharp(join(pictures, 'porch.jpg')).metadata()).width >= 512, 'a picture to look at');
    t.notOk(existsSync(join(folder, 'state')), 'looking creates nothing');
    t.notMatch(stdout, /s3cret/);
    writeFileSync(config, yaml.replace(broker.url, 'mqtt://127.0.0.1:1').replace(/ {2}gate.*\n/, ''), { mode: 0o600 });
    const words = await cortexd('doctor', '--config', config);
    t.match(words, { code: 1, stdout: /FAULT {2}broker: .*\n {7}-> Is the broker running/ });
  },
);

test('a broken configuration is a finding, and Node.js of Debian 12 is told where to get a newer one', async (t) => {
  const folder = t.testdir({ 'c.yaml': 'cameras: { a: { source: { type: tape } } }\n' });
  const { code, stdout } = await cortexd('doctor', '--config', join(folder, 'c.yaml'), '--json');
  t.equal(code, 1);
  t.match((JSON.parse(stdout) as Report).findings.at(-1), {
    check: 'configuration',
    state: 'fault',
    message: /source of type/,
  });
  t.match(checkNode('18.20.4'), { state: 'fault', fix: /\.deb/ });
  t.match(checkNode('20.19.0'), { state: 'ok' });
});

test('init writes a configuration that is right, with passwords in files only the daemon can read', async (t) => {
  const folder = t.testdir();
  const file = join(folder, 'config.yaml');
  const args = [
    'init',
    '--yes',
    '--output',
    file,
    '--camera',
    'porch=rtsp://viewer:s%40cret@10.0.0.9/sub',
    '--broker',
    'mqtt://ha:pw2@10.0.0.2',
  ];
  const { code, stdout, stderr } = await cortexd(...args);
  t.equal(code, 0, stderr);
  t.notMatch(stdout + stderr + readFileSync(file, 'utf8'), /s%40cret|s@cret|pw2/);
  for (const secret of ['porch-password', 'mqtt-password']) t.equal(statSync(join(folder, secret)).mode & 0o777, 0o600);
  const { config, password } = loadConfig(file);
  t.match(config.cameras['porch']?.source, {
    type: 'rtsp',
    url: 'rtsp://10.0.0.9/sub',
    username: 'viewer',
    password: 's@cret',
  });
  t.equal(config.mqtt.url, 'mqtt://10.0.0.2');
  t.equal(password, 'pw2');
  t.match(await cortexd(...args), { code: 64, stderr: /there is one.*--force/s });
  t.match(await cortexd('init', '--yes', '--output', join(folder, 'x.yaml'), '--camera', 'nonsense'), { code: 64 });
  const shown = await cortexd('config', 'show', '--config', file);
  t.match(shown, { code: 0, stdout: /password: "?\*\*\*/ });
  t.notMatch(shown.stdout, /s@cret|pw2/);
});

test('camera modules are read from what rpicam-hello lists', (t) => {
  const list = `Available cameras
-----------------
0 : imx708 [4608x2592 10-bit RGGB] (/base/axi/pcie@120000/rp1/i2c@88000/imx708@1a)
    Modes: 'SRGGB10_CSI2P' : 1536x864 [120.13 fps - (768, 432)/3072x1728 crop]
1 : ov5647 [2592x1944 10-bit GBRG] (/base/axi/pcie@120000/rp1/i2c@80000/ov5647@36)
`;
  t.match(parseModules(list), [
    { name: 'camera0', words: /imx708/, source: { type: 'rpicam', camera: 0 } },
    { name: 'camera1', source: { camera: 1 } },
  ]);
  t.same(parseModules('No cameras available!'), []);
  t.end();
});

test('config check opens what the configuration names', async (t) => {
  const folder = t.testdir({ empty: {}, 'letter.mp4': 'not a film' });
  execFileSync('ffmpeg', [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=64x48:rate=5:duration=1',
    join(folder, 'good.mp4'),
  ]);
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    `mqtt: { ca_file: none.pem }
cameras:
  a: { source: { type: file, path: gone.mp4 } }
  b: { source: { type: images, path: empty } }
  c: { source: { type: file, path: letter.mp4 } }
  d: { source: { type: v4l2, device: /dev/video99 } }
  e: { source: { type: file, path: good.mp4 } }
  bridge: { source: { type: file, path: good.mp4 } }
`,
  );
  const { code, stderr } = await cortexd('config', 'check', config);
  t.equal(code, 78);
  t.match(stderr, /6 problems/);
  const lines = [...stderr.matchAll(/config\.yaml:(\d+):/g)].map(([, line]) => Number(line));
  t.same(lines, [1, 3, 4, 5, 6, 8], 'in the order of the file, what contradicts itself among them');
  for (const [line, key] of [
    [1, 'mqtt.ca_file'],
    [3, 'cameras.a.source.path'],
    [4, 'cameras.b.source.path'],
    [5, 'cameras.c.source.path'],
    [6, 'cameras.d.source.device'],
    [8, 'cameras.bridge'],
  ] as const)
    t.match(stderr, new RegExp(`:${line}:\\d+ ${key.replaceAll('.', '\\.')}: `));
});

test('tags that are not known are refused by name, and names that belong to cortexd are too', async (t) => {
  const folder = t.testdir({
    'secret.yaml': 'mqtt:\n  password: !secret mqtt_pw\ncameras: { a: { source: { type: synthetic } } }\n',
    'bridge.yaml': 'cameras:\n  bridge: { source: { type: synthetic } }\n',
    'rpicam.yaml': 'cameras:\n  a: { source: { type: rpicam, width: 500 } }\n',
  });
  t.match(await cortexd('config', 'check', join(folder, 'secret.yaml')), {
    code: 78,
    stderr: /:2:\d+ YAML: .*!secret.*password_file/,
  });
  t.match(await cortexd('config', 'check', join(folder, 'bridge.yaml')), {
    code: 78,
    stderr: /:2:\d+ cameras\.bridge: .*another name/,
  });
  t.match(await cortexd('config', 'check', join(folder, 'rpicam.yaml')), { code: 78, stderr: /multiple of 64/ });
});

test('what only looks never makes a database, and says so', async (t) => {
  const folder = join(shortFolder(t), 'state');
  mkdirSync(folder);
  const where = ['--state-directory', folder];
  for (const args of [
    ['snapshot', 'list'],
    ['db', 'check'],
    ['db', 'backup', join(folder, 'b.db')],
    ['db', 'compact'],
    ['events'],
  ])
    t.match(await cortexd(...args, ...where), { code: 66, stderr: /Expected a database/ }, args.join(' '));
  t.match(await cortexd('status', ...where), { code: 69 });
  t.notOk(existsSync(join(folder, 'cortexd.db')));
  t.notOk(existsSync(join(folder, 'b.db')));
});

/** Why this cannot be tried as a user without rights; false where it can. */
function whyNotAsNobody(): string | false {
  if (process.getuid?.() !== 0) return 'needs root to become another user';
  const program = new URL('../../src/cli/main.js', import.meta.url).pathname;
  for (let folder = program; folder !== '/'; folder = dirname(folder))
    if ((statSync(folder).mode & (folder === program ? 0o4 : 0o1)) === 0) return `other users may not read ${folder}`;
  return false;
}

test('a user without rights gets a sentence and what to do', { skip: whyNotAsNobody() }, async (t) => {
  const folder = shortFolder(t);
  mkdirSync(join(folder, 'state'), { mode: 0o700 });
  writeFileSync(join(folder, 'config.yaml'), `state_directory: ${folder}/state\n`, { mode: 0o600 });
  chmodSync(folder, 0o755);
  const script = `process.setgid(65534); process.setgroups([]); process.setuid(65534);
    await import(${JSON.stringify(new URL('../../src/cli/main.js', import.meta.url).href)});`;
  const asNobody = (...args: string[]): string => {
    try {
      // Without what the test runner adds to the environment: it would write into a folder that nobody may write to.
      execFileSync(process.execPath, ['--input-type=module', '-e', script, '--', ...args], {
        stdio: 'pipe',
        env: { PATH: process.env['PATH'] },
      });
      return 'worked';
    } catch (error) {
      return String((error as { stderr: Buffer }).stderr);
    }
  };
  const byConfig = asNobody('cortexd', 'status', '--config', join(folder, 'config.yaml'));
  t.match(byConfig, /EACCES.*\nHint: .*group cortexd/);
  t.notMatch(byConfig, /at .*\/src\/.*\.js:/);
  t.match(
    asNobody('cortexd', 'status', '--state-directory', join(folder, 'state')),
    /may not\nHint: .*usermod -aG cortexd/,
  );
});
