/** Names of constraints that nobody named: readable prefix, unique end. */
export const madeUpName = (prefix: string, table: string, id: number, column = ''): string => {
  const end = id.toString(16).toUpperCase().padStart(8, '0');
  return `${prefix}__${table.slice(0, column ? 9 : 15)}__${column ? `${column.slice(0, 10)}__` : ''}${end}`;
};
