import { testReadmeExamples } from '../../../tests/readme-examples.ts';
import * as netboot from './index.ts';

testReadmeExamples(new URL('../README.md', import.meta.url), { '@matchbox/netboot': netboot });
