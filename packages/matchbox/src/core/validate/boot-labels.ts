/** Labels that boot loaders send by themselves (`/boot.ipxe`), all in lower case. */
export const bootLabels = ['uuid', 'mac', 'domain', 'hostname', 'serial', 'arch'] as const;
