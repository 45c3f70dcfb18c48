/** npm run conformance -- SUITE PATH…: replays recorded behaviour and prints passed/total and every mismatch. */

/** What replays a suite; loaded when it is asked for. Resolves to the exit code. */
type Suite = () => Promise<{ main(paths: readonly string[]): Promise<number> }>;

const suites: Readonly<Record<string, Suite>> = {
  gotemplate: () => import('./gotemplate.ts'),
  ignition: () => import('./ignition.ts'),
  butane: () => import('./butane.ts'),
  http: () => import('./http.ts'),
  grpc: () => import('./grpc.ts'),
  cli: () => import('./cli.ts'),
  bootcmd: () => import('./bootcmd.ts'),
};
const [name = '', ...paths] = process.argv.slice(2);
const load = suites[name];
if (load === undefined || paths.length === 0) {
  console.error(`usage: npm run conformance -- SUITE PATH…   (SUITE: ${Object.keys(suites).join(', ')})`);
  process.exit(2);
}
process.exit(await (await load()).main(paths));
