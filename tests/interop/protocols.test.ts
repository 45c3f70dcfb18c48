/** The same port for browsers, curl and tools: Connect JSON, gRPC-Web, health, reflection; and what is no call at all. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  makeGenericClientConstructor,
  type ServiceClientConstructor,
  type ServiceDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenedServer, openServer } from './server.ts';

let server: OpenedServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

const read = (name: string): Buffer => readFileSync(join(server.certificates, name));
const secure = (): ChannelCredentials => credentials.createSsl(read('ca.crt'), read('client.key'), read('client.crt'));

/** HTTP/1.1, as curl without any flags would. */
interface HttpAnswer {
  readonly status: number | undefined;
  readonly body: Buffer;
}

function post(path: string, contentType: string, body: string | Buffer, method = 'POST'): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const options = { port: server.port, host: '127.0.0.1', path, method, headers: { 'content-type': contentType } };
    const identity = { ca: read('ca.crt'), cert: read('client.crt'), key: read('client.key'), agent: false as const };
    request({ ...options, ...identity }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks) }));
    })
      .on('error', reject)
      .end(body);
  });
}

function serviceClient(file: string, name: string): InstanceType<ServiceClientConstructor> {
  const includeDirs = [fileURLToPath(new URL('../../packages/matchbox/proto', import.meta.url))];
  const definition = loadSync(file, { includeDirs, keepCase: true, oneofs: true, enums: String });
  const Service = makeGenericClientConstructor(definition[name] as ServiceDefinition, name);
  return new Service(`localhost:${server.port}`, secure());
}

const json = ({ body }: HttpAnswer): Record<string, unknown> => JSON.parse(body.toString());

/** What reflection answers, one of these. */
interface ReflectionAnswer {
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] };
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Buffer[] };
  readonly error_response?: object;
  readonly all_extension_numbers_response?: { readonly base_type_name: string };
}

test.each(['application/json', 'application/connect+json', 'application/json; charset=utf-8'])(
  'a message of %s that is nested deeper than any is refused before it is read',
  async (contentType) => {
    const { status, body } = await post('/rpcpb.Groups/GroupGet', contentType, `{"id":${'['.repeat(3_000_000)}`);
    expect([status, body.toString()]).toEqual([
      contentType.includes('connect') ? 415 : 400,
      contentType.includes('connect') ? '' : expect.stringContaining('nested deeper than 64 levels'),
    ]);
  },
);

test('Connect JSON over HTTP/1.1: a put, a get, and an error with its code and text', async () => {
  const put = await post(
    '/rpcpb.Groups/GroupPut',
    'application/json',
    '{"group":{"id":"j","profile":"p","metadata":"eyJhIjoxfQ=="}}',
  );
  expect(put.status).toBe(200);
  const get = await post('/rpcpb.Groups/GroupGet', 'application/json', '{"id":"j"}');
  expect(json(get)).toMatchObject({ group: { id: 'j', profile: 'p', metadata: 'eyJhIjoxfQ==' } });
  const missing = await post('/rpcpb.Groups/GroupGet', 'application/json', '{"id":"nope"}');
  expect(missing.status).toBe(500);
  expect(json(missing)).toEqual({
    code: 'unknown',
    message: `open ${server.data}/groups/nope.json: no such file or directory`,
  });
});

test('gRPC-Web over HTTP/1.1: an answer with its trailers in the body', async () => {
  const answer = await post('/rpcpb.Groups/GroupList', 'application/grpc-web+proto', Buffer.from([0, 0, 0, 0, 0]));
  expect(answer.status).toBe(200);
  expect(answer.body.toString('latin1')).toContain('grpc-status: 0');
});

