import { fails, from, one, refused, row, type TSqlAnswerGroup } from './tsql-answer.js';

const moment = "cast('2023-03-05 14:07:09.123' as datetime2(3))";

/** FORMAT in the culture en-US. */
export const formatAnswers: TSqlAnswerGroup = {
  title: 'FORMAT',
  answers: [
    ...from(
      'Microsoft Learn: FORMAT (Transact-SQL)',
      one("select format(123456789, '###-##-####')", '123-45-6789', 'nvarchar(4000)'),
      row(
        "select format(cast('07:35' as time), N'hh.mm'), format(cast('07:35' as time), N'hh:mm'), format(cast('07:35' as time), N'hh\\.mm'), format(cast('07:35' as time), N'hh\\:mm')",
        [null, null, '07.35', '07:35'],
      ),
      row(
        "select format(cast('2018-01-01 01:00 AM' as datetime2), N'hh:mm tt'), format(cast('2018-01-01 01:00 AM' as datetime2), N'hh:mm t'), format(cast('2018-01-01 14:00' as datetime2), N'hh:mm tt'), format(cast('2018-01-01 14:00' as datetime2), N'HH:mm')",
        ['01:00 AM', '01:00 A', '02:00 PM', '14:00'],
      ),
      one("select format(cast(null as int), 'N')", null),
      one("select format(cast('2011-08-01' as date), 'd', 'en-US')", '8/1/2011'),
      fails("select format('abc', 'N')", 8116),
      refused("select format(1, 'N', 'de-de')", 'FORMAT in the culture de-de'),
      refused("select format(0.1, 'P')", 'FORMAT with P'),
    ),
    ...from(
      '.NET Framework documentation: standard and custom numeric format strings (en-US)',
      row(
        "select format(1234.5678, 'N'), format(1234.5678, 'N0'), format(-1234567, 'N1'), format($1234.5, 'C'), format(-1234.5, 'C')",
        ['1,234.57', '1,235', '-1,234,567.0', '$1,234.50', '($1,234.50)'],
      ),
      row(
        "select format(5, 'D3'), format(-5, 'D3'), format(255, 'X'), format(255, 'x4'), format(1234.5, 'F1'), format(12345.678, 'E2'), format($1.5, 'G')",
        ['005', '-005', 'FF', '00ff', '1234.5', '1.23E+004', '1.5000'],
      ),
      row(
        "select format(1234567.891, '#,##0.00'), format(0.5, '#.##'), format(0, '#,##0'), format(0.256, '0.0%'), format(7, '000'), format(1.2, '0.###')",
        ['1,234,567.89', '.5', '0', '25.6%', '007', '1.2'],
      ),
      row(
        "select format(-5.5, '0.00;(0.00);zero'), format(0, '0.00;(0.00);zero'), format(1234567, '0,,.0M'), format(1234.5, '\"$\"0.00'), format(1.5, 'D2')",
        ['(5.50)', 'zero', '1.2M', '$1234.50', null],
      ),
    ),
    ...from(
      '.NET Framework documentation: standard and custom date and time format strings (en-US)',
      row(
        `select format(${moment}, 'd'), format(${moment}, 'D'), format(${moment}, 'f'), format(${moment}, 'G'), format(${moment}, 's')`,
        [
          '3/5/2023',
          'Sunday, March 5, 2023',
          'Sunday, March 5, 2023 2:07 PM',
          '3/5/2023 2:07:09 PM',
          '2023-03-05T14:07:09',
        ],
      ),
      row(
        `select format(${moment}, 'yyyy-MM-dd'), format(${moment}, 'dd/MM/yyyy HH:mm:ss.fff'), format(${moment}, 'MMM d, yy h tt'), format(${moment}, 'dddd ddd'), format(${moment}, 'MMMM'), format(${moment}, 'q')`,
        ['2023-03-05', '05/03/2023 14:07:09.123', 'Mar 5, 23 2 PM', 'Sunday Sun', 'March', null],
      ),
      row(
        "select format(cast('2020-01-01 10:00 +02:00' as datetimeoffset), 'HH:mm zzz'), format(cast('2020-01-01 10:00 +02:00' as datetimeoffset), 'z')",
        ['10:00 +02:00', null],
      ),
      refused("select format(getdate(), 'HH zz')", 'FORMAT with z'),
    ),
  ],
};
