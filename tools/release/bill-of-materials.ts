/** The software bill of materials: every package that runs with the programs, by CycloneDX. */
import { createHash } from 'node:crypto';
import { output } from './command.ts';

interface Bom {
  serialNumber: string;
  metadata: { timestamp: string; component: { name: string } };
}

export interface BomSource {
  readonly folder: string;
  readonly version: string;
  readonly commit: string;
  /** ISO 8601 */
  readonly committedAt: string;
}

/** npm's, with what would be another one each time taken from the commit, so that it can be made again. */
export function billOfMaterials({ folder, version, commit, committedAt }: BomSource): string {
  const words = ['--sbom-format=cyclonedx', '--package-lock-only', '--omit=dev', '--sbom-type=application'];
  const bom = JSON.parse(output(folder, 'npm', 'sbom', ...words)) as Bom;
  bom.serialNumber = `urn:uuid:${uuidOf(`${commit} ${version}`)}`;
  bom.metadata.timestamp = new Date(committedAt).toISOString();
  bom.metadata.component.name = 'matchbox';
  return `${JSON.stringify(bom, null, 2)}\n`;
}

/** A UUID of version 8 (RFC 9562): from a text, the same for the same. */
export function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
