export { formatMac, MacError, parseMac } from './mac.ts';
