import { test } from 'tap';
import {
  MIN_BLOCKS,
  type StreamThreshold,
  finishBlock,
  forgetBlock,
  isReady,
  noteEvidence,
  thresholdFields,
  thresholdOf,
} from '../../src/anomaly/stream-threshold.ts';
import { viewsFor } from '../support/views.ts';

function open(floor = 0.3): StreamThreshold {
  return { views: viewsFor(thresholdFields()), floor };
}

function block(stream: StreamThreshold, evidence: number, alarming = false): void {
  noteEvidence(stream, evidence, alarming);
  finishBlock(stream, true, false);
}

void test('the threshold is the second largest block maximum', async (t) => {
  const stream = open();
  for (const maximum of [1, 3, 2, 9, 1, 1, 4, 1]) block(stream, maximum);
  t.equal(isReady(stream), true);
  t.equal(thresholdOf(stream), 4);
});

void test('while young, alarms count as they come; later they hardly raise the threshold', async (t) => {
  for (const young of [true, false]) {
    const stream = open();
    for (let i = 0; i < 20; i++) block(stream, 2);
    for (let i = 0; i < 2; i++) {
      noteEvidence(stream, 10, true);
      finishBlock(stream, true, young);
    }
    if (young) t.equal(thresholdOf(stream), 10);
    else t.ok(thresholdOf(stream) < 2.1, `${thresholdOf(stream)}`);
  }
});

void test('a block counts with the largest evidence in it', async (t) => {
  const stream = open();
  for (let i = 0; i < MIN_BLOCKS; i++) {
    noteEvidence(stream, 1 + i, false);
    noteEvidence(stream, 0, false);
    finishBlock(stream, true, false);
  }
  t.equal(thresholdOf(stream), MIN_BLOCKS - 1);
});

void test('before there are enough blocks the largest evidence so far stands in', async (t) => {
  const stream = open();
  block(stream, 5);
  t.equal(isReady(stream), false);
  t.equal(thresholdOf(stream), 5);
  noteEvidence(stream, 7, false);
  t.equal(thresholdOf(stream), 7);
  forgetBlock(stream);
  t.equal(thresholdOf(stream), 5);
});

void test('a quiet scene has the floor', async (t) => {
  const stream = open(0.5);
  for (let i = 0; i < 20; i++) block(stream, 0.01);
  t.equal(thresholdOf(stream), 0.5);
});

void test('old blocks leave the ring of four hundred', async (t) => {
  const stream = open();
  for (let i = 0; i < 10; i++) block(stream, 50);
  for (let i = 0; i < 398; i++) block(stream, 2);
  t.equal(thresholdOf(stream), 50);
  block(stream, 2);
  t.equal(thresholdOf(stream), 2);
});

void test('an alarm hardly raises the threshold', async (t) => {
  const stream = open();
  for (let i = 0; i < 20; i++) block(stream, 2);
  block(stream, 100, true);
  block(stream, 100, true);
  const raised = thresholdOf(stream);
  t.ok(raised > 2 && raised < 2.1, `${raised}`);
});

void test('when alarms become the rule the new normal is taken as it is', async (t) => {
  const stream = open();
  for (let i = 0; i < 20; i++) block(stream, 2);
  let blocks = 0;
  while (thresholdOf(stream) < 100 && blocks < 100) {
    block(stream, 100, true);
    blocks++;
  }
  t.ok(blocks > 5 && blocks < 40, `after ${blocks} blocks`);
});

void test('without learning nothing learned changes', async (t) => {
  const stream = open();
  for (let i = 0; i < 20; i++) block(stream, 2);
  const before = [...stream.views.blockMaxima];
  noteEvidence(stream, 9, true);
  finishBlock(stream, false, false);
  t.same([...stream.views.blockMaxima], before);
  t.equal(stream.views.blockCount[0], 20);
  t.equal(thresholdOf(stream), 2);
});
