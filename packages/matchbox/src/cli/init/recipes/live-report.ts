/** The Ignition config of a live system that installs: it reports how the installer ended, before the machine restarts. */
import { coreUser, reportBy } from '../recipe.ts';

/**
 * Source: coreos-installer’s `systemd/`: `coreos-installer.target` is the default target where `coreos.inst.install_dev` is given;
 * `coreos-installer.service` installs, `coreos-installer-reboot.service` comes after it.
 */
export function liveReport(variant: string, version: string): string {
  return `# Of the live system that installs, not of what is installed: who may look at it, and a report when the installer is done.
# With "install": "once" the machine boots from its disk from then on, whatever its firmware tries first.
variant: ${variant}
version: ${version}
${coreUser}systemd:
  units:
    - name: report-installed.service
      enabled: true
      contents: |
        [Unit]
        Description=Report to Matchbox that this machine is installed
        Requires=coreos-installer.service
        After=coreos-installer.service
        Before=coreos-installer.target coreos-installer-reboot.service

        [Service]
        Type=oneshot
        ExecStart=-/usr/bin/${reportBy('curl', 'installed')}

        [Install]
        WantedBy=coreos-installer.target
`;
}
