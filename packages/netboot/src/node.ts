export { type DhcpPorts, DhcpSockets, type DhcpSocketsOptions } from './dhcp/server.ts';
export { JournalError, LeaseJournal, type LeaseJournalOptions, readLeaseJournal } from './lease/journal.ts';
export { type JournalRecord, leasesAfterRestart, parseJournal, type ReadJournal } from './lease/journal-record.ts';
export { LoaderStore, systemLoaderFolders } from './loader/store.ts';
export { NetbootRefusedError } from './netboot/mode.ts';
export {
  type NetbootEvents,
  type NetbootOptions,
  type NetbootPorts,
  standardPorts,
  type UnkeptLease,
} from './netboot/options.ts';
export { Netboot } from './netboot/server.ts';
export { findServers, type ProbeOptions } from './probe/server.ts';
export { explainBindError, portHolders, SocketError } from './socket/explain.ts';
export { type InheritedSocket, inheritedSockets } from './socket/inherited.ts';
export { chooseInterface, type HostInterface, hostInterfaces, linkStateOf, mtuOf } from './socket/interface.ts';
export { portObstacle } from './socket/try-port.ts';
export { type FileSource, memoryFile, openServedFile, type ServedFile } from './tftp/files.ts';
export { TftpServer, type TftpServerOptions } from './tftp/server.ts';
