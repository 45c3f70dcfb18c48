/**
 * `node --import ./tools/typescript/register.js FILE.ts`: runs TypeScript from its source, on every Node that we support, without a build.
 * The packages of the workspace are taken from their sources as well (the condition `matchbox-source`).
 *
 * This folder is JavaScript, since it is what Node reads before it can read anything else.
 */
import * as nodeModule from 'node:module';
import { load, resolve } from './hooks.js';

/** @type {((hooks: { resolve: typeof resolve, load: typeof load }) => void) | undefined} */
const registerHooks = Reflect.get(nodeModule, 'registerHooks');

// Since Node 22.15. What came before runs hooks in a thread of their own, and is on its way out.
if (registerHooks) registerHooks({ resolve, load });
else nodeModule.register('./hooks.js', import.meta.url);
