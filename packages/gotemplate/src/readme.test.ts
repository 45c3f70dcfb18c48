import { testReadmeExamples } from '../../../tests/readme-examples.ts';
import * as gotemplate from './index.ts';
import * as sprig from './sprig/index.ts';

testReadmeExamples(new URL('../README.md', import.meta.url), {
  '@matchbox/gotemplate': gotemplate,
  '@matchbox/gotemplate/sprig': sprig,
});
