import { test } from 'tap';
import { planCortex } from '../../src/cortex/plan.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import { parseSignature, regionOf, shapeDifference, shapeInWords } from '../../src/memory/signature.ts';

test("a model's signature tells where each of its fields lies in a saved image", async (t) => {
  const { memory } = planCortex(PRESETS['pi-zero2']);
  const parsed = parseSignature(memory.signature);
  t.equal(parsed.length, memory.blocks.length);
  parsed.forEach((block, index) => {
    const { name, base, layout } = memory.blocks[index]!;
    const saved = layout.placements.filter(({ keep }) => keep !== 'scratch');
    if (block.name !== name || block.fields.length !== saved.length) return t.fail(`${block.name} is not ${name}`);
    const isEqual = saved.every(
      (field, i) => block.fields[i]!.name === field.name && block.fields[i]!.offset === base + field.offset,
    );
    return t.ok(isEqual, name);
  });
});

test('equal blocks, one per place, are one region', async (t) => {
  t.equal(regionOf('parts.memory.17'), 'parts.memory');
  t.equal(regionOf('global.memory'), 'global.memory');
});

test('a shape is told in words that a person can compare', async (t) => {
  const small = planCortex(PRESETS['pi-zero2']).memory;
  t.match(
    shapeInWords(small.signature, small.persistentBytes),
    /6256 pixels, 48 places.*global\.memory 2048 segments of \d+ synapses.* bytes/,
  );
  t.match(shapeInWords('something else', 5), /a shape this version does not know, 5 bytes/);
  t.throws(() => parseSignature('a{b:u9[1]}'), RangeError);
});

test('how two shapes differ is told in a few words', async (t) => {
  const [small, large] = [PRESETS['pi-zero2'], PRESETS.pi4].map((preset) => planCortex(preset).memory.signature) as [
    string,
    string,
  ];
  t.equal(shapeDifference(small, large), 'it has 6256 pixels instead of 20336 pixels');
  t.equal(shapeDifference('x', large), 'it has a shape that this version does not know');
  t.equal(shapeDifference(small, small.replace(/u8/, 'u16')), 'it is laid out as by another version');
});
