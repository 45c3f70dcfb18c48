/** Machines' stories as a server that is nobody's keeps them: no webhooks, and reports with a token are believed. */

/** @param statePath '' for a state in memory */
export function plainMachines(statePath: string) {
  return { statePath, publicUrl: '', trustReports: 'token', distrustFile: '', webhooksFile: '' } as const;
}
