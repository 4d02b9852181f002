// ffmpeg with a V4L2 device: where the command line asks for one, a test picture of the size and rate asked for takes its
// place, refused as a real device would refuse it. By the device's name:
//   busy   hangs   quits (after two seconds)   slow-format (knows only yuyv422)      anything else works
const { spawn, spawnSync } = require('node:child_process');
const { basename, delimiter } = require('node:path');
const args = process.argv.slice(2);
const path = process.env.PATH.split(delimiter).filter((folder) => folder !== process.env.DOUBLES);
const run = (all) => {
  const child = spawn('ffmpeg', all, { stdio: [0, 1, 2, 3], env: { ...process.env, PATH: path.join(delimiter) } });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 255 : code));
};
const at = args.findIndex((word, i) => word === '-f' && args[i + 1] === 'v4l2');
if (at < 0) run(args);
else {
  const input = args.indexOf('-i', at);
  const options = args.slice(at + 2, input);
  const option = (name) => options[options.indexOf(name) + 1];
  const device = args[input + 1];
  const fail = (message) => {
    process.stderr.write(`[video4linux2,v4l2 @ 0x55] ${message}\n${device}: Input/output error\n`);
    process.exit(1);
  };
  const unknown = options.filter(
    (word, i) => i % 2 === 0 && !['-input_format', '-video_size', '-framerate'].includes(word),
  );
  if (unknown.length > 0) fail(`Unrecognized option '${unknown[0].slice(1)}'.`);
  const kind = basename(device);
  if (kind === 'busy') fail(`ioctl(VIDIOC_STREAMON): Device or resource busy`);
  if (kind === 'slow-format' && option('-input_format') !== 'yuyv422')
    fail('Cannot find a proper format for codec mjpeg: Invalid argument');
  const rate = Number(option('-framerate'));
  const source = `testsrc2=size=${option('-video_size')}:rate=${rate}${kind === 'quits' ? ':duration=2' : ''}`;
  if (kind === 'hangs') spawnSync('sleep', ['600']);
  else run([...args.slice(0, at), '-re', '-f', 'lavfi', '-i', source, ...args.slice(input + 2)]);
}
