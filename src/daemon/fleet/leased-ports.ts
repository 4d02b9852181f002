/**
 * leased-ports.ts - what a camera of a fleet is given in place of the daemon's own ports: everything that leaves the node for it
 * bears the token of its lease, and nothing leaves once the lease is not certain any more.
 */
import type { StoreMethod } from '../../store/store-client.ts';
import type { Fence } from '../../fleet/host.ts';
import type { EventRecord } from '../../records/event.ts';
import type { ModelImage } from '../../store/model-image.ts';
import type { CameraPorts, CameraPublisher, CameraStore } from '../watched/ports.ts';

export type LeasePorts = {
  /** A frame was stepped. */
  readonly stepped: () => void;
  /** A checkpoint is durable on this node. */
  readonly saved: () => void;
};

export function leasedPorts(ports: CameraPorts, fence: Fence, { stepped, saved }: LeasePorts): CameraPorts {
  const { publisher, watch } = ports;
  return {
    ...ports,
    store: leasedStore(ports.store, fence, saved),
    publisher: publisher === null ? null : leasedPublisher(publisher, fence),
    watch: (described, frame, result) => {
      stepped();
      watch?.(described, frame, result);
    },
  };
}

function leasedPublisher(publisher: CameraPublisher, { token, isValid }: Fence): CameraPublisher {
  return {
    availability: (camera, state) => void (isValid() && publisher.availability(camera, state, token)),
    score: (camera, record, nowMs) => void (isValid() && publisher.score(camera, { ...record, token }, nowMs)),
    anomaly: (camera, open) => void (isValid() && publisher.anomaly(camera, open, token)),
    prediction: (record) => void (isValid() && publisher.prediction({ ...record, token })),
    picture: (camera, kind, jpeg) =>
      void (isValid() && publisher.picture(camera, kind, withComment(jpeg, `cortexd token ${token}`))),
    unwrittenEvent: (event) => void (isValid() && publisher.unwrittenEvent({ ...event, token })),
  };
}

function leasedStore(store: CameraStore, { token, isValid }: Fence, saved: () => void): CameraStore {
  const fenced = (method: StoreMethod, args: readonly unknown[]): readonly unknown[] | null => {
    if (method === 'saveEvent') {
      // What is written is sent, some time. What happened under no lease never happened.
      if (!isValid()) return null;
      const [event, ...rest] = args as [EventRecord, ...unknown[]];
      return [{ ...event, token }, ...rest];
    }
    if (method === 'checkpoint') return [{ ...(args[0] as ModelImage), token }];
    return args;
  };
  const make = async (
    method: StoreMethod,
    args: readonly unknown[],
    call: (args: readonly unknown[]) => Promise<unknown>,
  ): Promise<unknown> => {
    const allowed = fenced(method, args);
    if (allowed === null) return undefined;
    const result = await call(allowed);
    if (method === 'checkpoint') saved();
    return result;
  };
  // The types of arguments and answers were checked where the call was made.
  const plain = store as { [K in keyof CameraStore]: (...args: readonly unknown[]) => Promise<unknown> };
  return {
    call: (method: StoreMethod, ...args: readonly unknown[]) =>
      make(method, args, (allowed) => plain.call(method, ...allowed)),
    callWithin: (limitMs: number, method: StoreMethod, ...args: readonly unknown[]) =>
      make(method, args, (allowed) => plain.callWithin(limitMs, method, ...allowed)),
  } as CameraStore;
}

/** A JPEG with a comment (marker COM) behind its beginning. */
export function withComment(jpeg: Uint8Array, text: string): Uint8Array {
  const comment = Buffer.from(text);
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xfe, (comment.length + 2) >> 8, (comment.length + 2) & 255]);
  return Buffer.concat([head, comment, jpeg.subarray(2)]);
}
