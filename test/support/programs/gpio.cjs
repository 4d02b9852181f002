// The tools of libgpiod on a chip that is a folder: `version` (1 or 2), `level-<line>` as it is held, `held-<line>` by whom,
// `edges-<line>` with edges to tell (numbers as this version prints them). Refuses what the real tool of that version refuses.
const { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync, watchFile } = require('node:fs');
const { join } = require('node:path');
const { DOUBLE: tool, DOUBLES: folder } = process.env;
const version = Number(readFileSync(join(folder, 'version'), 'utf8'));
const args = process.argv.slice(2);
const fail = (message) => {
  process.stderr.write(`${tool}: ${message}\n`);
  process.exit(1);
};
appendFileSync(join(folder, 'calls'), `${tool} ${args.join(' ')}\n`);
if (args[0] === '--version') {
  process.stdout.write(`${tool} (libgpiod) v${version === 1 ? '1.6.3' : '2.2.1'}\n`);
} else if (tool === 'gpiodetect') {
  process.stdout.write('gpiochip0 [pinctrl-bcm2711] (58 lines)\ngpiochip1 [raspberrypi-exp-gpio] (8 lines)\n');
} else {
  const known = {
    gpioset: { 1: ['--mode', '--active-low'], 2: ['--chip', '--consumer', '--active-low', '--toggle'] },
    gpiomon: {
      1: ['--line-buffered', '--active-low', '--format'],
      2: ['--chip', '--active-low', '--debounce-period', '--format'],
    },
  }[tool][version];
  const flags = ['--active-low', '--line-buffered'];
  const options = {};
  const rest = [];
  for (let i = 0; i < args.length; i++) {
    const [name, value] = args[i].split('=');
    if (!args[i].startsWith('--')) rest.push(args[i]);
    else if (!known.includes(name)) fail(`unrecognized option '${name}'`);
    else options[name] = flags.includes(name) ? true : (value ?? args[++i]);
  }
  const chip = version === 1 ? rest.shift() : options['--chip'];
  if (chip !== 'gpiochip0') fail(`cannot find GPIO chip character device '${chip}'`);
  const [line, level] = rest[0].split('=');
  const held = join(folder, `held-${line}`);
  // As in the kernel, a line is free when whoever held it is gone, however that was.
  const isHeld = () => {
    try {
      return process.kill(Number(readFileSync(held, 'utf8')), 0);
    } catch {
      return false;
    }
  };
  if (isHeld()) fail(`error requesting GPIO lines: Device or resource busy`);
  if (tool === 'gpioset') {
    const volts = options['--active-low'] ? 1 - Number(level) : Number(level);
    appendFileSync(join(folder, `level-${line}`), `${volts}\n`);
    if (options['--mode'] !== 'exit' && options['--toggle'] !== '0') {
      writeFileSync(held, String(process.pid));
      const end = () => {
        rmSync(held, { force: true });
        process.exit(0);
      };
      process.on('SIGTERM', end);
      process.on('SIGINT', end);
      setInterval(() => undefined, 1000);
    }
  } else {
    const file = join(folder, `edges-${line}`);
    let told = 0;
    const tell = () => {
      const edges = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
      for (; told < edges.length; told++) process.stdout.write(`${edges[told]}\n`);
    };
    watchFile(file, { interval: 10 }, tell);
    tell();
  }
}
