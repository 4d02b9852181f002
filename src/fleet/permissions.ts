/**
 * permissions.ts - what a machine of a fleet needs to be allowed at the NATS servers, and no more: on the board it writes only
 * what bears its own name, of events only its own.
 */
import { fleetNames } from './names.ts';

export type Permissions = { readonly publish: readonly string[]; readonly subscribe: readonly string[] };

/** `node`: 'operator' for who only asks and gives orders. */
export function permissionsOf(fleet: string, node: string): Permissions {
  const { board, models, pages, events, eventsOf } = fleetNames(fleet);
  const streams = [`KV_${board}`, `KV_${models}`, `OBJ_${pages}`, events];
  return {
    publish: [
      '$JS.API.INFO',
      '$JS.ACK.>',
      '$JS.FC.>',
      ...streams.flatMap((name) => [
        `$JS.API.STREAM.CREATE.${name}`,
        `$JS.API.STREAM.INFO.${name}`,
        `$JS.API.STREAM.MSG.GET.${name}`,
        `$JS.API.CONSUMER.CREATE.${name}`,
        `$JS.API.CONSUMER.CREATE.${name}.>`,
        `$JS.API.CONSUMER.INFO.${name}.>`,
        `$JS.API.CONSUMER.DELETE.${name}.>`,
      ]),
      `$JS.API.DIRECT.GET.OBJ_${pages}.>`,
      `$JS.API.STREAM.MSG.DELETE.KV_${models}`,
      `$JS.API.STREAM.MSG.DELETE.OBJ_${pages}`,
      `$KV.${board}.*.*.${node}`,
      `$KV.${models}.*.*`,
      `$O.${pages}.>`,
      eventsOf(node),
    ],
    subscribe: ['_INBOX.>'],
  };
}

/** An entry of `authorization { users: [ ... ] }` in the configuration of nats-server. */
export function userEntry(publicKey: string, { publish, subscribe }: Permissions): string {
  const list = (subjects: readonly string[]): string => subjects.map((subject) => `"${subject}"`).join(', ');
  return `{ nkey: ${publicKey}, permissions: { subscribe: [${list(subscribe)}], publish: [${list(publish)}] } }`;
}
