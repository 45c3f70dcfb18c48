import { testReadmeExamples } from '../../../tests/readme-examples.ts';
import * as matchbox from './index.ts';

testReadmeExamples(new URL('../README.md', import.meta.url), { matchbox });
