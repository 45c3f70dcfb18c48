/** Who may call what. What is not in the table nobody may. */

export const roles = ['viewer', 'operator'] as const;

export type Role = (typeof roles)[number];

/** Every method that the page's address serves; a test holds it against the services. */
export const methodRoles: Readonly<Record<string, Role>> = {
  'rpcpb.Groups/GroupPut': 'operator',
  'rpcpb.Groups/GroupGet': 'viewer',
  'rpcpb.Groups/GroupDelete': 'operator',
  'rpcpb.Groups/GroupList': 'viewer',
  'rpcpb.Profiles/ProfilePut': 'operator',
  'rpcpb.Profiles/ProfileGet': 'viewer',
  'rpcpb.Profiles/ProfileDelete': 'operator',
  'rpcpb.Profiles/ProfileList': 'viewer',
  'rpcpb.Ignition/IgnitionPut': 'operator',
  'rpcpb.Ignition/IgnitionGet': 'viewer',
  'rpcpb.Ignition/IgnitionDelete': 'operator',
  'rpcpb.Generic/GenericPut': 'operator',
  'rpcpb.Generic/GenericGet': 'viewer',
  'rpcpb.Generic/GenericDelete': 'operator',
  'rpcpb.Cloud/CloudPut': 'operator',
  'rpcpb.Cloud/CloudGet': 'viewer',
  'rpcpb.Cloud/CloudDelete': 'operator',
  'rpcpb.Select/SelectGroup': 'viewer',
  'rpcpb.Select/SelectProfile': 'viewer',
  'rpcpb.Templates/TemplateList': 'viewer',
  'rpcpb.Version/VersionGet': 'viewer',
  'rpcpb.Machines/MachineList': 'viewer',
  'rpcpb.Machines/MachineGet': 'viewer',
  'rpcpb.Machines/MachineEvents': 'viewer',
  'rpcpb.Machines/MachineBytes': 'viewer',
  'rpcpb.Machines/MachineReplay': 'viewer',
  'rpcpb.Machines/MachineWatch': 'viewer',
  'rpcpb.Machines/MachineForesee': 'viewer',
  'rpcpb.Machines/MachineAct': 'operator',
  'rpcpb.Machines/MachineAdopt': 'operator',
  'rpcpb.Rollouts/RolloutCreate': 'operator',
  'rpcpb.Rollouts/RolloutList': 'viewer',
  'rpcpb.Rollouts/RolloutGet': 'viewer',
  'rpcpb.Rollouts/RolloutAct': 'operator',
  'rpcpb.Networks/NetworkPut': 'operator',
  'rpcpb.Networks/NetworkGet': 'viewer',
  'rpcpb.Networks/NetworkDelete': 'operator',
  'rpcpb.Networks/NetworkList': 'viewer',
  'rpcpb.Files/FileList': 'viewer',
  'rpcpb.Files/FileGet': 'viewer',
  'rpcpb.Files/FilePut': 'operator',
  'rpcpb.Files/FileDelete': 'operator',
  'rpcpb.Changes/ChangesApply': 'operator',
  'rpcpb.Files/FileHistory': 'viewer',
  'rpcpb.Foresight/Explain': 'viewer',
  // A draft is a program of the asker's, and what it prints can be made to pass the mask.
  'rpcpb.Foresight/Answers': 'viewer',
  'rpcpb.Foresight/Check': 'operator',
  'rpcpb.Foresight/Impact': 'operator',
  'rpcpb.Site/SiteStatus': 'viewer',
  'rpcpb.Site/AuditList': 'viewer',
  'rpcpb.Site/AssetList': 'viewer',
  'rpcpb.Site/NetbootStatus': 'viewer',
  'rpcpb.Site/NetbootDoctor': 'operator',
  'rpcpb.Site/ImageSystems': 'viewer',
  'rpcpb.Site/ImageGet': 'operator',
};

export type Admission =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly code: 'unauthenticated' | 'permission_denied'; readonly message: string };

/** @throws TypeError for a method that the table forgot, before anybody can ask for it */
export function requireRoles(methods: Iterable<string>): void {
  const forgotten = [...methods].filter((method) => !Object.hasOwn(methodRoles, method));
  if (forgotten.length > 0) throw new TypeError(`methods without a role: ${forgotten.join(', ')}`);
}

/** @param method `rpcpb.Groups/GroupPut` @param user undefined: nobody has signed in */
export function admit(method: string, user: { readonly name: string; readonly role: Role } | undefined): Admission {
  if (user === undefined) return { admitted: false, code: 'unauthenticated', message: 'sign in first' };
  const wanted = Object.hasOwn(methodRoles, method) ? methodRoles[method] : undefined;
  if (wanted === undefined)
    return { admitted: false, code: 'permission_denied', message: `${method} is open to nobody` };
  if (wanted === 'operator' && user.role !== 'operator')
    return {
      admitted: false,
      code: 'permission_denied',
      message: `${user.name} is a viewer, and ${method} is for operators`,
    };
  return { admitted: true };
}
