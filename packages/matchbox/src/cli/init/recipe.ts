/** What a recipe of `matchbox init -recipe` is: a system that people boot or install, with its profiles, templates and groups. */

/** How far a recipe was tried, the best first. */
export const proofs = ['installed here', 'started here', 'answers checked', 'from documentation'] as const;

export type Proof = (typeof proofs)[number];

export interface Recipe {
  /** What it boots, for the help and the documentation. */
  readonly about: string;
  readonly proof: Proof;
  /** What was run, and what was not. */
  readonly tried: string;
  /** It writes to no disk and carries no secrets; any other is for named machines alone. */
  readonly isForAnyone?: true;
  /** Profiles by their id, without it. @param url of the server, without a slash at its end */
  readonly profiles: (url: string) => Readonly<Record<string, object>>;
  /** Template files, by their path. */
  readonly templates: (url: string) => Readonly<Record<string, string>>;
  /** Groups of one machine; without it one, with the first profile. @param index counts the machines of the site from 0 */
  readonly groups?: (index: number, count: number) => readonly MachineGroup[];
  /** What has to be done before a machine boots: commands, and sentences. */
  readonly before?: (url: string) => readonly string[];
}

export interface MachineGroup {
  /** Behind the machine's name: `-install`. */
  readonly suffix?: string;
  /** Besides the address: what another stage sends. */
  readonly selector?: Readonly<Record<string, string>>;
  readonly profile: string;
  /** Besides the host name and the keys. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Most recipes: what the server answers is checked by the tests, and the system was not started. */
export function answersChecked(tried: string): Pick<Recipe, 'proof' | 'tried'> {
  return { proof: 'answers checked', tried };
}

/** The same where nothing but the answers was tried. @param strangers what it says of them is their documentation's */
export function onlyAnswersChecked(strangers: string): Pick<Recipe, 'proof' | 'tried'> {
  return answersChecked(`the answers are checked; ${strangers} is from documentation`);
}

/** The same of a system whose live config writes it to the disk with a second one. @param installer what writes it, which was not run */
export function twoConfigsChecked(installer: string): Pick<Recipe, 'proof' | 'tried'> {
  return answersChecked(
    `the way of the two configs is gone by the end-to-end tests with a small system and real Ignition; ${installer} is from documentation`,
  );
}

/** Filled in by iPXE. */
export const labels = 'mac=${mac:hexhyp}';

/** After a report `installed` the machine starts from its disk; an installer that is started over and over is held. */
export const installsOnce = { install: 'once', on_loop: 'hold' } as const;

/** Whoever asks for its answers once must not be told to wait once it runs. */
export const installsImpatiently = { ...installsOnce, hold_at: 'script' } as const;

/** The users of Butane configs. */
export const coreUser = `passwd:
  users:
    - name: core
      ssh_authorized_keys:
{{- range .ssh_authorized_keys}}
        - {{.}}
{{- end}}
`;

export const hostnameFile = `    - path: /etc/hostname
      mode: 0644
      contents:
        inline: |
          {{.hostname}}
`;

/** `curl` that tells how it went; a report that cannot be made must not undo what it reports. */
export function reportBy(curl: string, state: 'installed' | 'running' | 'failed'): string {
  return `${curl} -fsS --retry 10 --max-time 60 "{{.matchbox_report_url}}?state=${state}"`;
}
