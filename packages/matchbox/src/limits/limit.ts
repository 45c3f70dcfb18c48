/** One bound: its value, and what it is about in words. */
export interface Limit {
  readonly value: number;
  readonly unit: 'bytes' | 'ms' | 'count';
  /** What is bounded. */
  readonly about: string;
  /** What happens beyond it. */
  readonly beyond: string;
}

export const kibibyte = 1024;
export const mebibyte = 1024 * kibibyte;
export const second = 1000;
export const minute = 60 * second;
export const day = 24 * 60 * minute;
