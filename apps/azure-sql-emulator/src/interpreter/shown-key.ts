import { columnById, type ColumnDef, type IndexDef, type TableDef } from '../catalog/model.js';
import { decodeGuid } from '../storage/value-codec.js';

/** `Key (a, b)=(1, x) already exists.` */
export const keyValues = (detail: string): string =>
  /=\((.*)\) (?:already exists|conflicts)/s.exec(detail)?.[1] ?? '';

/** Key values in the spelling T-SQL gives them, where PostgreSQL keeps another form. */
export const shownKey = (
  values: string,
  table: TableDef | undefined,
  index: IndexDef | undefined,
): string => {
  const columns = table && index ? index.columns.map(({ id }) => columnById(table, id)) : [];
  const parts = columns.length === 1 ? [values] : values.split(', ');
  if (parts.length !== columns.length) return values;
  return parts.map((part, i) => shownValue(part, columns[i]!)).join(', ');
};

const shownValue = (text: string, column: ColumnDef): string => {
  if (text === 'null') return '<NULL>';
  switch (column.type.name) {
    case 'uniqueidentifier':
      return decodeGuid(Buffer.from(text.replaceAll('-', ''), 'hex')).toLowerCase();
    case 'bit':
      return text === 't' ? '1' : '0';
    case 'datetime2':
      return ticksText(BigInt(text), column.type.scale ?? 7);
    case 'binary':
    case 'varbinary':
      return text.replace('\\x', '0x');
    default:
      return text;
  }
};

const ticksText = (ticks: bigint, scale: number): string => {
  const date = new Date(Number(ticks / 10_000n - 62_135_596_800_000n));
  const fraction = (ticks % 10_000_000n).toString().padStart(7, '0').slice(0, scale);
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}${scale > 0 ? `.${fraction}` : ''}`;
};
