/** A hostile client as a process of its own: `client PORTS-JSON NAME…` does its attacks one after the other until it is ended. */
import { attacks } from '../../tests/hostile/attacks.ts';
import type { Target } from '../../tests/hostile/target.ts';

const [ports = '{}', ...names] = process.argv.slice(2);
const target = JSON.parse(ports) as Target;
for (let turn = Math.floor(Math.random() * names.length); ; turn++) await attacks[names[turn % names.length]!]!(target);
