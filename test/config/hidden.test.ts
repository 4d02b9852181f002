/** hidden.test.ts - what is secret is in no message and no dump; what a name of a machine becomes. */
import { test } from 'tap';
import { withoutSecrets } from '../../src/config/describe.ts';
import { parseConfig } from '../../src/config/load.ts';
import { nodeNameOf } from '../../src/config/node-name.ts';
import { withoutUser } from '../../src/config/hidden.ts';

const CAMERA = 'cameras:\n  a: { source: { type: synthetic } }\nstate_directory: s\n';

test('a secret that is wrong is named and not shown', async (t) => {
  for (const [text, secret] of [
    ['mqtt: { password: 84261937 }', '84261937'],
    ['mqtt: { url: "mqtt//ha:pw5@broker" }', 'pw5'],
    ['mqtt: { fallback_urls: ["mqtt//ha:pw6@broker"] }', 'pw6'],
    ['mqtt: { password: [hunter2] }', 'hunter2'],
    ['cameras: { b: { source: { type: rtsp, url: "rtsp://u:pw7@host:99999/x" } } }', 'pw7'],
    ['cameras: { b: { source: { type: http, url: "htp://u:pw8@host" } } }', 'pw8'],
    ['cameras: { b: { source: { type: http, url: "http://host", password: 8452 } } }', '8452'],
  ] as const) {
    const error = t.throws(() => parseConfig(text.startsWith('cameras') ? text : CAMERA + text, '/c.yaml'), {
      code: 'config',
    }) as Error;
    t.notMatch(error.message, new RegExp(secret), text);
    t.match(error.message, /not shown: it is secret/, text);
  }
  t.throws(() => parseConfig(`${CAMERA}mqtt: { password: !secret mqtt_pw }`, '/c.yaml'), {
    message: /c\.yaml:4:.*received the tag !secret of Home Assistant, which .*; for a password use password_file/,
  });
});

test('the effective configuration has no secret in it, by the schema and not by its look', async (t) => {
  const text = `${CAMERA}mqtt: { url: "mqtts://ha:p@ss/w:rd@broker:8883/x?key=k1", password: "p4", fallback_urls: ["mqtt://u:p5@b"] }`;
  const shown = JSON.stringify(withoutSecrets(parseConfig(text, '/c.yaml')));
  for (const secret of ['p@ss', 'w:rd', 'k1', 'p4', 'p5']) t.notMatch(shown, new RegExp(secret), secret);
  t.match(shown, /mqtts:\/\/\*\*\*@broker:8883\/x\?\*\*\*/);
  t.equal(withoutUser('not an address'), '***');
});

test('a name that does not fit is told as what would fit, not as the sentence about the setting', async (t) => {
  t.throws(() => parseConfig(`${CAMERA}node: "a b"`, '/c.yaml'), {
    message: /node: Expected a name of letters \(a-z\), digits, _ and -, at most 64 but received "a b"/,
  });
});

test('machines with other names have other topics, and one without a name has one', async (t) => {
  t.equal(nodeNameOf('kitchen'), 'kitchen');
  t.equal(nodeNameOf('kitchen.home.arpa'), 'kitchen-home-arpa');
  t.not(nodeNameOf('Küche'), nodeNameOf('Köche'));
  t.match(nodeNameOf('Küche'), /^K-che-[0-9a-f]{6}$/);
  t.match(nodeNameOf('台所'), /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/);
  t.equal(nodeNameOf(''), 'cortexd');
});

test('a state directory is worked out only where none is given', async (t) => {
  t.equal(parseConfig(CAMERA, '/c.yaml', {}).stateDirectory, '/s');
  const text = CAMERA.replace('state_directory: s\n', '');
  t.equal(parseConfig(text, '/c.yaml', { STATE_DIRECTORY: '/a:/b' }).stateDirectory, '/a');
  t.equal(parseConfig(text, '/c.yaml', { XDG_STATE_HOME: '/x' }).stateDirectory, '/x/cortexd');
});
