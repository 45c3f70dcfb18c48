export {
  type Architecture,
  architectureCodes,
  architectures,
  describeArchitecture,
  firmwareNames,
  selectArchitecture,
} from './architecture.ts';
export { type Client, describeClient, describeEvidence, printable } from './client.ts';
export { AnswerAllowance, type AnswerLimits, defaultLimits } from './decide/allowance.ts';
export { chooseBoot } from './decide/boot.ts';
export { decide, type Packet, type Situation } from './decide/decide.ts';
export type { BootChoice, BootRule, Decision, Endpoint, Reply, ServerPort } from './decide/decision.ts';
export type { DhcpSettings, LeaseTerms, Lookups, Machine, Mode, Network } from './decide/network.ts';
export { BootObserver, type Notice } from './decide/observer.ts';
export type { ReplyPorts } from './decide/reply.ts';
export { type Outcome, outcomeOf, type Rule, rules } from './decide/rule.ts';
export { decodeMachineIdentifier, encodeMachineIdentifier } from './dhcp/machine-identifier.ts';
export {
  broadcastFlag,
  bytesAsText,
  type DhcpMessage,
  macOf,
  messageTypeOf,
  readAddress,
  readNumber,
  readText,
  textAsBytes,
} from './dhcp/message.ts';
export { type MessageType, messageTypes, option } from './dhcp/option.ts';
export { type DecodedPacket, decodePacket, encodePacket, type PacketFault, packetBytes } from './dhcp/packet.ts';
export { decodeSubOptions, encodeSubOptions, type SubOption } from './dhcp/sub-option.ts';
export { decodeUserClasses } from './dhcp/user-class.ts';
export {
  broadcastAddress,
  contains,
  formatIpv4,
  formatSubnet,
  isHostAddress,
  lastOf,
  maskOf,
  noAddress,
  parseIpv4,
  parseSubnet,
  type Subnet,
} from './ipv4.ts';
export { type ClockReading, LeaseClock } from './lease/clock.ts';
export type { KeptTable, LeaseKeeper, NotKept } from './lease/keeper.ts';
export type { Lease, LeaseChange } from './lease/lease.ts';
export { type AddressRange, makePool, maxPoolAddresses, type Pool } from './lease/pool.ts';
export {
  declinedMs,
  LeaseTable,
  type LeaseTableOptions,
  type LeaseView,
  type OfferPlan,
  type OfferRequest,
  offerMs,
} from './lease/table.ts';
export {
  dateOfVersion,
  describeLoaders,
  findVersion,
  handsToDisk,
  type LoaderFile,
  type LoaderTable,
  lacksOf,
  loaderNames,
  makeLoaderTable,
} from './loader/table.ts';
export { canonicalMac, formatMac, MacError, parseMac } from './mac.ts';
export {
  describeSubnet,
  type NetworkConfig,
  NetworkConfigError,
  type ResolvedNetwork,
  resolveNetwork,
  type ServedBy,
  selectNetwork,
} from './netboot/config.ts';
export {
  type EffectiveMode,
  effectiveMode,
  type ModeRequest,
  type ModeSetting,
  modeSettings,
  noteServers,
  type Others,
} from './netboot/mode.ts';
export {
  describeServer,
  mergeServers,
  probeMac,
  probeMessage,
  readProbeAnswer,
  type ServerSeen,
} from './probe/probe.ts';
export { negotiate, type TransferPlan } from './tftp/negotiation.ts';
export {
  type DecodedTftp,
  decodeTftp,
  encodeTftp,
  type TftpFault,
  type TftpOptions,
  type TftpPacket,
  tftpError,
} from './tftp/packet.ts';
export {
  defaultSessionLimits,
  type Effect,
  type Ending,
  endings,
  type OpenedFile,
  type SessionLimits,
  TftpSessions,
  type TransferRecord,
} from './tftp/sessions.ts';
