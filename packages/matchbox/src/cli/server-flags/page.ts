/** Flags of the web page. */
import type { FlagRow } from './row.ts';

export const pageFlags = [
  {
    name: 'ui-address',
    type: 'string',
    default: '',
    help: 'Listen address of the web page; without a host it is on loopback',
    added: true,
  },
  {
    name: 'ui-cert-file',
    type: 'string',
    default: '',
    help: 'Path to the TLS certificate of the web page, which it needs away from loopback',
    added: true,
  },
  {
    name: 'ui-host',
    type: 'string',
    default: '',
    help: 'Further names that browsers may use for the web page, separated by commas',
    added: true,
  },
  { name: 'ui-key-file', type: 'string', default: '', help: 'Path to the TLS key of the web page', added: true },
  {
    name: 'ui-proxy-header',
    type: 'string',
    default: 'X-Forwarded-User',
    help: 'Header in which the trusted proxy says who asks for the web page',
    added: true,
  },
  {
    name: 'ui-trusted-proxy',
    type: 'string',
    default: '',
    help: 'Addresses or networks of a proxy that signs people in, separated by commas; nobody else may ask for the web page then',
    added: true,
  },
] as const satisfies readonly FlagRow[];
