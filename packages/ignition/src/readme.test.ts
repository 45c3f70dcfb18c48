import { testReadmeExamples } from '../../../tests/readme-examples.ts';
import * as ignition from './index.ts';

testReadmeExamples(new URL('../README.md', import.meta.url), { '@matchbox/ignition': ignition });
