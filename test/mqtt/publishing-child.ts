/** publishing-child.ts - a program that connects to the broker of its argument and stays, until it is killed. */
import { Bus } from '../../src/mqtt/bus.ts';
import { busFor } from './brokers.ts';

new Bus(busFor(process.argv[2]!).options).start();
