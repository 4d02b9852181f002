/**
 * rtsp.ts - a network camera over RTSP, read by ffmpeg over TCP.
 *
 * Name and password must not stand in the list of processes, and ffmpeg takes them in the address only. So the address is
 * given to it as a script of one line on standard input.
 */
import { CortexdError } from '../../errors.ts';
import { openFfmpeg } from '../ffmpeg.ts';
import { probeVideo } from '../ffprobe.ts';
import type { RtspSourceConfig, SourceKind } from '../types.ts';

const SILENCE_US = 10_000_000;
const PROTOCOLS = 'pipe,rtsp,rtsps,rtp,srtp,udp,tcp,tls,crypto';

export const rtspSource: SourceKind<RtspSourceConfig> = {
  isLive: true,
  open: async (config, preprocess) =>
    openFfmpeg(
      {
        args: [...AT_ONCE, ...(config.keyFramesOnly ? ['-skip_frame', 'nokey'] : []), ...INPUT],
        ...given(config, SOON),
        isLive: true,
        fps: config.fps,
        paced: false,
        empty: (words) => lost(config, words || 'the stream ended without a picture'),
        explain: (error) => lost(config, error.message),
      },
      preprocess,
    ),
  probeSize: (config) => probeVideo(INPUT, (reason) => lost(config, reason), given(config, '')),
};

const INPUT = ['-f', 'concat', '-safe', '0', '-protocol_whitelist', PROTOCOLS, '-i', 'pipe:0'];

/** Several pictures decoded side by side come out late by as many; parts of one picture do not. */
const AT_ONCE = ['-thread_type', 'slice'];
/** The rate need not be worked out before the first picture is shown; whoever asks for the size waits longer for a whole one. */
const SOON = 'option fpsprobesize 0\noption analyzeduration 2000000\n';

/** The script for ffmpeg, with further lines, and what of it must not be seen. */
function given({ url, login }: RtspSourceConfig, more: string): { stdin: string; secrets: string[] } {
  const address = new URL(url);
  if (login !== null) {
    address.username = encodeURIComponent(login.username);
    address.password = encodeURIComponent(login.password);
  }
  // A quote would end the word; an address can say it otherwise.
  const quoted = address.href.replaceAll("'", '%27');
  const stdin = `ffconcat version 1.0\nfile '${quoted}'\noption rtsp_transport tcp\noption timeout ${SILENCE_US}\n${more}`;
  return { stdin, secrets: login === null ? [] : [login.password, encodeURIComponent(login.password)] };
}

function lost({ url, login }: RtspSourceConfig, reason: string): CortexdError {
  const refused = /\b401\b|Unauthorized/i.test(reason);
  const message = `Expected pictures from ${url} but received: ${reason}`;
  if (!refused) return new CortexdError('unavailable', message);
  return new CortexdError('unavailable', message, {
    hint:
      login === null
        ? 'The camera asks for a name and a password: set source.username and source.password_file.'
        : 'The camera refuses source.username and its password.',
  });
}
