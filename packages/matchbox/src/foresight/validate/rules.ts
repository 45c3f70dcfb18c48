/** The rules of `matchbox validate`, all of them; docs/reference/validate.md is printed from here. */
import type { Rule } from './rule.ts';
import { argumentRules } from './rules/argument-rules.ts';
import { bootRules } from './rules/boot-rules.ts';
import { fileRules } from './rules/file-rules.ts';
import { networkRules } from './rules/network-rules.ts';
import { referenceRules } from './rules/reference-rules.ts';
import { selectorRules } from './rules/selector-rules.ts';
import { templateRules } from './rules/template-rules.ts';

export const rules: readonly Rule[] = [
  ...fileRules,
  ...referenceRules,
  ...selectorRules,
  ...bootRules,
  ...argumentRules,
  ...templateRules,
  ...networkRules,
];
