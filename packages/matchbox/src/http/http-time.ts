/** Dates in HTTP headers, read and written as Go's net/http does. */

/** @param seconds since the epoch, may be negative @returns e.g. `Wed, 03 Feb 2021 04:05:06 GMT` */
export function formatHttpTime(seconds: number): string {
  return new Date(seconds * 1000).toUTCString();
}

/**
 * Reads the three forms of RFC 9110 §5.6.7.
 *
 * Quirk: Go (net/http/header.go, ParseTime; time/format.go) does not check that the weekday fits the date, takes an hour of one digit, any zone name in the second form, and
 * drops a fraction of a second. We do the same, since firmware's clocks and formats are what they are.
 * @returns seconds since the epoch, or undefined
 */
export function parseHttpTime(text: string): number | undefined {
  for (const form of forms) {
    const match = form.exec(text)?.groups;
    if (match && match.zone === match.zone?.toUpperCase()) return seconds(match);
  }
  return undefined;
}

const shortDay = '(?:sun|mon|tue|wed|thu|fri|sat)';
const longDay = '(?:sunday|monday|tuesday|wednesday|thursday|friday|saturday)';
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const month = `(?<month>${months.join('|')})`;
const time = '(?<hour>\\d{1,2}):(?<minute>\\d\\d):(?<second>\\d\\d)(?:[.,]\\d+)?';

const forms = [
  new RegExp(`^${shortDay}, +(?<day>\\d\\d) +${month} +(?<year>\\d{4}) +${time} +(?<zone>GMT)$`, 'i'),
  new RegExp(
    `^${longDay}, +(?<day>\\d\\d)-${month}-(?<year>\\d\\d) +${time} +(?<zone>[A-Z]{3,4}|GMT[+-]\\d{1,2})$`,
    'i',
  ),
  new RegExp(`^${shortDay} +${month} +(?<day>\\d{1,2}) +${time} +(?<year>\\d{4})$`, 'i'),
];

function seconds(match: Record<string, string | undefined>): number | undefined {
  const [day, hour, minute, second] = [
    Number(match.day),
    Number(match.hour),
    Number(match.minute),
    Number(match.second),
  ];
  const monthIndex = months.indexOf(match.month!.toLowerCase());
  const year =
    match.year!.length === 4 ? Number(match.year) : Number(match.year) + (Number(match.year) >= 69 ? 1900 : 2000);
  if (hour > 23 || minute > 59 || second > 59 || day < 1 || day > daysIn(year, monthIndex)) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, monthIndex, day);
  date.setUTCHours(hour, minute, second);
  return date.getTime() / 1000;
}

function daysIn(year: number, monthIndex: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, monthIndex + 1, 0);
  return date.getUTCDate();
}
