/**
 * mqtt-transcript.ts - writes docs/mqtt-demo.txt: what `mosquitto_sub -v` prints while the demo runs in real time.
 *
 *     npm run build && node dist/scripts/mqtt-transcript.js [seconds]
 *
 * The page docs/mqtt.md shows the file. Pictures are told by their size; very long lines are cut.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { packageFile } from '../src/package-root.ts';
import { wholeNumber } from './whole-number.ts';

const LONGEST = 700;
const seconds = wholeNumber('seconds', process.argv[2] ?? '40', 1);
const demo = spawn(
  process.execPath,
  [packageFile('dist/src/cli/main.js'), 'demo', '--for', `${seconds + 5}s`, '--port', '0', '--mqtt-port', '0'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const port = await new Promise<string>((resolve, reject) => {
  let text = '';
  demo.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    const found = /mosquitto_sub -p (\d+)/.exec(text)?.[1];
    if (found !== undefined) resolve(found);
  });
  demo.once('exit', () => reject(new Error(`The demo ended: ${text}`)));
});

const lines: string[] = [];
/** Every line of a subscriber, in the order in which they come. */
function subscribe(...args: readonly string[]): ChildProcess {
  const child = spawn('mosquitto_sub', ['-p', port, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    const parts = (rest + piece).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) lines.push(line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line);
  });
  return child;
}
const pictures = ['snapshot', 'heatmap', 'predicted'].map((name) => `cortexd/+/+/${name}`);
const subscribers = [
  subscribe('-v', '-t', 'cortexd/#', ...pictures.flatMap((topic) => ['-T', topic])),
  subscribe('-F', '%t [JPEG, %l bytes]', ...pictures.flatMap((topic) => ['-t', topic])),
];
const sleep = (ms: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, ms));
const say = (topic: string, payload: string): ChildProcess =>
  spawn('mosquitto_pub', ['-p', port, '-q', '1', '-t', `cortexd/demo/${topic}`, '-m', payload]);
await sleep((seconds * 1000) / 2);
say('street/label/set', 'car');
say('bridge/request/snapshot.create', '{"name":"demo","transaction":1}');
say('bridge/request/health', '');
say('street/mask/corner/set', '[[0,0],[0.1,0],[0.1,0.1]]');
await sleep((seconds * 1000) / 4);
say('street/feedback/set', 'normal');
await sleep((seconds * 1000) / 4);
for (const subscriber of subscribers) subscriber.kill();
const ended = once(demo, 'exit');
demo.kill('SIGINT');
await ended;
writeFileSync(packageFile('docs/mqtt-demo.txt'), `${lines.join('\n')}\n`);
console.log(`docs/mqtt-demo.txt: ${lines.length} messages`);
