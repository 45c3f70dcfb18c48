import { testReadmeExamples } from '../../../tests/readme-examples.ts';
import * as gotext from './index.ts';

testReadmeExamples(new URL('../README.md', import.meta.url), { '@matchbox/gotext': gotext });
