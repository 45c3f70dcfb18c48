/** Why a request cannot be answered as its machine wishes, in words that name the file and the place. */

import { cutText } from '../log/cut-text.ts';
import type { Place } from './rendered-line.ts';

/** Every way in which answering can end; metrics and status codes are keyed by it. */
export const reasons = [
  'ok',
  'no_group',
  'no_profile',
  'no_boot',
  'no_template',
  'profile_broken',
  'template_unreadable',
  'template_error',
  'cloud_invalid',
  'butane_error',
  'ignition_invalid',
  'version_unacceptable',
  'on_hold',
  'machine_held',
  'boot_from_disk',
  'too_many_parameters',
] as const;

export type Reason = (typeof reasons)[number];

/** 404: nothing is configured for this machine; 500: what is configured is broken; 503: on hold. */
export const statusOfReason: Readonly<Record<Reason, 200 | 404 | 414 | 500 | 503>> = {
  ok: 200,
  // The answer that ends a chain of scripts; the scripts that name the disk are a 200.
  boot_from_disk: 404,
  machine_held: 503,
  no_group: 404,
  no_profile: 404,
  no_boot: 404,
  no_template: 404,
  profile_broken: 500,
  template_unreadable: 500,
  template_error: 500,
  cloud_invalid: 500,
  butane_error: 500,
  ignition_invalid: 500,
  // Ignition gives up for good at a 4xx, and asks again after a 5xx: so the machine goes on once the file is mended.
  version_unacceptable: 500,
  on_hold: 503,
  too_many_parameters: 414,
};

/** A remark about a text that a template rendered to. */
export interface RenderedFault {
  /** One line to show: `error at $.storage.files.0.mode, line 8 col 13: …`; empty where the failure's message says it. */
  readonly text: string;
  /** In the rendered text; undefined where there is no place. */
  readonly place: Place | undefined;
}

export interface FailureOptions {
  readonly position?: string | undefined;
  readonly details?: string;
  readonly rendered?: Place | undefined;
  readonly faults?: readonly RenderedFault[];
  readonly cause?: unknown;
}

/** Messages quote names, keys and values, which may be of any length. */
const maxMessageLength = 2000;

export function shorten(message: string): string {
  return cutText(message, maxMessageLength);
}

/** Thrown while an answer is made, caught in `answer.ts`. */
export class Failure extends Error {
  readonly reason: Exclude<Reason, 'ok'>;
  /** `generic/node.tmpl:3:7`, where the failure has a place. */
  readonly position: string | undefined;
  /** Further lines for the body, such as a whole report. */
  readonly details: string;
  /** The place in the rendered text, where what failed is not the template but what it rendered to. */
  readonly rendered: Place | undefined;
  /** Every remark about the rendered text. */
  readonly faults: readonly RenderedFault[];

  constructor(
    reason: Exclude<Reason, 'ok'>,
    message: string,
    { position, details = '', rendered, faults = [], cause }: FailureOptions = {},
  ) {
    super(shorten(message), cause === undefined ? undefined : { cause });
    this.name = 'Failure';
    this.reason = reason;
    this.position = position;
    this.details = details;
    this.rendered = rendered;
    this.faults = faults;
  }

  /** The body of the answer: plain text, a line feed at its end. */
  get text(): string {
    return `${this.position === undefined ? '' : `${this.position}: `}${this.message}\n${this.details}`;
  }
}
