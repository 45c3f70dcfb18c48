/** The web page on loopback, without TLS, a proxy or further names. */
export const plainPage = { certFile: '', keyFile: '', hosts: '', trustedProxy: '', proxyHeader: '' } as const;
