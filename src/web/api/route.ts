/**
 * route.ts - one route of the API: what is asked, what is answered, described by the same schemas that check it.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, type TObject, type TSchema, Type } from 'typebox';
import { API } from './path.ts';

type Shape = { readonly [name: string]: TSchema };
type Values<S extends Shape> = Static<TObject<S>>;

export type Asked<P extends Shape, Q extends Shape, B extends TSchema> = {
  readonly params: Values<P>;
  readonly query: Values<Q>;
  readonly body: Static<B>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
};

export type Route<P extends Shape, Q extends Shape, B extends TSchema> = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below API. */
  readonly path: string;
  /** One sentence. */
  readonly summary: string;
  readonly tag: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Of the answer; bytes of that type instead of JSON. */
  readonly answer?: TSchema;
  readonly bytes?: 'image/jpeg' | 'application/octet-stream' | 'text/event-stream';
  readonly handle: (asked: Asked<P, Q, B>) => unknown;
};

export const ErrorRecord = Type.Object(
  {
    code: Type.String({ description: 'stable, for programs' }),
    message: Type.String({ description: 'one sentence' }),
    hint: Type.Optional(Type.String({ description: 'what to do about it' })),
  },
  { title: 'Error' },
);

export function addRoute<P extends Shape = Shape, Q extends Shape = Shape, B extends TSchema = TSchema>(
  app: FastifyInstance,
  route: Route<P, Q, B>,
): void {
  const { method, path, summary, tag, params, query, body, answer, bytes, handle } = route;
  const closed = { additionalProperties: false };
  const good = bytes === undefined ? plain(answer ?? Type.Unknown()) : { type: 'string', format: 'binary' };
  const content = { [bytes ?? 'application/json']: { schema: good } };
  app.route({
    method,
    url: `${API}${path}`,
    schema: {
      summary,
      tags: [tag],
      ...(params === undefined ? {} : { params: plain(Type.Object(params, closed)) }),
      ...(query === undefined ? {} : { querystring: plain(Type.Object(query, closed)) }),
      ...(body === undefined ? {} : { body: plain(body) }),
      response: {
        200: { description: 'Done', content },
        '4xx': { description: 'Not done, and why', content: { 'application/json': { schema: plain(ErrorRecord) } } },
      },
    },
    handler: (request, reply) =>
      handle({
        params: request.params as Values<P>,
        query: request.query as Values<Q>,
        body: request.body as Static<B>,
        request,
        reply,
      }),
  });
}

/** A schema as plain JSON; names of its own would be told twice. */
export function plain(schema: TSchema): { [key: string]: unknown } {
  return JSON.parse(JSON.stringify(schema, (key, value: unknown) => (key === '$id' ? undefined : value))) as {
    [key: string]: unknown;
  };
}
