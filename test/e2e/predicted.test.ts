import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { test } from 'tap';
import { MASK_GREY } from '../../src/capture/preprocess.ts';
import { Listener, Mosquitto } from '../mqtt/brokers.ts';
import { shortFolder } from '../support/folder.ts';
import { Running } from '../support/program.ts';
import { until } from '../support/until.ts';

/** A street that is watched as fast as it comes at first; `masks`: a line of the configuration. */
function configure(folder: string, brokerUrl: string, masks = ''): string {
  const file = join(folder, 'cortexd.yaml');
  writeFileSync(
    file,
    `node: test
state_directory: state
mqtt: { url: "${brokerUrl}", home_assistant: false }
web: { enabled: false }
cameras:
  street:
    source: { type: synthetic, scene: lanes, fps: 10, fast_frames: ${masks === '' ? 3000 : 0}, anomalies_from: 1000000 }
    preset: pi-zero2
    width: 96
    height: 72
    ${masks}
`,
  );
  return file;
}

/** Grey levels of the left half of the picture's middle band, where the road is. */
async function road(jpeg: Buffer): Promise<Uint8Array> {
  const { width, height } = await sharp(jpeg).metadata();
  const [top, wide, tall] = [0.4 * height, 0.46 * width, 0.3 * height].map(Math.round);
  return sharp(jpeg).extract({ left: 0, top: top!, width: wide!, height: tall! }).greyscale().raw().toBuffer();
}
const isGrey = (plane: Uint8Array): boolean => plane.every((value) => Math.abs(value - MASK_GREY) < 12);

test('what is expected next comes as a picture; a mask drawn between two lives hides in it what was learned before', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const folder = shortFolder(t);
  const lives = [
    { masks: '', isHidden: false },
    { masks: 'masks: { road: [[0, 0.2], [0.5, 0.2], [0.5, 0.9], [0, 0.9]] }', isHidden: true },
  ];
  for (const { masks, isHidden } of lives) {
    const listener = await Listener.open(broker.url);
    const daemon = new Running(['run', '--config', configure(folder, broker.url, masks)]);
    t.teardown(() => daemon.end('SIGKILL'));
    const pictures = (): Buffer[] =>
      listener.heard.filter(({ topic }) => topic === 'cortexd/test/street/predicted').map(({ payload }) => payload);
    await until('pictures', () => pictures().length >= 3, 90_000);
    for (const picture of pictures()) t.equal(isGrey(await road(picture)), isHidden);
    t.equal(await daemon.end('SIGTERM'), 0);
    await listener.close();
  }
});
