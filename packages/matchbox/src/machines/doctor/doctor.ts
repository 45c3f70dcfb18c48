/** Why a machine is silent: for each silence what was seen, what causes it most often, and what to look at next. */
import type { Machine } from '../machine.ts';
import { configNever, configRefused, noReport } from './config-rules.ts';
import type { BootRule, Diagnosis, DoctorContext, Rule } from './diagnosis.ts';
import { imageCut, imageRefused, imageSlow, kernelResets, scriptNoKernel } from './image-rules.ts';
import {
  addressRefused,
  loaderNoScript,
  loaderNotFetched,
  loaderRepeated,
  notOffered,
  offerUnanswered,
} from './netboot-rules.ts';
import { bootOrder, diskReturns, failed, held, loop, noGroup, scriptRefused } from './state-rules.ts';

/** @returns the likeliest first; nothing for a machine that is on its way or has arrived */
export function diagnose(machine: Machine, context: DoctorContext): readonly Diagnosis[] {
  const found: Diagnosis[] = [];
  for (const rule of rules) {
    const diagnosis = rule(machine, context);
    if (diagnosis !== undefined) found.push(diagnosis);
  }
  return found;
}

const withBoot =
  (rule: BootRule): Rule =>
  (machine, context) =>
    machine.boot && machine.boot.toDisk === undefined ? rule(machine.boot, machine, context) : undefined;

const rules: readonly Rule[] = [
  held,
  loop,
  failed,
  diskReturns,
  ...[
    noGroup,
    scriptRefused,
    imageRefused,
    configRefused,
    imageCut,
    imageSlow,
    kernelResets,
    loaderRepeated,
    notOffered,
    addressRefused,
    offerUnanswered,
    loaderNotFetched,
    loaderNoScript,
    scriptNoKernel,
    configNever,
    noReport,
    bootOrder,
  ].map(withBoot),
];
