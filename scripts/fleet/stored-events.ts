/** stored-events.ts - prints the payloads of all events in the stream of the fleet as one JSON array:   node stored-events.js URL */
import { openLink } from '../../src/fleet/link.ts';
import { fleetNames } from '../../src/fleet/names.ts';

const link = await openLink({ urls: [process.argv[2]!], name: 'stored events', leaseMs: 20_000 });
const stream = fleetNames('fleet').events;
const { state } = await link.manager.streams.info(stream);
const payloads: string[] = [];
for (let sequence = state.first_seq; sequence <= state.last_seq && state.messages > 0; sequence++) {
  const message = await link.manager.streams.getMessage(stream, { seq: sequence });
  if (message !== null) payloads.push(message.string());
}
process.stdout.write(JSON.stringify(payloads), () => void link.close());
