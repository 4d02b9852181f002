import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { describeConfig, exampleConfig } from '../../src/config/describe.ts';
import { ConfigError, type Problem, loadConfig, parseConfig } from '../../src/config/load.ts';

const CAMERA = 'cameras:\n  porch:\n    source: {type: file, path: porch.mp4}\n';

function problemsOf(text: string): readonly Problem[] {
  try {
    parseConfig(text, '/etc/c.yaml', {});
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

void test('a camera is enough: everything else has a default', async (t) => {
  const { config, baseTopic, node, stateDirectory } = parseConfig(CAMERA, '/etc/cortexd/c.yaml', {
    STATE_DIRECTORY: '/var/lib/cortexd',
  });
  t.match(config.cameras['porch'], { preset: 'pi4', learning: true, source: { path: '/etc/cortexd/porch.mp4' } });
  t.equal(config.mqtt.url, 'mqtt://127.0.0.1:1883');
  t.equal(baseTopic, `cortexd/${node}`);
  t.equal(stateDirectory, '/var/lib/cortexd');
});

void test('the example is accepted', async (t) => {
  t.strictSame(problemsOf(exampleConfig()), []);
});

void test('every kind of mistake is named with its place', async (t) => {
  const cases: readonly [text: string, line: number, key: string, message: RegExp][] = [
    [`${CAMERA}mqtt:\n  urll: x\n`, 5, 'mqtt.urll', /did you mean "url"/],
    [
      `${CAMERA}mqtt:\n  keepalive_s: soon\n`,
      5,
      'mqtt.keepalive_s',
      /whole number from 5 to 3600 s but received "soon"/,
    ],
    [`${CAMERA}mqtt:\n  keepalive_s: 1\n`, 5, 'mqtt.keepalive_s', /from 5 to 3600 s but received 1/],
    [`${CAMERA}web: {enabled: yes please}\n`, 4, 'web.enabled', /true or false/],
    [`${CAMERA}log: {level: loud}\n`, 4, 'log.level', /one of debug, info, warn, error/],
    [`${CAMERA}    preset: pi9\n`, 4, 'cameras.porch.preset', /pi-zero2, pi4, pi5/],
    [`${CAMERA}    width: 130\n`, 4, 'cameras.porch.width', /multiple of 4 px but received 130/],
    [`${CAMERA}    crop: [0.5, 0, 0.6, 1]\n`, 4, 'cameras.porch.crop', /inside the picture/],
    [
      'cameras:\n  porch:\n    source: {type: tape}\n',
      3,
      'cameras.porch.source',
      /type rpicam, v4l2, rtsp, http, file, images, synthetic/,
    ],
    ['cameras:\n  porch:\n    source: {type: file}\n', 3, 'cameras.porch.source.path', /missing/],
    ['cameras:\n  "a/+":\n    source: {type: synthetic}\n', 2, 'cameras.a/+', /letters \(a-z\), digits/],
    [`${CAMERA}    crop: [0, 1]\n`, 4, 'cameras.porch.crop', /at least 4 entries but received a list of 2/],
    [
      `${CAMERA}    zones: {a: [[0, 0], [1, 1]]}\n`,
      4,
      'cameras.porch.zones.a',
      /at least 3 entries but received a list of 2/,
    ],
    [`${CAMERA}mqtt: {base_topic: "a/#"}\n`, 4, 'mqtt.base_topic', /Expected/],
    [`${CAMERA}mqtt: {cert_file: a.pem}\n`, 4, 'mqtt.cert_file', /together/],
    [`${CAMERA}mqtt: {password: a, password_file: b}\n`, 4, 'mqtt.password_file', /both/],
    [`${CAMERA}${CAMERA}`, 4, 'YAML', /unique/],
    ['cameras: [\n', 2, 'YAML', /./],
    ['', 1, 'cameras', /at least one camera/],
    ['hello\n', 1, 'configuration', /section of settings but received "hello"/],
    ['cameras: {porch: null}\n', 1, 'cameras.porch', /section of settings/],
    [`a: &a [1]\nb: &b [${'*a,'.repeat(150)}]\nc: [${'*b,'.repeat(150)}]\n`, 1, 'YAML', /alias/],
  ];
  for (const [text, line, key, message] of cases) {
    t.match(problemsOf(text), [{ line, key, message }], text);
  }
});

void test('all problems are told at once, in the order of the file', async (t) => {
  const problems = problemsOf(`${CAMERA}    presett: pi4\nweb: {port: -1}\nmqtt: {urll: x}\n`);
  t.strictSame(
    problems.map(({ line, key }) => [line, key]),
    [
      [4, 'cameras.porch.presett'],
      [5, 'web.port'],
      [6, 'mqtt.urll'],
    ],
  );
});

void test('secrets come from file, credentials directory or environment and are never shown', async (t) => {
  const folder = t.testdir({ secret: 'from-file\n', credentials: { 'mqtt-password': 'from-credentials' } });
  const file = join(folder, 'c.yaml');
  const passwordOf = (mqtt: string, env: NodeJS.ProcessEnv): string | undefined =>
    parseConfig(`${CAMERA}mqtt: ${mqtt}\n`, file, env).password;
  t.equal(passwordOf('{password_file: secret}', {}), 'from-file');
  t.equal(passwordOf('{}', { CREDENTIALS_DIRECTORY: join(folder, 'credentials') }), 'from-credentials');
  t.equal(passwordOf('{password: "${MQTT_PASSWORD}"}', { MQTT_PASSWORD: 'from-environment' }), 'from-environment');
  t.throws(() => passwordOf('{password: "${NOT_SET}"}', {}), { code: 'config' });
  t.throws(() => passwordOf('{password_file: nowhere}', {}), { code: 'config' });
  const shown = describeConfig(parseConfig(`${CAMERA}mqtt: {url: "mqtt://u:hush1@h", password: hush2}\n`, file, {}));
  t.notMatch(shown, /hush/);
  t.match(shown, /\*\*\*/);
});

void test('an inline password in a file that everyone can read is warned about', async (t) => {
  const file = join(t.testdir({}), 'c.yaml');
  writeFileSync(file, `${CAMERA}mqtt: {password: a}\n`);
  chmodSync(file, 0o644);
  t.match(loadConfig(file, {}).warnings, [/chmod o-r/]);
  chmodSync(file, 0o600);
  t.strictSame(loadConfig(file, {}).warnings, []);
});

void test('a missing file is a plain error', async (t) => {
  t.throws(() => loadConfig('/nowhere/c.yaml', {}), { code: 'config', message: /Expected a configuration file/ });
});

test('an empty credential of the service manager is no password', (t) => {
  const credentials = t.testdir({ 'mqtt-password': '' });
  const text = 'cameras: { a: { source: { type: synthetic } } }\n';
  t.equal(parseConfig(text, '/c.yaml', { CREDENTIALS_DIRECTORY: credentials }).password, undefined);
  writeFileSync(join(credentials, 'mqtt-password'), 'pw\n');
  t.equal(parseConfig(text, '/c.yaml', { CREDENTIALS_DIRECTORY: credentials }).password, 'pw');
  t.end();
});

test('who only asks the daemon needs none of the passwords', (t) => {
  const text = `mqtt: { password_file: none }
cameras: { a: { source: { type: rtsp, url: "rtsp://10.0.0.9/x", username: u, password_file: none } } }
`;
  t.throws(() => parseConfig(text, '/c.yaml', {}), { code: 'config', message: /\/none/ });
  t.match(parseConfig(text, '/c.yaml', {}, false), { password: undefined, baseTopic: /cortexd/ });
  t.end();
});

void test('zones and masks are named in any language, one way of writing each, and nothing else is taken', async (t) => {
  const triangle = '[[0, 0], [1, 0], [1, 1]]';
  const named = `${CAMERA}    zones: {Tür zum Garten: ${triangle}, 玄関: ${triangle}, "Tu\u0308r": ${triangle}}\n`;
  const { config } = parseConfig(named, '/etc/c.yaml', {});
  t.strictSame(Object.keys(config.cameras['porch']!.zones), ['Tür zum Garten', '玄関', 'T\u00FCr']);
  for (const name of ['a/b', 'a+b', '"a\\u202Eb"', '" a"']) {
    const [problem] = problemsOf(`${CAMERA}    zones: {${name}: ${triangle}}\n`);
    t.match(problem, { line: 4, message: /Expected a name of letters, digits, spaces, _ and -, at most 64/ }, name);
  }
});
