/**
 * refusal.ts - why there is no connection, in words a person can act on.
 */
import { redact } from '../redact.ts';

export type Refusal = {
  /** One sentence, no final stop. */
  readonly reason: string;
  readonly hint: string | null;
  /** The broker may not speak the protocol version that was tried. */
  readonly versionSuspect: boolean;
  /** The reason code of the broker, where it gave one. */
  readonly code: number | null;
};

/** CONNACK and DISCONNECT reasons: 1..5 of MQTT 3.1.1 (§3.2.2.3), 128 and up of MQTT 5 (§2.4). */
const BROKER_REASONS: { readonly [code: number]: readonly [reason: string, hint: string | null] } = {
  1: ['the broker does not speak this protocol version', null],
  2: ['the broker does not accept the client id', 'Set mqtt.client_id to something shorter.'],
  3: ['the broker says that its service is not available', null],
  4: ['the broker does not know this user name or password', 'Check mqtt.username and mqtt.password_file.'],
  5: [
    'the broker does not let this user in',
    'Check mqtt.username and mqtt.password_file, and what the broker allows that user.',
  ],
  132: ['the broker does not speak this protocol version', null],
  133: ['the broker does not accept the client id', 'Set mqtt.client_id to something shorter.'],
  134: ['the broker does not know this user name or password', 'Check mqtt.username and mqtt.password_file.'],
  135: [
    'the broker does not let this user in',
    'Check mqtt.username and mqtt.password_file, and what the broker allows that user.',
  ],
  136: ['the broker says that its service is not available', null],
  137: ['the broker is busy', null],
  138: ['the broker has banned this client', null],
  139: ['the broker is shutting down', null],
  141: ['the broker heard nothing for too long', 'Check the network; a smaller mqtt.keepalive_s notices sooner.'],
  142: ['another client connected with the same client id', 'Give each daemon its own mqtt.client_id.'],
  144: ['the broker does not accept a topic name', 'Check mqtt.base_topic and what the broker allows this user.'],
  147: ['more messages were under way than the broker allows', null],
  149: ['a message was larger than the broker allows', null],
  150: ['messages came faster than the broker allows', 'Raise mqtt.score_interval_s, or the limit of the broker.'],
  151: ['the broker says that a quota is used up', null],
  154: ['the broker keeps no retained messages', 'Set mqtt.retain to false.'],
  155: ['the broker does not know this quality of service', 'Set mqtt.state_qos and mqtt.event_qos to 0.'],
  159: ['the broker says that connections come too often', null],
};

const CERTIFICATE_HINT = 'Set mqtt.ca_file to the certificate of the authority that signed the broker.';
const SYSTEM_REASONS: { readonly [code: string]: readonly [reason: string, hint: string | null] } = {
  ECONNREFUSED: ['nothing listens at that address and port', 'Is the broker running? Check mqtt.url.'],
  ENOTFOUND: ['the host name is not known', 'Check mqtt.url and the name server of this machine.'],
  EAI_AGAIN: ['the host name could not be looked up', 'Check the network and the name server of this machine.'],
  EHOSTUNREACH: ['the host cannot be reached', 'Check the network and mqtt.url.'],
  ENETUNREACH: ['the network cannot be reached', 'Check the network.'],
  ETIMEDOUT: ['the host does not answer', 'Check mqtt.url and any firewall between.'],
  SELF_SIGNED_CERT_IN_CHAIN: ["the broker's certificate is signed by an authority unknown here", CERTIFICATE_HINT],
  DEPTH_ZERO_SELF_SIGNED_CERT: ["the broker's certificate is signed by itself", CERTIFICATE_HINT],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    "the broker's certificate is signed by an authority unknown here",
    CERTIFICATE_HINT,
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    "the broker's certificate is signed by an authority unknown here",
    CERTIFICATE_HINT,
  ],
  CERT_HAS_EXPIRED: ["the broker's certificate has expired", 'Renew it, and check the clock of this machine.'],
  CERT_NOT_YET_VALID: ["the broker's certificate is not valid yet", 'Check the clock of this machine.'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "the broker's certificate is for another host name",
    'Use the host name of the certificate in mqtt.url.',
  ],
  ERR_SSL_WRONG_VERSION_NUMBER: [
    'the broker does not speak TLS on that port',
    'Use mqtt:// or the port for TLS (often 8883).',
  ],
  EPROTO: ['the TLS handshake failed', 'Check the port, mqtt.ca_file, mqtt.cert_file and mqtt.key_file.'],
};

/** The other side goes away while TLS is begun. */
export const CLOSED_IN_HANDSHAKE: Refusal = {
  reason: 'the broker closed the connection during the TLS handshake',
  hint: 'If it does not speak TLS on that port use mqtt:// or the other port (often 8883). It may also ask for a client certificate (mqtt.cert_file).',
  versionSuspect: false,
  code: null,
};

/** What is said of a port that answers in TLS to a client that does not speak it. */
export const SPEAKS_TLS = 'the broker speaks TLS on that port';

/**
 * Words for a failed or lost connection. `error`: what mqtt.js reported, if anything; `brokerCode`: the reason of the
 * broker's DISCONNECT, if it sent one.
 */
export function explainRefusal(error: unknown, brokerCode: number | null): Refusal {
  const code = brokerCode ?? (error as { code?: unknown } | null)?.code;
  if (typeof code === 'number' && BROKER_REASONS[code]) {
    const [reason, hint] = BROKER_REASONS[code];
    return { reason: `${reason} (code ${code})`, hint, versionSuspect: code === 1 || code === 132, code };
  }
  if (typeof code === 'string' && SYSTEM_REASONS[code]) {
    const [reason, hint] = SYSTEM_REASONS[code];
    return { reason, hint, versionSuspect: false, code: null };
  }
  if (typeof code === 'string' && code.startsWith('ERR_SSL')) {
    const reason = `the TLS handshake failed (${redact((error as Error).message)})`;
    return { reason, hint: 'Check mqtt.ca_file, mqtt.cert_file and mqtt.key_file.', versionSuspect: false, code: null };
  }
  const message = error instanceof Error ? error.message : '';
  if (message === SPEAKS_TLS) {
    return { reason: message, hint: 'Use mqtts:// in mqtt.url.', versionSuspect: false, code: null };
  }
  if (/before secure TLS connection/i.test(message)) return CLOSED_IN_HANDSHAKE;
  if (/connack timeout/i.test(message)) {
    return {
      reason: 'the host does not answer as an MQTT broker',
      hint: 'Check host and port in mqtt.url.',
      versionSuspect: true,
      code: null,
    };
  }
  if (/keepalive/i.test(message))
    return { reason: 'the broker stopped answering', hint: null, versionSuspect: false, code: null };
  if (message !== '' && code !== 'ECONNRESET' && code !== 'EPIPE') {
    return { reason: redact(message), hint: null, versionSuspect: true, code: null };
  }
  return { reason: 'the broker closed the connection', hint: null, versionSuspect: true, code: null };
}
