/**
 * sharp.ts - the library that decodes and draws pictures, set up for a program that runs for months: each picture is another
 * one, so nothing is kept of those that were done (by itself it keeps the last hundred operations, up to 50 MB of them), and one
 * thread draws a picture, since there are more important things to do.
 */
import sharp, { type Sharp } from 'sharp';

sharp.cache(false);
sharp.concurrency(1);

export { sharp, type Sharp };
