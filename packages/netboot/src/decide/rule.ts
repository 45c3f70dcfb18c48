/** Why a packet was answered or not: every reason that there is. Log, metrics, doctor and documentation read this table. */

/** `refused` is an answer too: a NAK. `noted` changes a lease and needs no answer. */
export type Outcome = 'answered' | 'refused' | 'noted' | 'ignored' | 'dropped';

interface RuleText {
  readonly outcome: Outcome;
  /** Finishes the sentence "the packet was answered (ignored, …), because". */
  readonly because: string;
}

const rule = (outcome: Outcome, because: string): RuleText => ({ outcome, because });

export const rules = {
  // What is no request of an Ethernet machine.
  too_short: rule('dropped', 'it is shorter than a DHCP message'),
  bad_cookie: rule('dropped', 'it has not the cookie of a DHCP message'),
  bad_hardware_length: rule('dropped', 'its hardware address is longer than the field for it'),
  option_truncated: rule('dropped', 'an option is longer than what is left of the message'),
  no_end_option: rule('dropped', 'its options have no end'),
  bad_overload: rule('dropped', 'it says in an unknown way that its options go on in other fields'),
  not_a_request: rule('dropped', 'it is a server’s message'),
  not_ethernet: rule('dropped', 'its hardware address is none of Ethernet'),
  bad_hardware_address: rule('dropped', 'its hardware address is none that a machine can have'),
  bad_relay: rule('dropped', 'its relay’s address is none that a relay can have'),
  bad_source: rule('dropped', 'it came from an address that nothing can be sent to'),
  no_message_type: rule('dropped', 'it does not say what it is (BOOTP, or a broken option 53)'),
  server_message: rule('dropped', 'it is of a type that only servers send'),
  own_probe: rule('dropped', 'it is our own search for other servers'),
  // What is not for us.
  mode_off: rule('ignored', 'network boot is off'),
  no_network: rule('ignored', 'no network that we serve has its relay or its address'),
  not_network_boot: rule('ignored', 'it is from no network boot client, and the DHCP server is another'),
  proxy_not_asked: rule('ignored', 'addresses are another server’s business here'),
  other_server: rule('ignored', 'it is meant for another server'),
  not_for_boot_port: rule('ignored', 'only a request for a boot file belongs on port 4011'),
  apple: rule('ignored', 'it is Apple’s boot protocol, which is not spoken here'),
  denied: rule('ignored', 'the machine is on the deny list'),
  unknown_machine: rule('ignored', 'no group but a default matches the machine, and only known ones are answered'),
  opted_out: rule('ignored', 'its group says that it does not boot from the network'),
  boots_from_disk: rule(
    'ignored',
    'it is to boot from its disk, and an iPXE as old as the one for its firmware does not come back from that',
  ),
  rate_limited: rule('ignored', 'the machine was answered too often in the last seconds'),
  all_rate_limited: rule('ignored', 'all machines together were answered too often in the last seconds'),
  // Boot clients that we have nothing for.
  no_architecture: rule('ignored', 'it does not say what its firmware is'),
  unknown_architecture: rule('ignored', 'there is no loader for its architecture'),
  loader_missing: rule('ignored', 'the loader for its architecture was not found, and another would not run'),
  raspberry_pi: rule('ignored', 'it is a Raspberry Pi’s own loader, which cannot run the one for a BIOS'),
  // Answers.
  proxy_offer: rule('answered', 'it is a network boot client, and another server gives it an address'),
  boot_file: rule('answered', 'it asks for its boot file'),
  offer: rule('answered', 'there is an address for it'),
  selected: rule('answered', 'it takes our offer'),
  rebooted: rule('answered', 'it asks for the address that it has a lease for'),
  renewed: rule('answered', 'it extends its lease'),
  informed: rule('answered', 'it has an address and asks for the rest'),
  wrong_network: rule('refused', 'the address is of another network'),
  leased_to_other: rule('refused', 'the address is another machine’s'),
  not_offered: rule('refused', 'the address is not what it was offered'),
  no_lease: rule('refused', 'it has no lease for the address, and we are the only server'),
  released: rule('noted', 'it gives its address back'),
  declined: rule('noted', 'it found its address in use'),
  // Addresses.
  pool_exhausted: rule('ignored', 'no address is free'),
  unknown_share_exhausted: rule('ignored', 'the share of addresses for machines that no group matches is used up'),
  leases_away: rule('ignored', 'the engine that keeps the leases cannot be reached, so no address is given away'),
  lease_unknown: rule('ignored', 'we know nothing of its lease, and another server may'),
  bad_request: rule('ignored', 'it names no address, or one that it cannot have'),
  not_its_lease: rule('ignored', 'the address is not the machine’s own'),
} satisfies Record<string, RuleText>;

export type Rule = keyof typeof rules;

export function outcomeOf(name: Rule): Outcome {
  return rules[name].outcome;
}
