/**
 * cluster-schema.ts - the settings of a fleet: several machines that share their network cameras over a NATS cluster.
 */
import { Type } from 'typebox';
import { NAME_PATTERN, number, text, whole } from './setting-kinds.ts';

export const Cluster = Type.Object(
  {
    urls: Type.Array(
      text({ pattern: '^(nats|tls)://[A-Za-z0-9.:\\[\\]_-]+$', description: 'A server, without name and password.' }),
      {
        minItems: 1,
        maxItems: 16,
        reload: 'restart',
        description: 'Servers of the NATS cluster: nats://host:4222, or tls://host:4222. Also: cortexd run --cluster.',
      },
    ),
    fleet: text({
      default: 'fleet',
      pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$',
      reload: 'restart',
      description: 'Name of the fleet; several can share one NATS cluster. Some thirty machines are enough for one.',
    }),
    lease_s: number({
      default: 20,
      minimum: 4,
      maximum: 600,
      unit: 's',
      reload: 'restart',
      description:
        'A machine that has not been heard of for so long loses its cameras to others. An election inside NATS takes up to 10 s.',
    }),
    replicas: whole({
      default: 3,
      minimum: 1,
      maximum: 5,
      reload: 'restart',
      description: 'Copies of everything in the NATS cluster; as many servers are needed. 1 = a single server.',
    }),
    most_cameras: whole({
      default: 16,
      minimum: 0,
      maximum: 256,
      reload: 'restart',
      description: 'Cameras of the fleet that this machine takes at most; 0 = none, it only tells its own events.',
    }),
    events_mb: whole({
      default: 256,
      minimum: 1,
      maximum: 1000000,
      unit: 'MB',
      reload: 'restart',
      description: 'Size of the stream of events when it is made; the oldest go.',
    }),
    credentials_file: Type.Optional(
      text({ reload: 'restart', description: 'User credentials (.creds): a JWT and its seed.' }),
    ),
    nkey_file: Type.Optional(
      text({ reload: 'restart', description: 'File with the seed of an nkey (SU...), instead of name and password.' }),
    ),
    username: Type.Optional(text({ reload: 'restart', description: 'User name at the NATS servers.' })),
    password_file: Type.Optional(
      text({
        reload: 'restart',
        description: 'File with its password; a bare name is looked up in $CREDENTIALS_DIRECTORY first.',
      }),
    ),
    ca_file: Type.Optional(text({ reload: 'restart', description: 'Certificate authority that signed the servers.' })),
    cert_file: Type.Optional(text({ reload: 'restart', description: 'Client certificate.' })),
    key_file: Type.Optional(text({ reload: 'restart', description: 'Key of the client certificate.' })),
    host: Type.Optional(
      text({
        pattern: NAME_PATTERN,
        reload: 'restart',
        description: 'Name of this machine in the fleet; without it `node`. No two machines may have the same.',
      }),
    ),
  },
  { additionalProperties: false, description: 'Cameras shared by several machines; see docs/fleet.md.' },
);
