import type { ColumnSchema, TableSchema } from '@thalamus/contracts';
import { canonicalKeyText } from '../change/event-writer.js';
import { keyColumns, wireForm } from '../change/type-map.js';
import { canonOf, isComparable, type ColumnCanon } from './canonical-value.js';

/** A row in the form in which source and warehouse are compared. */
export interface CanonicalRow {
  /** Identity: equal for keys that the source holds to be equal. */
  readonly key: string;
  /** By position of {@link RowCanon.columns}. */
  readonly values: readonly (string | null)[];
}

interface KeyPart {
  readonly at: number;
  readonly form: (value: string) => string;
}

/** Brings rows of one table to canonical form. Built once for a table. */
export class RowCanon {
  /** The columns compared, in the order in which both sides must read them. */
  readonly columns: readonly ColumnSchema[];
  /** Warehouse names of columns whose type has no text to compare by. */
  readonly notCompared: readonly string[];
  private readonly canons: readonly ColumnCanon[];
  private readonly keyParts: readonly KeyPart[];

  constructor(schema: Pick<TableSchema, 'columns'>) {
    this.columns = schema.columns.filter((column) => isComparable(column.warehouseType));
    this.notCompared = schema.columns
      .filter((column) => !this.columns.includes(column))
      .map(({ target }) => target);
    this.canons = this.columns.map(canonOf);
    this.keyParts = keyColumns(schema).map((column) => ({
      at: this.columns.indexOf(column),
      form:
        wireForm(column) === 'text'
          ? (value: string) => canonicalKeyText(value, column.caseInsensitive === true)
          : (value: string) => value,
    }));
  }

  fromSource(row: readonly unknown[]): CanonicalRow {
    return this.row(this.canons.map((canon, at) => canon.fromSource(row[at])));
  }

  fromWarehouse(row: readonly unknown[]): CanonicalRow {
    return this.row(this.canons.map((canon, at) => canon.fromWarehouse(row[at])));
  }

  private row(values: readonly (string | null)[]): CanonicalRow {
    const key = this.keyParts.map(({ at, form }) => {
      const value = values[at];
      return value === null || value === undefined ? null : form(value);
    });
    return { key: JSON.stringify(key), values };
  }
}
