/** openSUSE and SLES: AutoYaST until Leap 15, Agama from Leap 16 on. */
import { installsImpatiently, labels, onlyAnswersChecked, type Recipe, reportBy } from '../recipe.ts';

const leap15 = 'http://download.opensuse.org/distribution/leap/15.6/repo/oss';

export const autoyast: Recipe = {
  about: 'openSUSE Leap 15.6 (and SLES 15), installed by AutoYaST',
  ...onlyAnswersChecked('the installer'),
  profiles: (url) => ({
    autoyast: {
      name: 'openSUSE Leap 15.6, installed by AutoYaST (2 GB of RAM)',
      boot: {
        kernel: `${leap15}/boot/x86_64/loader/linux`,
        initrd: [`--name main ${leap15}/boot/x86_64/loader/initrd`],
        args: ['initrd=main', `install=${leap15}`, `autoyast=${url}/generic?${labels}`, 'ifcfg=*=dhcp', 'textmode=1'],
      },
      generic_id: 'autoinst.xml',
      provision: installsImpatiently,
    },
  }),
  templates: () => ({
    'generic/autoinst.xml': `<?xml version="1.0"?>
<!DOCTYPE profile>
<profile xmlns="http://www.suse.com/1.0/yast2ns" xmlns:config="http://www.suse.com/1.0/configns">
  <general>
    <mode>
      <confirm config:type="boolean">false</confirm>
    </mode>
  </general>
  <networking>
    <dns>
      <hostname>{{html .hostname}}</hostname>
    </dns>
    <keep_install_network config:type="boolean">true</keep_install_network>
  </networking>
  <!-- The first disk. All that is on it goes. -->
  <partitioning config:type="list">
    <drive>
      <use>all</use>
      <initialize config:type="boolean">true</initialize>
    </drive>
  </partitioning>
  <software>
    <products config:type="list">
      <product>Leap</product>
    </products>
    <patterns config:type="list">
      <pattern>base</pattern>
    </patterns>
    <packages config:type="list">
      <package>openssh</package>
      <package>curl</package>
    </packages>
  </software>
  <services-manager>
    <services>
      <enable config:type="list">
        <service>sshd</service>
      </enable>
    </services>
  </services-manager>
  <users config:type="list">
    <user>
      <username>root</username>
      <user_password>!</user_password>
      <encrypted config:type="boolean">true</encrypted>
      <authorized_keys config:type="list">
{{- range .ssh_authorized_keys}}
        <authorized_key>{{html .}}</authorized_key>
{{- end}}
      </authorized_keys>
    </user>
  </users>
  <scripts>
    <!-- In the new system, before it starts for the first time: with "install": "once" it boots from its disk from then on. -->
    <chroot-scripts config:type="list">
      <script>
        <filename>report.sh</filename>
        <chrooted config:type="boolean">true</chrooted>
        <source><![CDATA[#!/bin/sh
${reportBy('curl', 'installed')} || true
]]></source>
      </script>
    </chroot-scripts>
  </scripts>
</profile>
`,
  }),
};

export const agama: Recipe = {
  about: 'openSUSE Leap 16 (and SLES 16), installed by Agama',
  proof: 'from documentation',
  tried: 'the answers are checked; where the vendor keeps kernel and initrd, and the installer, are from documentation',
  profiles: (url) => ({
    agama: {
      name: 'openSUSE Leap 16.0, installed by Agama (4 GB of RAM: the ISO is loaded into it)',
      boot: {
        kernel: '/assets/agama/linux',
        initrd: ['--name main /assets/agama/initrd'],
        args: [
          'initrd=main',
          `root=live:${url}/assets/agama/installer.iso`,
          'ip=dhcp',
          `inst.auto=${url}/generic?${labels}`,
          'inst.finish=reboot',
        ],
      },
      generic_id: 'agama.json',
      provision: installsImpatiently,
    },
  }),
  templates: () => ({
    'generic/agama.json': `{
  "product": { "id": "Leap_16.0" },
  "hostname": { "static": {{printf "%q" .hostname}} },
  "root": { "sshPublicKey": {{printf "%q" (index .ssh_authorized_keys 0)}} },
  "scripts": {
    "post": [
      {
        "name": "report.sh",
        "chroot": false,
        "content": "#!/bin/sh\\ncurl -fsS --retry 10 --max-time 60 '{{.matchbox_report_url}}?state=installed' || true\\n"
      }
    ]
  }
}
`,
  }),
  before: () => [
    'put the online installer’s ISO to assets/agama/installer.iso',
    'matchbox get --from-iso assets/agama/installer.iso --assets-path assets --into agama',
  ],
};
