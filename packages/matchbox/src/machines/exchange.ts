/** What was asked and answered over HTTP, told as steps and events of a machine. */
import type { Story } from '../answer/answer.ts';
import {
  answerEvent,
  digestOf,
  digestsOf,
  hasOne,
  nameOfEntry,
  type ServedAnswer,
  secretsOf,
  tenths,
} from './answer-event.ts';
import { EventAgain } from './event.ts';
import { type ImageKind, type Images, imagesOf } from './images.ts';
import { installationOf } from './installation.ts';
import type { BootStep, Machine, Boot as MachineBoot } from './machine.ts';
import type { Machines } from './machines.ts';
import { policyOf } from './policy.ts';
import { type AskedAgain, Returning } from './returning.ts';

/** A file that was sent, as far as it was. */
export interface SentAsset {
  /** `/assets/…`, decoded. */
  readonly path: string;
  readonly address: string;
  readonly status: number;
  readonly sentBytes: number;
  /** Bytes that there were to send. */
  readonly wantedBytes: number;
  readonly milliseconds: number;
  readonly at: number;
}

const stepOfEndpoint: Readonly<Record<string, BootStep>> = {
  ipxe: 'script',
  grub: 'script',
  'netboot.ipxe': 'script',
  ignition: 'config',
  cloud: 'config',
  generic: 'config',
  'nocloud/user-data': 'config',
};

/** Watches exchanges. It changes nothing of them. */
export class ExchangeRecorder {
  readonly #machines: Machines;
  /** Paths of kernel and initrds by machine, from the script that it was served last. */
  readonly #images = new Map<string, Images>();
  readonly #returning: Returning;

