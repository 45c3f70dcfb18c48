/** What the data directory says about a machine, as far as a silence of it depends on that. */
import { templateEndpoints } from '../answer/endpoint.ts';
import { bootSections } from '../data/boot.ts';
import type { Profile } from '../data/profile.ts';
import type { Snapshot } from '../data/snapshot.ts';
import { type DoctorContext, defaultThresholds, type Thresholds } from './doctor/diagnosis.ts';
import { imagesOf } from './images.ts';
import type { Machine } from './machine.ts';
import { policyOf } from './policy.ts';

export function contextOf(
  machine: Machine,
  snapshot: Snapshot,
  now: number,
  thresholds: Thresholds = defaultThresholds,
): DoctorContext {
  const group = machine.group === undefined ? undefined : snapshot.group(machine.group)?.value;
  const profile = machine.profile === undefined ? undefined : snapshot.profile(machine.profile)?.value;
  const { args, imagesAreOurs, hasConfig, configReports } = profileContext(profile, snapshot);
  const { installOnce } = policyOf(group, profile);
  return { now, thresholds, args, imagesAreOurs, hasConfig, configReports, installOnce };
}

type ProfileContext = Pick<DoctorContext, 'args' | 'imagesAreOurs' | 'hasConfig' | 'configReports'>;

/** Thousands of machines that are looked at have the same profile. */
const contexts = new WeakMap<Snapshot, Map<Profile | undefined, ProfileContext>>();

function profileContext(profile: Profile | undefined, snapshot: Snapshot): ProfileContext {
  const known = contexts.get(snapshot) ?? new Map<Profile | undefined, ProfileContext>();
  if (known.size === 0) contexts.set(snapshot, known);
  let context = known.get(profile);
  if (context === undefined) {
    context = readProfile(profile, snapshot);
    known.set(profile, context);
  }
  return context;
}

function readProfile(profile: Profile | undefined, snapshot: Snapshot): ProfileContext {
  const templates = Object.values(templateEndpoints).flatMap((endpoint) => {
    const name = profile && endpoint.idOf(profile);
    const entry = name ? snapshot.template(endpoint.kind, name) : undefined;
    return entry === undefined ? [] : [entry];
  });
  return {
    args: profile?.boot && bootSections(profile.boot).flatMap(({ section }) => section.args),
    imagesAreOurs: profile?.boot !== undefined && [...imagesOf(profile.boot).values()].includes('kernel'),
    hasConfig: templates.length > 0,
    configReports: templates.some(({ value }) => value !== undefined && namesReport(value.bytes)),
  };
}

/** Thousands of machines have the same template, and are looked at again and again. */
const naming = new WeakMap<Uint8Array, boolean>();

function namesReport(bytes: Uint8Array): boolean {
  let names = naming.get(bytes);
  if (names === undefined) {
    names = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('matchbox_report_url');
    naming.set(bytes, names);
  }
  return names;
}
