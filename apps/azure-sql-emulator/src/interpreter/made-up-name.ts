/** Names of constraints that nobody named: readable prefix, unique end. */
export const madeUpName = (prefix: string, table: string, id: number, column = ''): string => {
  const end = id.toString(16).toUpperCase().padStart(8, '0');
  return `${prefix}__${table.slice(0, column ? 9 : 15)}__${column ? `${column.slice(0, 10)}__` : ''}${end}`;
};

/**
 * A default as SQL Server keeps it, but for the parentheses around the whole: numbers have a pair of their own, `((5))`,
 * everything else has none, `(getdate())`, however many were written.
 */
export const defaultText = (written: string): string => {
  let text = written.trim();
  while (text.startsWith('(') && closesLast(text)) text = text.slice(1, -1).trim();
  if (/^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(text)) return `(${text})`;
  if (/^null$/i.test(text)) return 'NULL';
  return /^[a-z_]+\(\)$/i.test(text) ? text.toLowerCase() : text;
};

/** Does the parenthesis that a text begins with close at its end? */
const closesLast = (text: string): boolean => {
  let depth = 0;
  for (const { 0: part, index } of text.matchAll(/'(?:[^']|'')*'|\[[^\]]*\]|[()]/g)) {
    if (part === '(') depth++;
    else if (part === ')' && --depth === 0) return index === text.length - 1;
  }
  return false;
};
