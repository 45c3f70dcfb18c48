/** What is said of arguments that `parseArgs` refuses. */
import { nearest } from '../foresight/validate/edit-distance.ts';

/**
 * Its first sentence, and the flag that was perhaps meant. The rest is about words that begin with a dash, which nobody meant who mistyped a flag.
 * @param flags names without dashes
 * @example argumentFault(error, ['data-path']) === "Unknown option '--data-pth'; did you mean -data-path?"
 */
export function argumentFault({ message }: Error, flags: readonly string[]): string {
  const [sentence = message] = message.split(/\.(?:\s|$)/, 1);
  const unknown = /^Unknown option '--?([^']+)'$/.exec(sentence)?.[1];
  const near = unknown === undefined ? undefined : nearest(unknown, flags);
  return near === undefined ? sentence : `${sentence}; did you mean -${near}?`;
}
