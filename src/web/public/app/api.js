// api.js - asking the daemon.
const API = 'api/v1';

export class Refused extends Error {
  constructor(status, { message, hint }) {
    super(hint ? `${message}. ${hint}` : message);
    this.status = status;
  }
}

async function ask(method, path, body) {
  const response = await fetch(`${API}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const answer = await response.json().catch(() => ({ message: `The daemon answered ${response.status}` }));
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

export const get = (path) => ask('GET', path);
export const post = (path, body = {}) => ask('POST', path, body);
export const put = (path, body) => ask('PUT', path, body);
export const patch = (path, body) => ask('PATCH', path, body);
export const remove = (path) => ask('DELETE', path, {});

export const of = (camera, rest = '') => `/cameras/${encodeURIComponent(camera)}${rest}`;
export const picture = (path) => `${API}${path}`;

/** Frames, predictions and events of a camera as they happen; comes again by itself. `stop` ends it. */
export function listen(camera, hear, state) {
  const source = new EventSource(`${API}/live?camera=${encodeURIComponent(camera)}`);
  for (const type of ['frame', 'prediction', 'event'])
    source.addEventListener(type, ({ data }) => hear(type, JSON.parse(data)));
  source.addEventListener('hello', () => state(true));
  source.addEventListener('error', () => state(false));
  return () => source.close();
}