  constructor(machines: Machines) {
    this.#machines = machines;
    this.#returning = new Returning(machines);
    machines.listen({ forgotten: ({ id }) => void this.#images.delete(id) });
  }

  /**
   * Takes in an answer by what was found out when the same was answered before.
   * @returns false for one that has to be looked into
   */
  answeredAgain(again: AskedAgain, address: string): boolean {
    const known = this.#returning.take(again, address);
    if (known === undefined) return false;
    const { body, at, milliseconds } = again;
    const digest = digestOf(body, known.digests);
    if (body.length > 0) this.#machines.archive.keep(digest, body);
    if (known.images !== undefined) this.#images.set(known.event.machine, known.images);
    this.#machines.record(
      new EventAgain(known, { at, digest, bytes: body.length, milliseconds: tenths(milliseconds) }),
    );
    return true;
  }

  answered(served: ServedAnswer): void {
    const { endpoint, labels, address, status, story, at } = served;
    const machines = this.#machines;
    const known = machines.sighted(labels, { address, at });
    if (known === undefined) return;
    const step = stepOfEndpoint[endpoint];
    const matched = withMatch(known, story);
    const machine = status < 400 ? this.#step(matched, served, step) : this.#refuse(matched, served);
    this.#noteRollout(machine, served, step);
    const digests = digestsOf(story);
    const digest = digestOf(served.body, digests);
    const secrets = secretsOf(served, machines.redaction);
    if (served.body.length > 0 && !hasOne(served.body, secrets)) machines.archive.keep(digest, served.body);
    const query = machines.redaction.query(served.rawQuery);
    const event = answerEvent(machine, served, { digest, query, secrets, kind: step ?? 'asset' });
    machines.record(event);
    if (secrets.length > 0) return;
    const boot = step === 'script' ? story.profile?.value?.boot : undefined;
    const images = boot && imagesOf(boot);
    this.#returning.note(machine, served, { step, event, digests, images, installs: isInstalling(served) });
  }

  /** A download began that may take a while. */
  sending({ path, address, at }: Pick<SentAsset, 'path' | 'address' | 'at'>): void {
    const machine = this.#machines.registry.byAddress(address, at);
    if (typeof machine !== 'object') return;
    const what = this.#images.get(machine.id)?.get(path);
    if (what === undefined) return;
    this.#machines.apply(machine.id, { kind: 'loading', at, what: what === 'further' ? nameOfFile(path) : what });
  }

  sent({ path, address, status, sentBytes, wantedBytes, milliseconds, at }: SentAsset): void {
    const machines = this.#machines;
    const machine = machines.registry.byAddress(address, at);
    if (machine === 'ambiguous') this.#noteUnsure({ path, address, at });
    if (typeof machine !== 'object') return;
    const image = this.#images.get(machine.id)?.get(path);
    const kind = image === undefined || image === 'further' ? 'asset' : image;
    const isCut = status < 400 && sentBytes < wantedBytes;
    if (status >= 400)
      machines.apply(machine.id, {
        kind: 'refused',
        at,
        newBoot: machines.newBootId,
        what: path,
        status,
        reason: `asset_${status}`,
      });
    else if (image !== undefined) {
      const what = image === 'further' ? nameOfFile(path) : image;
      this.#noteImage(machine.id, image, {
        what,
        at,
        ...(isCut && { cut: { what, sent: sentBytes, of: wantedBytes } }),
      });
    }
    const current = machines.registry.get(machine.id) ?? machine;
    machines.record({
      kind,
      machine: machine.id,
      at,
      what: path.length > 300 ? `${path.slice(0, 300)}…` : path,
      address,
      status,
      bytes: sentBytes,
      milliseconds: Math.round(milliseconds),
      ...(isCut && { wantedBytes }),
      ...(current.boot && { boot: current.boot.id }),
    });
  }

  #noteImage(
    id: string,
    image: ImageKind,
    fetched: { what: string; at: number; cut?: NonNullable<MachineBoot['cut']> },
  ): void {
    const { what, ...rest } = fetched;
    const { newBootId: newBoot } = this.#machines;
    this.#machines.apply(
      id,
      image === 'further' ? { kind: 'further', what, ...rest } : { kind: 'step', step: image, newBoot, ...rest },
    );
  }

  /** One of several behind an address fetched it: nobody can say which, and of none that it did not. */
  #noteUnsure({ path, address, at }: Pick<SentAsset, 'path' | 'address' | 'at'>): void {
    for (const { id } of this.#machines.registry.allAt(address, at))
      if (this.#images.get(id)?.has(path)) this.#machines.apply(id, { kind: 'unsure', at });
  }

  #step(machine: Machine, served: ServedAnswer, step: BootStep | undefined): Machine {
    const { story, at } = served;
    const machines = this.#machines;
    if (story.reason === 'boot_from_disk') return machines.applyTo(machine, { kind: 'disk', at });
    if (step === undefined) {
      machines.update(machine);
      return machine;
    }
    const profile = story.profile?.value;
    const isScript = step === 'script';
    if (isScript && profile?.boot !== undefined) this.#images.set(machine.id, imagesOf(profile.boot));
    const installation = isScript ? installationOf(story.profile) : undefined;
    return machines.applyTo(isScript ? machines.noticeLoop(machine, story.profile, at) : machine, {
      kind: 'step',
      step,
      at,
      newBoot: machines.newBootId,
      installs: isInstalling(served),
      ...(installation && { installation }),
    });
  }

  /** The config of a boot says which profile its reports are about; the script does where that is all. */
  #noteRollout({ id, boot }: Machine, { status, story }: ServedAnswer, step: BootStep | undefined): void {
    if (story.rollout === undefined || step === undefined || status >= 400 || boot === undefined) return;
    this.#machines.rollouts.served(id, boot.id, story.profile?.value?.id ?? '');
  }

  #refuse(machine: Machine, { endpoint, status, story, at }: ServedAnswer): Machine {
    if (story.reason === 'boot_from_disk') return this.#machines.applyTo(machine, { kind: 'disk', at });
    const { newBootId: newBoot } = this.#machines;
    return this.#machines.applyTo(machine, {
      kind: 'refused',
      at,
      newBoot,
      what: endpoint,
      status,
      reason: story.reason,
    });
  }
}

function isInstalling({ labels, story: { group, profile } }: ServedAnswer): boolean {
  return labels.get('os') !== 'installed' && !policyOf(group?.value, profile?.value).ephemeral;
}

/** What matched is part of the record; a machine that only a default group takes, or none, is in the inbox. */
function withMatch(machine: Machine, { group, profile }: Story): Machine {
  const groupId = group === undefined ? undefined : group.value?.id || nameOfEntry(group);
  const inbox = group?.value === undefined || group.value.selector.size === 0;
  const profileId = profile?.value?.id;
  if (machine.group === groupId && machine.profile === profileId && machine.inbox === inbox) return machine;
  return { ...machine, inbox, group: groupId, profile: profileId };
}

function nameOfFile(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).slice(0, 100);
}
