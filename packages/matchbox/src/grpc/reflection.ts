/** The standard reflection service, v1 and v1alpha: tells tools such as grpcurl what this server can do. */
import { type DescFile, type DescService, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Code, type ConnectRouter } from '@connectrpc/connect';
import { ServerReflection as ReflectionV1 } from './gen/grpc/reflection/v1/reflection_pb.ts';
import { ServerReflection as ReflectionV1Alpha } from './gen/grpc/reflection/v1alpha/reflection_pb.ts';

/** Both versions have the same messages; handlers see only these parts of them. */
interface ReflectionRequest {
  readonly host: string;
  readonly messageRequest:
    | { readonly case: 'fileByFilename'; readonly value: string }
    | { readonly case: 'fileContainingSymbol'; readonly value: string }
    | { readonly case: 'allExtensionNumbersOfType'; readonly value: string }
    | { readonly case: 'listServices'; readonly value: string }
    | { readonly case: 'fileContainingExtension'; readonly value: unknown }
    | { readonly case: undefined; readonly value?: undefined };
}

export function registerReflection(router: ConnectRouter, services: readonly DescService[]): void {
  const all = [...services, ReflectionV1, ReflectionV1Alpha];
  const answer = createReflection(all);
  // Two services with different message types and one behaviour.
  router.service(ReflectionV1, {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) {
        yield { validHost: request.host, originalRequest: request, messageResponse: answer(request) };
      }
    },
  });
  router.service(ReflectionV1Alpha, {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) {
        yield { validHost: request.host, originalRequest: request, messageResponse: answer(request) };
      }
    },
  });
}

type ReflectionAnswer =
  | { case: 'fileDescriptorResponse'; value: { fileDescriptorProto: Uint8Array<ArrayBuffer>[] } }
  | { case: 'allExtensionNumbersResponse'; value: { baseTypeName: string; extensionNumber: number[] } }
  | { case: 'listServicesResponse'; value: { service: { name: string }[] } }
  | { case: 'errorResponse'; value: { errorCode: number; errorMessage: string } };

/** @returns the answer to one request, from the descriptors that the services bring along */
function createReflection(services: readonly DescService[]): (request: ReflectionRequest) => ReflectionAnswer {
  const files = new Map<string, DescFile>();
  const symbols = new Map<string, DescFile>();
  const messages = new Set<string>();
  for (const service of services) addFile(service.file, files);
  for (const file of files.values()) {
    for (const symbol of symbolsOf(file)) symbols.set(symbol, file);
    for (const message of file.messages) messages.add(message.typeName);
  }
  return ({ messageRequest }) => {
    switch (messageRequest.case) {
      case 'listServices':
        return {
          case: 'listServicesResponse',
          value: {
            service: services.map(({ typeName }) => ({ name: typeName })).sort((a, b) => (a.name < b.name ? -1 : 1)),
          },
        };
      case 'fileByFilename':
        return fileAnswer(files.get(messageRequest.value), `file not found: ${messageRequest.value}`);
      case 'fileContainingSymbol':
        return fileAnswer(
          symbols.get(messageRequest.value.replace(/^\./, '')),
          `symbol not found: ${messageRequest.value}`,
        );
      case 'allExtensionNumbersOfType':
        // There are no extensions here (proto3), but types that could have had some.
        return messages.has(messageRequest.value)
          ? { case: 'allExtensionNumbersResponse', value: { baseTypeName: messageRequest.value, extensionNumber: [] } }
          : notFound(`type not found: ${messageRequest.value}`);
      case 'fileContainingExtension':
        return notFound('extension not found');
      case undefined:
        return {
          case: 'errorResponse',
          value: { errorCode: Code.InvalidArgument, errorMessage: 'the request asks for nothing' },
        };
    }
  };
}

function addFile(file: DescFile, files: Map<string, DescFile>): void {
  if (files.has(file.proto.name)) return;
  files.set(file.proto.name, file);
  for (const dependency of file.dependencies) addFile(dependency, files);
}

function symbolsOf(file: DescFile): string[] {
  const names = [...file.enums, ...file.messages, ...file.extensions].map(({ typeName }) => typeName);
  for (const message of file.messages) {
    names.push(
      ...message.nestedMessages.map(({ typeName }) => typeName),
      ...message.nestedEnums.map(({ typeName }) => typeName),
    );
    names.push(...message.fields.map((field) => `${message.typeName}.${field.name}`));
  }
  for (const service of file.services) {
    names.push(service.typeName, ...service.methods.map((method) => `${service.typeName}.${method.name}`));
  }
  return names;
}

function fileAnswer(file: DescFile | undefined, message: string): ReflectionAnswer {
  if (file === undefined) return notFound(message);
  const needed = new Map<string, DescFile>();
  addFile(file, needed);
  const protos = [...needed.values()].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: 'fileDescriptorResponse', value: { fileDescriptorProto: protos } };
}

function notFound(message: string): ReflectionAnswer {
  return { case: 'errorResponse', value: { errorCode: Code.NotFound, errorMessage: message } };
}
