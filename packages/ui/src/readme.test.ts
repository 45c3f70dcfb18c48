import { testReadmeExamples } from '../../../tests/readme-examples.ts';
import * as machineQuery from './text/machine-query.ts';
import * as visible from './text/visible.ts';

testReadmeExamples(new URL('../README.md', import.meta.url), {
  './src/text/machine-query.ts': machineQuery,
  './src/text/visible.ts': visible,
});
