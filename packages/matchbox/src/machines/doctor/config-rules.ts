/** Silences of a system that runs: its config, its report. */
import { type BootRule, isAsset, isLoading, isScript, refusalText } from './diagnosis.ts';

/** Arguments without which a system does not ask, by the argument that says where to ask. */
const firstBootArguments: readonly (readonly [url: RegExp, needed: RegExp, name: string])[] = [
  [
    /^ignition\.config\.url=/,
    /^(ignition\.firstboot|flatcar\.first_boot|coreos\.first_boot)(=|$)/,
    'ignition.firstboot=1 (Fedora CoreOS) or flatcar.first_boot=1 (Flatcar)',
  ],
];

export const configNever: BootRule = ({ steps, loading, unsure, network, netboot }, _machine, context) => {
  const { now, thresholds, args, hasConfig } = context;
  const since = steps.initrd ?? steps.kernel ?? unsure;
  if (!hasConfig || since === undefined || steps.config !== undefined || steps.report !== undefined) return undefined;
  if (isLoading(loading, now) || now - since < thresholds.configMs) return undefined;
  const missing = missingArguments(args ?? []);
  if (missing !== undefined) {
    return {
      code: 'config_missing_arguments',
      since,
      evidence: ['it has kernel and initrd and never asked for its config', missing],
      causes: ['without that argument the system does not look for a config'],
      check: 'the args of its profile',
    };
  }
  const unreachable =
    'the config’s URL names a host, port or path at which nothing answers the system, or a name that it cannot resolve';
  const others = [
    'the initramfs has no network: no driver for the card, a slow link, the wrong interface in ip=',
    'the kernel did not start (panic; initrd= missing under UEFI)',
  ];
  return {
    code: 'config_never_asked',
    since,
    evidence: [
      unsure === undefined || steps.kernel !== undefined
        ? 'it has kernel and initrd and never asked for its config'
        : 'somebody at its address has fetched its images, and it never asked for its config',
      `its kernel arguments name one: ${urlIn(args ?? [])}`,
      ...(network === undefined ? [] : ['since then its system asked for an address by DHCP: it has a network']),
      ...(network === undefined && netboot !== undefined ? ['since then no DHCP request of its system was seen'] : []),
    ],
    causes: network === undefined ? [...others, unreachable] : [unreachable, ...others],
    check:
      'its console; DHCP requests from this address after the kernel was loaded mean that the network of the initramfs works',
  };
};

const configArgument =
  /^(ignition\.config\.url|coreos\.inst\.ignition_url|talos\.config|ds|cloud-config-url|inst\.ks|url|autoyast|inst\.auto)=/;

/** The argument that says where to ask, as the profile has it. */
function urlIn(args: readonly string[]): string {
  const found = args.flatMap((arg) => arg.split(/\s+/)).find((word) => configArgument.test(word)) ?? '';
  return found.length > 200 ? `${found.slice(0, 200)}…` : found;
}

function missingArguments(args: readonly string[]): string | undefined {
  const words = args.flatMap((arg) => arg.split(/\s+/));
  const url = firstBootArguments.find(([pattern]) => words.some((word) => pattern.test(word)));
  if (url === undefined) {
    return words.some((word) => configArgument.test(word))
      ? undefined
      : 'its kernel arguments name no config (ignition.config.url=, cloud-config-url=, ds=, …)';
  }
  const [, needed, name] = url;
  return words.some((word) => needed.test(word)) ? undefined : `its kernel arguments lack ${name}`;
}

export const configRefused: BootRule = ({ refused }) => {
  if (refused === undefined || refused.reason === 'no_group' || isScript(refused.what) || isAsset(refused.what))
    return undefined;
  return {
    code: 'config_refused',
    since: refused.since,
    evidence: [refusalText(refused)],
    causes:
      refused.status === 404
        ? ['a template or file that its profile names is not there']
        : ['the template cannot be rendered'],
    check:
      'matchbox explain names the file and the line; Ignition asks again by itself after a 5xx, and gives up after a 404',
  };
};

export const noReport: BootRule = ({ steps }, { state }, { now, thresholds, configReports }) => {
  if (steps.config === undefined || steps.report !== undefined || state === 'installed' || state === 'running')
    return undefined;
  if (now - steps.config < thresholds.reportMs) return undefined;
  if (!configReports) {
    return {
      code: 'reports_not_configured',
      since: steps.config,
      evidence: ['it has its config, which sends no report'],
      causes: ['it may well be running: nothing would say so'],
      check: 'a report in its template (matchbox_report_url): see the guide on reports',
    };
  }
  return {
    code: 'config_no_report',
    since: steps.config,
    evidence: ['it has its config, and no report came'],
    causes: [
      'the installer failed (a disk that is not there, an image that cannot be fetched, too little memory)',
      'the installed system cannot reach this server',
      'it waits in the firmware’s menu after the installation',
    ],
    check: 'its console',
  };
};
