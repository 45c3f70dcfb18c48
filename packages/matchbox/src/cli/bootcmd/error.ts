/** A command of bootcmd could not do what it was asked; the message is what the user reads after `Error:`. */

/** Exit codes, upstream's where upstream has one. */
export const exitCodes = { failed: 1, badEndpoint: 2, differences: 3, badCredentials: 128, badUsage: 255 } as const;

export class BootcmdError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BootcmdError';
  }
}
