import { splitTableId, type TableId } from '@thalamus/contracts';

/** `[name]`, the only way a name of the source gets into SQL text. */
export function quoteIdentifier(name: string): string {
  return `[${name.replaceAll(']', ']]')}]`;
}

export function quoteTable(table: TableId): string {
  const { schema, table: name } = splitTableId(table);
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
