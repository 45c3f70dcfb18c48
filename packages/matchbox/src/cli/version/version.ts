/** `matchbox version`: what runs here, for reports of faults. */
import type { Command } from '../command.ts';
import { sayUsageFault } from '../command-error.ts';
import { commitOf } from './commit.ts';

export const versionCommand: Command = {
  name: 'version',
  summary: 'print the version, the commit and what runs it',
  run: async (args, context) => {
    const { stdout, version } = context;
    if (args.some((word) => /^--?h(elp)?$/.test(word))) {
      stdout.write(
        'Usage: matchbox version\n\nPrints the version, the commit it was made of, and the Node.js that runs it.\n',
      );
      return 0;
    }
    if (args.length > 0) {
      return sayUsageFault('matchbox version', `found ${JSON.stringify(args[0])}, wanted no argument`, context);
    }
    const commit = commitOf(import.meta.url) ?? 'unknown';
    stdout.write(
      `matchbox ${version ?? 'unknown'}\ncommit: ${commit}\nnode: ${process.version} ${process.platform}/${process.arch}\n`,
    );
    return 0;
  },
};