test('a service or method that there is not: UNIMPLEMENTED over gRPC, 404 with a reason for others', async () => {
  const client = new Client(`localhost:${server.port}`, secure());
  const same = (value: Buffer): Buffer => value;
  const error = await new Promise<ServiceError | null>((resolve) =>
    client.makeUnaryRequest('/a.B/C', same, same, Buffer.alloc(0), {}, resolve),
  );
  expect(error).toMatchObject({ code: status.UNIMPLEMENTED });
  expect(decodeURIComponent(error?.details ?? '')).toBe('unknown service a.B');
  client.close();
  const answer = await post('/rpcpb.Groups/Nope', 'application/json', '{}');
  expect([answer.status, json(answer)]).toEqual([
    404,
    { code: 'unimplemented', message: 'unknown method Nope for service rpcpb.Groups' },
  ]);
  expect((await post('/', 'text/html', '', 'GET')).status).toBe(404);
});

test('a message over 4 MiB is refused in every protocol', async () => {
  const config = Buffer.alloc(4 * 1024 * 1024, 'x').toString('base64');
  const answer = await post('/rpcpb.Generic/GenericPut', 'application/json', JSON.stringify({ name: 'big', config }));
  expect(answer.status).toBe(429);
  expect(json(answer)['code']).toBe('resource_exhausted');
});

test('health: SERVING for the server and its services, NOT_FOUND for others, and a stream that begins with the state', async () => {
  const health = serviceClient('grpc/health/v1/health.proto', 'grpc.health.v1.Health');
  const check = (service: string): Promise<unknown> =>
    new Promise((resolve) => {
      const answered = (error: ServiceError | null, response: { readonly status: string }): void =>
        resolve(error ? error.code : response.status);
      health['Check']?.({ service }, answered);
    });
  expect(await check('')).toBe('SERVING');
  expect(await check('rpcpb.Groups')).toBe('SERVING');
  expect(await check('no.Such')).toBe(status.NOT_FOUND);
  const stream = health['Watch']?.({ service: '' }) as ClientReadableStream<{ readonly status: string }>;
  stream.on('error', () => {});
  expect(await new Promise((resolve) => stream.once('data', resolve))).toMatchObject({ status: 'SERVING' });
  stream.cancel();
  health.close();
});

test.each(['v1', 'v1alpha'])(
  'reflection %s: lists the services and describes them with everything they need',
  async (version) => {
    const reflection = serviceClient(
      `grpc/reflection/${version}/reflection.proto`,
      `grpc.reflection.${version}.ServerReflection`,
    );
    const stream = reflection['ServerReflectionInfo']?.() as ClientDuplexStream<object, ReflectionAnswer>;
    const ask = (request: object): Promise<ReflectionAnswer> =>
      new Promise((resolve, reject) => {
        stream.once('data', resolve);
        stream.once('error', reject);
        stream.write(request);
      });
    const listed = await ask({ list_services: '' });
    expect(listed.list_services_response?.service.map(({ name }) => name)).toEqual([
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
      'rpcpb.Changes',
      'rpcpb.Cloud',
      'rpcpb.Generic',
      'rpcpb.Groups',
      'rpcpb.Ignition',
      'rpcpb.Machines',
      'rpcpb.Networks',
      'rpcpb.Profiles',
      'rpcpb.Rollouts',
      'rpcpb.Select',
      'rpcpb.Templates',
      'rpcpb.Version',
    ]);
    const described = await ask({ file_containing_symbol: 'rpcpb.Groups.GroupPut' });
    const texts = described.file_descriptor_response?.file_descriptor_proto.map((bytes) => bytes.toString('latin1'));
    expect(texts?.map((text) => /matchbox\/\w+\.proto/.exec(text)?.[0])).toEqual([
      'matchbox/rpc.proto',
      'matchbox/server.proto',
      'matchbox/storage.proto',
    ]);
    expect(
      (await ask({ file_by_filename: 'matchbox/storage.proto' })).file_descriptor_response?.file_descriptor_proto,
    ).toHaveLength(1);
    expect((await ask({ file_containing_symbol: 'no.Such' })).error_response).toEqual({
      error_code: status.NOT_FOUND,
      error_message: 'symbol not found: no.Such',
    });
    expect(
      (await ask({ all_extension_numbers_of_type: 'storagepb.Group' })).all_extension_numbers_response?.base_type_name,
    ).toBe('storagepb.Group');
    stream.end();
    reflection.close();
  },
);
