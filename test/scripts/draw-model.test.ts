import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { test } from 'tap';
import { drawModel } from '../../scripts/draw-model.ts';
import { packageFile } from '../../src/package-root.ts';

void test('the pictures in docs/model.md are what the model shows today', { timeout: 240_000 }, async (t) => {
  const { pictures, graph } = drawModel();
  t.equal(readFileSync(packageFile('docs/pictures/states-of-the-scene.svg'), 'utf8'), graph, 'npm run pictures');
  for (const [name, { rgb, width, height }] of pictures) {
    const { data, info } = await sharp(packageFile(`docs/pictures/${name}.png`))
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    t.same([info.width, info.height], [width, height], name);
    t.ok(Buffer.from(rgb).equals(data), `${name}.png is as drawn; npm run pictures`);
  }
});
