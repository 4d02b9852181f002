/**
 * snapshots.ts - routes about snapshots of models.
 */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { snakeKeys } from '../../records/snake-keys.ts';
import type { ApiPort } from './port.ts';
import { addRoute } from './route.ts';
import { Done, Name, SnapshotName, SnapshotRecord } from './shapes.ts';

const Restored = Type.Object({
  restored: Type.String(),
  replaced: Type.Union([Type.String(), Type.Null()], { description: 'under which the model before is kept' }),
});

export function addSnapshotRoutes(app: FastifyInstance, port: ApiPort): void {
  const { snapshots } = port;
  const params = { name: SnapshotName };
  addRoute(app, {
    method: 'GET',
    path: '/snapshots',
    summary: 'All snapshots, newest first.',
    tag: 'snapshots',
    answer: Type.Array(SnapshotRecord),
    handle: async () => snakeKeys(await snapshots.list()),
  });
  addRoute(app, {
    method: 'POST',
    path: '/snapshots',
    summary: 'Keep the model of a camera as it is now.',
    tag: 'snapshots',
    body: Type.Object({ name: SnapshotName, camera: Type.Optional(Name) }, { additionalProperties: false }),
    answer: SnapshotRecord,
    handle: async ({ body }) => snakeKeys(await snapshots.create(body.name, body.camera)),
  });
  addRoute(app, {
    method: 'POST',
    path: '/snapshots/:name/restore',
    summary: 'Make a snapshot the model; what it replaces is kept.',
    tag: 'snapshots',
    params,
    body: Type.Object({ camera: Type.Optional(Name) }, { additionalProperties: false }),
    answer: Restored,
    handle: async ({ params: { name }, body }) => ({
      restored: name,
      replaced: await snapshots.restore(name, body.camera),
    }),
  });
  addRoute(app, {
    method: 'POST',
    path: '/snapshots/undo',
    summary: 'Take back the last restore.',
    tag: 'snapshots',
    body: Type.Object({ camera: Type.Optional(Name) }, { additionalProperties: false }),
    answer: Restored,
    handle: async ({ body }) => snapshots.undo(body.camera),
  });
  addRoute(app, {
    method: 'GET',
    path: '/snapshots/:name/diff',
    summary: 'What differs between two snapshots, or a snapshot and the last checkpoint.',
    tag: 'snapshots',
    params,
    query: { other: Type.Optional(SnapshotName) },
    handle: async ({ params: { name }, query }) => snakeKeys(await port.diffSnapshots(name, query.other)),
  });
  addRoute(app, {
    method: 'GET',
    path: '/snapshots/:name/verify',
    summary: 'Check a snapshot to the last byte.',
    tag: 'snapshots',
    params,
    answer: Type.Object({ sound: Type.Boolean() }),
    handle: async ({ params: { name } }) => {
      await port.verifySnapshot(name);
      return { sound: true };
    },
  });
  addRoute(app, {
    method: 'DELETE',
    path: '/snapshots/:name',
    summary: 'Delete a snapshot.',
    tag: 'snapshots',
    params,
    answer: Done,
    handle: async ({ params: { name } }) => {
      await snapshots.remove(name);
      return {};
    },
  });
  addRoute(app, {
    method: 'GET',
    path: '/snapshots/:name/file',
    summary: 'A snapshot as a portable .cortex file.',
    tag: 'snapshots',
    params,
    bytes: 'application/octet-stream',
    handle: async ({ params: { name }, reply }) =>
      reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename="${name}.cortex"`)
        .send(Buffer.from(await snapshots.exportFile(name))),
  });
  addRoute(app, {
    method: 'PUT',
    path: '/snapshots/:name/file',
    summary: 'Take a .cortex file in as a snapshot.',
    tag: 'snapshots',
    params,
    answer: SnapshotRecord,
    handle: async ({ params: { name }, request }) =>
      snakeKeys(await snapshots.importFile(name, Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0))),
  });
}
