/**
 * schema.ts - every setting, once: type, default, range, unit, whether it takes effect at once, one sentence.
 *
 * The TypeScript type, the checks of `load.ts`, docs/config.md, docs/schema/config.json and the example file all derive
 * from this table.
 */
import { Type, type Static } from 'typebox';
import { CameraSchema } from './camera-schema.ts';
import { Cluster } from './cluster-schema.ts';
import { Checkpoint, ModelSnapshots, Retention } from './storage-schema.ts';
import { StreamSchema } from './stream-schema.ts';
import { NAME_PATTERN, choice, flag, number, section, text, whole } from './setting-kinds.ts';

const Line = Type.Object(
  {
    line: whole({
      minimum: 0,
      maximum: 1023,
      description: 'Number of the line on the chip (GPIO17 = 17), not counted from the base.',
    }),
    active_low: flag({ default: false, description: 'Whether 0 volts means on.' }),
  },
  { additionalProperties: false },
);

export const ConfigSchema = Type.Object(
  {
    node: Type.Optional(
      text({
        pattern: NAME_PATTERN,
        reload: 'restart',
        description: 'Name of this machine in topics; without it the host name.',
      }),
    ),
    state_directory: Type.Optional(
      text({
        minLength: 1,
        reload: 'restart',
        description: 'Where the database lies; without it $STATE_DIRECTORY, else ~/.local/state/cortexd.',
      }),
    ),
    log: section(
      {
        level: choice(['debug', 'info', 'warn', 'error'] as const, {
          default: 'info',
          reload: 'live',
          description: 'Least important records that are written.',
        }),
      },
      'What is logged.',
    ),
    cameras: Type.Record(Type.String({ pattern: NAME_PATTERN }), CameraSchema, {
      default: {},
      maxProperties: 16,
      additionalProperties: false,
      description: 'Cameras by name. Each has a model of its own.',
    }),
    streams: Type.Record(Type.String({ pattern: NAME_PATTERN }), StreamSchema, {
      default: {},
      maxProperties: 64,
      additionalProperties: false,
      description: 'Number sensors by name. Each has a model of its own, of 3.1 MB; one thread serves all.',
    }),
    mqtt: section(
      {
        enabled: flag({ default: true, reload: 'restart', description: 'Whether to publish over MQTT at all.' }),
        url: text({
          default: 'mqtt://127.0.0.1:1883',
          pattern: '^(mqtts?|wss?)://[^\\s]+$',
          secret: true,
          reload: 'restart',
          description: 'Broker: mqtt://, mqtts://, ws:// or wss://. A password in it is never shown.',
        }),
        fallback_urls: Type.Array(
          text({ pattern: '^(mqtts?|wss?)://[^\\s]+$', secret: true, description: 'Another broker.' }),
          {
            default: [],
            maxItems: 8,
            secret: true,
            reload: 'restart',
            description: 'Brokers to try in turn when the first does not answer; they share all other settings.',
          },
        ),
        base_topic: Type.Optional(
          text({
            pattern: '^[^+#\\s/]+(/[^+#\\s/]+)*$',
            reload: 'restart',
            description: 'First levels of every topic; without it cortexd/<node>.',
          }),
        ),
        username: Type.Optional(text({ reload: 'restart', description: 'User name at the broker.' })),
        password: Type.Optional(
          text({
            secret: true,
            reload: 'restart',
            description: 'Password; better a password_file. ${NAME} is taken from the environment.',
          }),
        ),
        password_file: Type.Optional(
          text({
            reload: 'restart',
            description: 'File with the password; a bare name is looked up in $CREDENTIALS_DIRECTORY first.',
          }),
        ),
        client_id: Type.Optional(
          text({
            pattern: '^[A-Za-z0-9_-]{1,64}$',
            reload: 'restart',
            description: 'Without it a stable one made from the machine id and the node name.',
          }),
        ),
        ca_file: Type.Optional(
          text({ reload: 'restart', description: 'Certificate authority that signed the broker.' }),
        ),
        cert_file: Type.Optional(text({ reload: 'restart', description: 'Client certificate.' })),
        key_file: Type.Optional(text({ reload: 'restart', description: 'Key of the client certificate.' })),
        server_name: Type.Optional(
          text({
            pattern: '^[A-Za-z0-9.-]{1,253}$',
            reload: 'restart',
            description: "Host name in the broker's certificate, when it is not that of the URL.",
          }),
        ),
        state_qos: whole({
          default: 1,
          minimum: 0,
          maximum: 1,
          reload: 'restart',
          description: 'Quality of service of retained state.',
        }),
        event_qos: whole({
          default: 1,
          minimum: 0,
          maximum: 1,
          reload: 'restart',
          description: 'Quality of service of events; with 0 an outage can lose some.',
        }),
        stream_qos: whole({
          default: 0,
          minimum: 0,
          maximum: 1,
          reload: 'restart',
          description: 'Quality of service of scores, predictions and pictures.',
        }),
        retain: flag({
          default: true,
          reload: 'restart',
          description: 'Whether the broker keeps state for those who subscribe later.',
        }),
        commands: flag({
          default: true,
          reload: 'restart',
          description: 'Whether settings, feedback and requests are taken over MQTT.',
        }),
        command_topic: Type.Optional(
          text({
            pattern: '^[^+#\\s/]+(/[^+#\\s/]+)*$',
            reload: 'restart',
            description:
              'First levels of the topics that commands are taken from; without it base_topic. A broker can then allow them to few.',
          }),
        ),
        allow: Type.Array(
          choice(['settings', 'masks', 'teaching', 'snapshots', 'restart'] as const, {
            description: 'A kind of command.',
          }),
          {
            default: ['settings', 'masks', 'teaching', 'snapshots', 'restart'],
            maxItems: 5,
            reload: 'restart',
            description:
              'Kinds of commands that are taken: whoever may publish them could remove a privacy mask. Asking is always allowed.',
          },
        ),
        home_assistant: flag({
          default: true,
          reload: 'restart',
          description: 'Whether to announce cameras and sensors to Home Assistant.',
        }),
        discovery_prefix: text({
          default: 'homeassistant',
          pattern: '^[^+#\\s/]+(/[^+#\\s/]+)*$',
          reload: 'restart',
          description: "Home Assistant's discovery prefix.",
        }),
        keepalive_s: whole({
          default: 30,
          minimum: 5,
          maximum: 3600,
          unit: 's',
          reload: 'restart',
          description: 'How soon a dead connection is noticed.',
        }),
        retry_longest_s: number({
          default: 60,
          minimum: 1,
          maximum: 3600,
          unit: 's',
          reload: 'restart',
          description: 'Longest pause between two attempts to reach the broker; the first is 1 s.',
        }),
        retain_pictures: flag({
          default: false,
          reload: 'restart',
          description:
            'Whether the broker keeps the last event picture of each camera (`snapshot`, `heatmap`) for who comes later.',
        }),
        score_interval_s: number({
          default: 1,
          minimum: 0.1,
          maximum: 3600,
          unit: 's',
          reload: 'live',
          description: 'Least time between two score messages of a camera.',
        }),
      },
      'The broker.',
    ),
    web: section(
      {
        enabled: flag({ default: true, reload: 'restart', description: 'Whether to serve the dashboard.' }),
        host: text({
          default: '127.0.0.1',
          pattern: '^[0-9A-Za-z.:%-]{1,253}$',
          reload: 'restart',
          description:
            'Address to listen on; "0.0.0.0" or "::" = all. From any address but the loopback one the token is needed (cortexd dashboard).',
        }),
        port: whole({
          default: 8787,
          minimum: 0,
          maximum: 65535,
          reload: 'restart',
          description: 'Port to listen on; 0 = any free one.',
        }),
        token_file: Type.Optional(
          text({
            reload: 'restart',
            description: 'File with the token; without it one is made and kept in the state directory.',
          }),
        ),
        allowed_hosts: Type.Array(text({ pattern: '^[0-9A-Za-z.-]{1,253}$', description: 'A name of this machine.' }), {
          default: [],
          maxItems: 16,
          reload: 'restart',
          description: 'Further names under which the dashboard may be asked for, e.g. that of a reverse proxy.',
        }),
      },
      'The dashboard, its API, and metrics.',
    ),
    cluster: Type.Optional(Cluster),
    checkpoint: Checkpoint,
    model_snapshots: ModelSnapshots,
    retention: Retention,
    gpio: Type.Optional(
      Type.Object(
        {
          chip_label: Type.Optional(
            text({ reload: 'restart', description: 'Label of the GPIO chip; without it that of a Raspberry Pi.' }),
          ),
          alarm: Type.Optional(
            Type.Object(
              {
                ...Line.properties,
                max_on_s: number({
                  default: 60,
                  minimum: 1,
                  maximum: 86400,
                  unit: 's',
                  description: 'The output never stays on longer than this.',
                }),
                pattern: choice(['steady', 'blink', 'pulse'] as const, {
                  default: 'steady',
                  description:
                    'steady for a relay; blink (twice a second) or pulse (a flash every two seconds) for a lamp.',
                }),
              },
              { additionalProperties: false, description: 'Output that is on while an alert is open.' },
            ),
          ),
          pir: Type.Optional(
            Type.Object(
              {
                ...Line.properties,
                hold_s: number({
                  default: 10,
                  minimum: 0,
                  maximum: 3600,
                  unit: 's',
                  description: 'How long presence is taken to last after the last signal.',
                }),
                mode: choice(['tell', 'gate', 'boost'] as const, {
                  default: 'tell',
                  description:
                    'tell: only logged; gate: while nobody is there only evidence ten times beyond the threshold gives an alarm; ' +
                    'boost: while somebody is there the sensitivity is multiplied.',
                }),
                boost: number({
                  default: 2,
                  minimum: 1,
                  maximum: 10,
                  description: 'What the sensitivity is multiplied by with mode boost.',
                }),
              },
              { additionalProperties: false, description: 'Presence sensor.' },
            ),
          ),
          button: Type.Optional(
            Type.Object(
              {
                ...Line.properties,
                long_press_s: number({
                  default: 2,
                  minimum: 0.5,
                  maximum: 30,
                  unit: 's',
                  description:
                    'A press this long makes a model snapshot; a shorter one says that the alarm was normal and silences the output.',
                }),
              },
              { additionalProperties: false, description: 'Push button.' },
            ),
          ),
        },
        { additionalProperties: false, description: 'Lines on the pin header.' },
      ),
    ),
  },
  { additionalProperties: false, $id: 'config', title: 'cortexd configuration' },
);

export type Config = Static<typeof ConfigSchema>;
