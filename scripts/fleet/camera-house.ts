/**
 * camera-house.ts - network cameras: each an ffmpeg that makes motion JPEG, and a server that shows it to as many as look. Runs
 * as a process of its own, on the switch:   node camera-house.js ADDRESS FIRST_PORT COUNT FPS
 */
import { spawn } from 'node:child_process';
import { type ServerResponse, createServer } from 'node:http';
import { BOUNDARY, beginStream } from '../../test/support/camera-server.ts';

const [address = '', firstPort = '', count = '', fps = ''] = process.argv.slice(2);

function serve(number: number): void {
  // Something goes by all the time, at another pace and height at each camera; and grain, as cameras have.
  const scene =
    `color=c=gray:size=160x120:rate=${fps},noise=alls=6:allf=t,` +
    `drawbox=x='mod(t*${11 + 3 * number}\\,220)-30':y=${20 + 8 * number}:w=22:h=14:color=black:t=fill`;
  const viewers = new Set<ServerResponse>();
  const args = [
    '-v',
    'error',
    '-re',
    '-f',
    'lavfi',
    '-i',
    scene,
    '-q:v',
    '6',
    '-f',
    'mpjpeg',
    '-boundary_tag',
    BOUNDARY,
  ];
  const ffmpeg = spawn('ffmpeg', [...args, 'pipe:1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  ffmpeg.stdout.on('data', (piece: Buffer) => {
    // Who does not take it in time (frozen, cut off) is left behind, as cameras do.
    for (const viewer of viewers)
      if (viewer.writableLength < 1 << 19) viewer.write(piece);
      else viewer.destroy();
  });
  ffmpeg.on('exit', () => serve(number));
  if (servers[number] !== undefined) return void (servers[number].viewers = viewers);
  const server = { viewers };
  servers[number] = server;
  createServer((_, response) => {
    beginStream(response);
    server.viewers.add(response);
    response.on('close', () => server.viewers.delete(response));
  }).listen(Number(firstPort) + number, address);
}

const servers: { viewers: Set<ServerResponse> }[] = [];
for (let number = 0; number < Number(count); number++) serve(number);
