/** What tests of other packages may use: messages as real clients send them, and models of what takes our answers. */
export * from './decide/firmware.contract.ts';
export * from './dhcp/sample.contract.ts';
