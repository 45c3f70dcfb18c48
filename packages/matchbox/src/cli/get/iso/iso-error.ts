/** What is wrong with an ISO image, in words that follow its name. */
export class IsoError extends Error {
  readonly code: 'no_iso' | 'damaged';

  constructor(code: IsoError['code'], message: string) {
    super(message);
    this.name = 'IsoError';
    this.code = code;
  }
}
