import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { test } from 'tap';
import { MASK_GREY } from '../../src/capture/preprocess.ts';
import { Listener, Mosquitto } from '../mqtt/brokers.ts';
import { shortFolder } from '../support/folder.ts';
import { Running } from '../support/program.ts';
import { until } from '../support/until.ts';

test('what is expected next comes as a picture, in which a mask drawn later hides what was learned before', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const listener = await Listener.open(broker.url);
  t.teardown(() => listener.close());
  const file = join(shortFolder(t), 'cortexd.yaml');
  writeFileSync(
    file,
    `node: test
state_directory: state
mqtt: { url: "${broker.url}", home_assistant: false }
web: { enabled: false }
cameras:
  street:
    source: { type: synthetic, scene: lanes, fps: 10, fast_frames: 3000, anomalies_from: 1000000 }
    preset: pi-zero2
    width: 96
    height: 72
`,
  );
  const daemon = new Running(['run', '--config', file]);
  t.teardown(() => daemon.end('SIGKILL'));
  const pictures = (): Buffer[] =>
    listener.heard.filter(({ topic }) => topic === 'cortexd/test/street/predicted').map(({ payload }) => payload);
  /** Grey levels of the left half of the picture's middle band, where the road is. */
  const road = async (jpeg: Buffer): Promise<Uint8Array> => {
    const { width, height } = await sharp(jpeg).metadata();
    const [top, tall, wide] = [0.4, 0.3, 0.45].map((share) => Math.round(share * height));
    return sharp(jpeg)
      .extract({ left: 0, top: top!, width: Math.min(width, wide!), height: tall! })
      .greyscale()
      .raw()
      .toBuffer();
  };
  const isGrey = (plane: Uint8Array): boolean => plane.every((value) => Math.abs(value - MASK_GREY) < 12);
  await until('a picture', () => pictures().length > 0, 60_000);
  t.notOk(isGrey(await road(pictures()[0]!)), 'the road and what drives on it');

  const last = (): string | undefined => listener.of('cortexd/test/street/mask/road').at(-1);
  await listener.publish('cortexd/test/street/mask/road/set', '[[0,0.2],[0.5,0.2],[0.5,0.9],[0,0.9]]');
  await until('the mask', () => last() !== undefined);
  const before = pictures().length;
  // The first may have been drawn while the mask came.
  await until('pictures of what passes beside the mask', () => pictures().length > before + 2, 60_000);
  for (const picture of pictures().slice(before + 1)) t.ok(isGrey(await road(picture)), 'nothing of it is shown');
  t.equal(await daemon.end('SIGTERM'), 0);
});
