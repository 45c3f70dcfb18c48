/** The gRPC API, from the descriptors that the server serves; what fields mean is in the comments of the .proto files. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { rpcCodes, services, storageMessages as storage } from 'matchbox/tables';
import { code, table, wordsFor } from './table.ts';

const protoFolder = fileURLToPath(new URL('../../packages/matchbox/proto/matchbox/', import.meta.url));

export function grpcServices(): string {
  return services
    .map((service) => {
      const rows = service.methods.map(({ name, input, output }) => [code(name), fieldList(input), fieldList(output)]);
      return `### ${service.typeName}\n\n${table(['method', 'request', 'response'], rows)}`;
    })
    .join('\n\n');
}

function fieldList({ fields }: DescMessage): string {
  return fields.map((field) => `${code(field.name)} ${typeOf(field)}`).join(', ') || 'nothing';
}

function typeOf(field: DescField): string {
  switch (field.fieldKind) {
    case 'scalar':
      return scalarName(field.scalar);
    case 'message':
      return field.message.name;
    case 'list':
      return `list of ${field.message?.name ?? scalarName(field.scalar!)}`;
    case 'map':
      return `map of ${scalarName(field.scalar!)}`;
    default:
      throw new Error(`no words for a field of kind ${field.fieldKind}`);
  }
}

function scalarName(scalar: ScalarType): string {
  return ScalarType[scalar]!.toLowerCase();
}

/** What is stored: each message's fields with their comments. */
export function grpcMessages(): string {
  return [storage.GroupSchema, storage.ProfileSchema, storage.NetBootSchema, storage.ProvisionSchema]
    .map((message) => {
      const rows = message.fields.map((field) => [
        code(field.name),
        `${field.number}`,
        typeOf(field),
        commentOf(message, field),
      ]);
      return `### ${message.typeName}\n\n${table(['field', 'number', 'type', 'what it is'], rows)}`;
    })
    .join('\n\n');
}

/** The comment above a field, or above its message when that has but one for all. */
function commentOf(message: DescMessage, field: DescField): string {
  const body = new RegExp(`^message ${message.name} \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(protoText(message))?.[1] ?? '';
  const [, comment = ''] = new RegExp(`((?:^ *//.*\\n)*)^.* ${field.name} = ${field.number};`, 'm').exec(body) ?? [];
  return comment.replace(/^ *\/\/ ?/gm, '').trim();
}

function protoText(message: DescMessage): string {
  const files = readdirSync(protoFolder).map((name) => readFileSync(`${protoFolder}${name}`, 'utf8'));
  const found = files.find((text) => text.includes(`\nmessage ${message.name} {`));
  if (found === undefined) throw new Error(`no .proto file has message ${message.name}`);
  return found;
}

const failures: Readonly<Record<keyof typeof rpcCodes, string>> = {
  upstream:
    'What the original server fails with: no such object, a file that cannot be read or written. The text says which.',
  invalid:
    'The request makes no sense: an empty message, a bad name, a kind that does not exist, a group or profile that could not be read back.',
  no_match: 'No group matches the labels, or its profile does not exist.',
  on_hold: 'The labels would select a default group while a group file is broken.',
  stale_revision: '`expected_revision` is not the revision that is stored: somebody else was faster.',
  read_only: 'The client certificate may only read.',
  not_audited: 'The audit log cannot be written, so nothing was changed.',
  denied: 'The store does not let this server make the change; or a rollout’s state does not allow the order.',
  not_atomic: 'The store cannot make so many changes whole or not at all.',
  unavailable: 'The store cannot be reached; or whether a change was made is not known: read before you write again.',
  not_kept: 'The machines’ state cannot be written (a full disk, perhaps): the order may not survive a restart.',
  unknown_service: 'A service that this server does not have was looked up by reflection or health check.',
};

export function grpcCodes(): string {
  const rows = wordsFor(Object.keys(rpcCodes) as (keyof typeof rpcCodes)[], failures, 'gRPC codes').map(
    ([name, what]) => {
      const number = rpcCodes[name];
      return [code(Code[number]!.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()), `${number}`, what];
    },
  );
  return table(['code', 'number', 'when'], rows);
}
