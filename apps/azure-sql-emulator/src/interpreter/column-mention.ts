/** Whether an expression's text names a column. */
export const mentions = (text: string, column: string): boolean =>
  new RegExp(
    `(?<![\\p{L}\\p{N}_@#$])\\[?${column.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\]?(?![\\p{L}\\p{N}_@#$])`,
    'iu',
  ).test(text.replace(/'(?:[^']|'')*'/g, "''"));
