/** streams.test.ts - number sensors in the configuration: defaults by source, and everything that can be wrong. */
import { test } from 'tap';
import { ConfigError, parseConfig } from '../../src/config/load.ts';

const parse = (text: string) => parseConfig(text, '/etc/cortexd/config.yaml', {});
/** The problems of a text as "line key: message". */
function problemsOf(text: string): string[] {
  try {
    parse(text);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ line, key, message }) => `${line} ${key}: ${message}`);
  }
}

test('sensors alone are a configuration; sources get their defaults and absolute paths', async (t) => {
  const { config } = parse(`streams:
  boiler: { source: { type: mqtt, topic: home/boiler } }
  cpu: { source: { type: file, path: temp } }
  old: { source: { type: csv, path: /data/old.csv, column: b }, scale: 0.5 }
`);
  t.same(config.cameras, {});
  t.match(config.streams['boiler'], { scale: 1, seed: 1, learning: true, sensitivity: 1, lost_after_s: 3600 });
  t.same(config.streams['cpu']!.source, { type: 'file', path: '/etc/cortexd/temp', interval_s: 60 });
  t.same(config.streams['old']!.source, { type: 'csv', path: '/data/old.csv', column: 'b', interval_s: 0 });
});

test('every problem is told at once, with its line', async (t) => {
  t.same(
    problemsOf(`mqtt: { enabled: false }
cameras:
  porch: { source: { type: synthetic } }
streams:
  porch: { source: { type: file, path: x } }
  a: { source: { type: mqtt, topic: home/# } }
`),
    [
      '5 streams.porch: Expected a name of its own but a camera has the same',
      '6 streams.a.source: Expected mqtt.enabled to be true for a source of type mqtt',
      '6 streams.a.source.topic: Expected a topic but it holds a wildcard (+ or #)',
    ],
  );
  t.same(problemsOf('streams:\n  a: { source: { type: serial, path: x } }\n'), [
    '2 streams.a.source: Expected a source of type mqtt, file, csv but received type "serial"',
  ]);
  t.same(problemsOf('streams:\n  a: { source: { type: file, pth: x } }\n'), [
    '2 streams.a.source.path: Expected a value but it is missing',
    '2 streams.a.source.pth: Unknown setting (did you mean "path"?)',
  ]);
  t.match(problemsOf('streams:\n  a: { source: { type: file, path: x, interval_s: 0 } }\n'), [
    /interval_s: Expected a number from 0\.1 to 86400 s but received 0/,
  ]);
  t.match(problemsOf('{}'), [/cameras: Expected at least one camera or one of streams/]);
});
