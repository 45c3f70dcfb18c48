import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import type { Profile } from '../data/profile.ts';
import { NetBootSchema, ProfileSchema } from './gen/matchbox/storage_pb.ts';
import { fromProfileMessage, fromStoredProfile, toProfileInit, toProfileMessage } from './group-message.ts';

const whole: Profile = {
  id: 'a',
  name: '',
  ignitionId: 'a.ign',
  cloudId: '',
  genericId: '',
  boot: {
    kernel: '/k',
    initrd: ['/i'],
    args: ['quiet'],
    ipxeId: 'a.ipxe',
    grubId: 'a.cfg',
    arch: new Map([['arm64', { kernel: '/arm', initrd: ['/i'], args: [] }]]),
  },
  ignitionVersion: 'as-written',
  provision: { install: 'once', diskBoot: undefined, onLoop: 'hold', holdAt: undefined, ephemeral: false },
};
const plain: Profile = {
  id: 'a',
  name: '',
  ignitionId: 'a.ign',
  cloudId: '',
  genericId: '',
  boot: { kernel: '/k', initrd: ['/i'], args: ['quiet'] },
};

/** Over the wire, as our client sends it. */
function sent(profile: Profile) {
  return fromBinary(ProfileSchema, toBinary(ProfileSchema, create(ProfileSchema, toProfileInit(profile))));
}

/** As a client of the original server, which knows only its own fields. */
function sentByOthers({ id, ignitionId, boot }: Profile) {
  const known = boot && create(NetBootSchema, { kernel: boot.kernel, initrd: [...boot.initrd], args: [...boot.args] });
  return create(ProfileSchema, { id, ignitionId, ...(known && { boot: known }) });
}

test('a profile is put and got whole, with what the original server knows nothing of', () => {
  expect(fromProfileMessage(sent(whole), undefined)).toEqual(whole);
  const got = fromBinary(ProfileSchema, toBinary(ProfileSchema, toProfileMessage(whole)));
  expect(fromStoredProfile(got)).toEqual(whole);
});

test('a put by a client that does not know our fields leaves what is stored of them', () => {
  expect(fromProfileMessage(sentByOthers(plain), whole)).toEqual(whole);
  const other = { ...plain, ignitionId: 'b.ign', boot: { kernel: '/k2', initrd: [], args: [] } };
  expect(fromProfileMessage(sentByOthers(other), whole)).toEqual({
    ...whole,
    ignitionId: 'b.ign',
    boot: { kernel: '/k2', initrd: [], args: [], ipxeId: 'a.ipxe', grubId: 'a.cfg', arch: whole.boot!.arch },
  });
  expect(fromProfileMessage(sentByOthers({ ...plain, boot: undefined }), whole).boot).toEqual({
    kernel: '',
    initrd: [],
    args: [],
    ipxeId: 'a.ipxe',
    grubId: 'a.cfg',
    arch: whole.boot!.arch,
  });
});

test('a put by our client takes away what it does not have', () => {
  expect(fromProfileMessage(sent(plain), whole)).toEqual(plain);
  expect(fromProfileMessage(sent({ ...plain, provision: { ...whole.provision!, onLoop: undefined } }), whole)).toEqual({
    ...plain,
    provision: { ...whole.provision, onLoop: undefined },
  });
});

test('a profile without what the original server does not know is the same bytes as from it', () => {
  expect(toBinary(ProfileSchema, toProfileMessage(plain))).toEqual(toBinary(ProfileSchema, sentByOthers(plain)));
});
