/**
 * What HTTPS speaks: TLS 1.2 and 1.3 with these cipher suites, in the server's order. The last ones are for iPXE, which knows
 * TLS 1.2 at most, and before 2024 no elliptic curves (https://ipxe.org/crypto and its sources). A client that knows better gets better.
 */

interface SuiteRow {
  /** OpenSSL's name. */
  readonly name: string;
  readonly tls: '1.3' | '1.2';
  /** The key of the certificate that it goes with. */
  readonly key: 'any' | 'RSA' | 'ECDSA';
  /** The year from whose builds on iPXE can speak it; undefined for none. */
  readonly ipxe?: number;
}

export const tlsSuites: readonly SuiteRow[] = [
  { name: 'TLS_AES_128_GCM_SHA256', tls: '1.3', key: 'any' },
  { name: 'TLS_AES_256_GCM_SHA384', tls: '1.3', key: 'any' },
  { name: 'TLS_CHACHA20_POLY1305_SHA256', tls: '1.3', key: 'any' },
  { name: 'ECDHE-ECDSA-AES128-GCM-SHA256', tls: '1.2', key: 'ECDSA', ipxe: 2025 },
  { name: 'ECDHE-RSA-AES128-GCM-SHA256', tls: '1.2', key: 'RSA', ipxe: 2024 },
  { name: 'ECDHE-ECDSA-AES256-GCM-SHA384', tls: '1.2', key: 'ECDSA', ipxe: 2025 },
  { name: 'ECDHE-RSA-AES256-GCM-SHA384', tls: '1.2', key: 'RSA', ipxe: 2024 },
  { name: 'ECDHE-ECDSA-CHACHA20-POLY1305', tls: '1.2', key: 'ECDSA' },
  { name: 'ECDHE-RSA-CHACHA20-POLY1305', tls: '1.2', key: 'RSA' },
  { name: 'ECDHE-RSA-AES128-SHA256', tls: '1.2', key: 'RSA', ipxe: 2024 },
  { name: 'ECDHE-RSA-AES256-SHA384', tls: '1.2', key: 'RSA', ipxe: 2024 },
  { name: 'AES128-GCM-SHA256', tls: '1.2', key: 'RSA', ipxe: 2022 },
  { name: 'AES256-GCM-SHA384', tls: '1.2', key: 'RSA', ipxe: 2022 },
  { name: 'AES128-SHA256', tls: '1.2', key: 'RSA', ipxe: 2015 },
  { name: 'AES256-SHA256', tls: '1.2', key: 'RSA', ipxe: 2015 },
  { name: 'AES128-SHA', tls: '1.2', key: 'RSA', ipxe: 2015 },
  { name: 'AES256-SHA', tls: '1.2', key: 'RSA', ipxe: 2015 },
];

/** The list in OpenSSL's form. */
export const tlsSuiteList: string = tlsSuites.map(({ name }) => name).join(':');
