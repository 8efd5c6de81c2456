import { RedshiftError } from '../errors.js';

/** Names and abbreviations of date parts, as DATEADD and its like take them. */
const SYNONYMS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    millennium: 'millennia mil mils',
    century: 'centuries c cent cents',
    decade: 'decades dec decs',
    epoch: '',
    year: 'years y yr yrs',
    quarter: 'quarters qtr qtrs',
    month: 'months mon mons',
    week: 'weeks w',
    day: 'days d',
    dow: 'dayofweek dw weekday',
    doy: 'dayofyear dy yearday',
    hour: 'hours h hr hrs',
    minute: 'minutes m min mins',
    second: 'seconds s sec secs',
    millisecond: 'ms msec msecs msecond mseconds millisec millisecs millisecon milliseconds',
    microsecond: 'microsec microsecs microsecond usecond useconds us usec usecs microseconds',
    timezone: '',
    timezone_hour: '',
    timezone_minute: '',
  }).flatMap(([part, names]) => [part, ...names.split(' ').filter(Boolean)].map((name) => [name, part])),
);

/** Functions whose first argument is a bare date part, and what they are called here. */
export const DATE_PART_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['dateadd', 'redshift_emulator.date_add'],
  ['date_add', 'redshift_emulator.date_add'],
  ['datediff', 'redshift_emulator.date_diff'],
  ['date_diff', 'redshift_emulator.date_diff'],
  ['date_part', 'redshift_emulator.pgdate_part'],
  ['pgdate_part', 'redshift_emulator.pgdate_part'],
  ['date_trunc', 'redshift_emulator.date_trunc'],
]);

/** The canonical name of a date part. @throws RedshiftError for a word that is none */
export function datePart(name: string): string {
  const part = SYNONYMS[name.toLowerCase()];
  if (part === undefined) throw new RedshiftError('22023', `timestamp units "${name}" not recognized`);
  return part;
}
