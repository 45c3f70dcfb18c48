#!/usr/bin/env node
/** `bootcmd`: the command line client. What is not wanted is not loaded. */
import { versionText } from './cli/bootcmd/version-text.ts';
import { version } from './version.ts';

// A reader that goes away (`| head`) ends the output, not with a stack trace.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
const words = process.argv.slice(2);
if (words.length === 1 && words[0] === 'version') process.stdout.write(versionText(version));
else process.exitCode = await (await import('./run-bootcmd.ts')).runHere(words, version);
