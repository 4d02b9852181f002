// Behaves like rpicam-vid as far as raw video on standard output goes: its log on stderr, SIGINT for a clean end, SIGTERM
// as the kernel does it, output held back without --flush, five seconds without --timeout 0, and these cameras:
//   0 well   1 none there   2 stops giving pictures after three   3 ignores SIGINT and SIGTERM   4 dies in the middle of a picture
//   5 in use by another program   6 repeats one picture for ever   7 as fast as the pipe takes it
const { parseArgs } = require('node:util');
const flag = { type: 'boolean', default: false };
const text = (fallback) => ({ type: 'string', default: fallback });
const { values } = parseArgs({
  options: {
    nopreview: flag,
    flush: flag,
    timeout: text('5000'),
    codec: text('h264'),
    camera: text('0'),
    width: text('640'),
    height: text('480'),
    framerate: text('30'),
    denoise: text('auto'),
    'buffer-count': text('0'),
    rotation: text('0'),
    output: text(''),
  },
});
const [camera, width, height, rate] = [values.camera, values.width, values.height, values.framerate].map(Number);
const fail = (message) => {
  process.stderr.write(`ERROR: *** ${message} ***\n`);
  process.exit(255);
};
process.stderr.write('[0:00:01.5] [42]  INFO Camera camera_manager.cpp:284 libcamera v0.3.2\n');
if (values.codec !== 'yuv420' || values.output !== '-') fail('this double only knows yuv420 on standard output');
if (camera === 1) fail('no cameras available');
if (camera === 5) fail('failed to acquire camera /base/soc/i2c0mux/i2c@1/imx708@1a: Device or resource busy');
process.stderr.write(`Mode selection for ${width}:${height}:12:P\n`);

let number = 0;
function picture() {
  const bytes = Buffer.alloc((width * height * 3) / 2, 128);
  const level = camera === 6 ? 90 : 40 + ((number * 7) % 160);
  for (let y = 0; y < height; y++)
    bytes.fill(y < height / 2 === (values.rotation === '0') ? level : 20, y * width, (y + 1) * width);
  number++;
  return bytes;
}
let held = Buffer.alloc(0);
function give() {
  let bytes = Buffer.concat([held, picture()]);
  held = Buffer.alloc(0);
  // A buffered stream writes whole blocks: the end of a picture waits for the next one.
  if (!values.flush) {
    const whole = bytes.length - (bytes.length % 4096) - 4096;
    held = bytes.subarray(whole);
    bytes = bytes.subarray(0, whole);
  }
  if (camera === 4 && number === 4) {
    process.stdout.write(bytes.subarray(0, bytes.length / 3), () => process.abort());
    return true;
  }
  return process.stdout.write(bytes);
}
if (camera === 7) {
  const flood = () => {
    while (give());
    process.stdout.once('drain', flood);
  };
  flood();
} else {
  const timer = setInterval(() => {
    give();
    if (camera === 2 && number === 3) {
      clearInterval(timer);
      process.stderr.write('ERROR: Device timeout detected, attempting a restart!!!\nCamera frontend has timed out!\n');
      setInterval(() => undefined, 1000);
    }
  }, 1000 / rate);
}
if (Number(values.timeout) > 0) setTimeout(() => process.exit(0), Number(values.timeout));
if (camera === 3) process.on('SIGTERM', () => undefined);
process.on('SIGINT', () => {
  if (camera !== 3) process.exit(0);
});
process.stdout.on('error', () => undefined);
