/** The web page as the flags ask for it. */
import type { FlagValues } from './cli/server-flags/table.ts';
import { StartError } from './start-error.ts';
import type { UiOptions } from './ui-options.ts';

/** @throws StartError for flags that contradict each other */
export function uiOptionsOf(values: FlagValues): UiOptions | undefined {
  if (values['ui-address'] === '') return undefined;
  if ((values['ui-cert-file'] === '') !== (values['ui-key-file'] === ''))
    throw new StartError('bad_path', '-ui-cert-file and -ui-key-file: one is of no use without the other');
  const certificateFiles = [
    ...(values['rpc-address'] === ''
      ? []
      : [{ name: 'gRPC API', certFile: values['cert-file'], keyFile: values['key-file'] }]),
    ...(values['web-ssl'] || values['web-ssl-address'] !== ''
      ? [{ name: 'machines (HTTPS)', certFile: values['web-cert-file'], keyFile: values['web-key-file'] }]
      : []),
  ];
  return {
    address: values['ui-address'],
    certFile: values['ui-cert-file'],
    keyFile: values['ui-key-file'],
    hosts: values['ui-host'],
    trustedProxy: values['ui-trusted-proxy'],
    proxyHeader: values['ui-proxy-header'],
    statePath: values['state-path'],
    auditLog: values['audit-log'] || undefined,
    gitAudit: values['git-audit'],
    certificateFiles,
    // Loaded by the first who asks.
    netbootDoctor: async (signal) => {
      const [{ examineHost }, { netbootAccess }] = await Promise.all([
        import('./cli/netboot/examine-host.ts'),
        import('./netboot-access.ts'),
      ]);
      return examineHost(netbootAccess, values, signal);
    },
  };
}
