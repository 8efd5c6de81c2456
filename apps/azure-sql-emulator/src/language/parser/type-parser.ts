import type { SqlType, SqlTypeName } from '../../engine.js';
import { SqlError } from '../errors.js';
import { TokenCursor } from './token-cursor.js';

const synonyms: Record<string, SqlTypeName> = {
  INTEGER: 'int',
  DEC: 'decimal',
  CHARACTER: 'char',
  ROWVERSION: 'timestamp',
  SYSNAME: 'nvarchar',
};

const plain = new Set(
  'bit tinyint smallint int bigint money smallmoney date datetime smalldatetime text ntext xml uniqueidentifier image timestamp sql_variant hierarchyid geography geometry'.split(
    ' ',
  ),
);
const sized = new Set(['char', 'varchar', 'nchar', 'nvarchar', 'binary', 'varbinary']);
const fractional = new Set(['time', 'datetime2', 'datetimeoffset']);

/** What CREATE TYPE … FROM made. */
export interface AliasType {
  readonly type: SqlType;
  readonly nullable: boolean;
  /** CREATE TYPE … AS TABLE: what stands between its parentheses, these included; `type` means nothing then. */
  readonly table?: string | undefined;
}

/** Alias types by schema and name in lower case, with a dot between. */
export type AliasTypes = ReadonlyMap<string, AliasType>;

/** Data types as they are written. */
export abstract class TypeParser extends TokenCursor {
  aliasTypes: AliasTypes = new Map();
  /** Which column, parameter or variable of its list the type belongs to. */
  protected typeOrdinal = 1;
  /** Whether the type read last may be NULL, where it says so itself. */
  protected typeNullable: boolean | undefined;

  /** Length of a character or binary type without one: 1 in a definition, 30 in CAST and CONVERT. */
  protected dataType(lengthIfAbsent: 1 | 30): SqlType {
    const line = this.line;
    const start = this.index;
    const written = this.typeWords();
    this.typeNullable = undefined;
    const upper = written.toUpperCase();
    if (upper === 'SYSNAME') return { name: 'nvarchar', length: 128 };
    const name = (synonyms[upper] ?? written.toLowerCase()) as SqlTypeName;
    if (plain.has(name)) return { name };
    if (sized.has(name)) return this.withCollation(this.sizedType(name, lengthIfAbsent, line));
    if (fractional.has(name)) {
      const scale = this.at('(') ? this.parenthesised(() => this.integer()) : 7;
      if (scale < 0 || scale > 7)
        throw new SqlError(1002, `Line ${line}: Specified scale ${scale} is invalid.`, line);
      return { name, scale };
    }
    if (name === 'decimal' || name === 'numeric') return this.decimalType(name, line);
    if (name === 'float' || name === 'real') return this.floatType(name);
    const alias = this.aliasTypes.get(this.aliasKey(start, written));
    if (alias && alias.table === undefined) {
      this.typeNullable = alias.nullable;
      return alias.type;
    }
    throw new SqlError(
      2715,
      `Column, parameter, or variable #${this.typeOrdinal}: Cannot find data type ${written}.`,
      line,
      16,
      6,
    );
  }

  /** The table type that is named here, read over; undefined for every other type, nothing read. */
  protected tableTypeName(): { readonly name: string; readonly text: string } | undefined {
    if (!this.atIdentifier) return undefined;
    const start = this.index;
    const parts = this.qualifiedName();
    const name = `${parts.at(-2) || 'dbo'}.${parts.at(-1) ?? ''}`.toLowerCase();
    const text = this.aliasTypes.get(name)?.table;
    if (text !== undefined) return { name, text };
    this.index = start;
    return undefined;
  }

  private aliasKey(start: number, written: string): string {
    const qualified = this.tokens[start + 1]?.upper === '.';
    const schema = qualified ? (this.tokens[start]?.text ?? '') : 'dbo';
    return `${schema}.${written}`.toLowerCase();
  }

  private typeWords(): string {
    if (this.accept('DOUBLE', 'PRECISION')) return 'float';
    if (this.accept('NATIONAL')) {
      const text = this.accept('TEXT');
      if (text) return 'ntext';
      this.advance();
      return this.accept('VARYING') ? 'nvarchar' : 'nchar';
    }
    if (this.atAny('CHAR', 'CHARACTER', 'BINARY') && this.peek().upper === 'VARYING') {
      const base = this.advance().upper;
      this.advance();
      return base === 'BINARY' ? 'varbinary' : 'varchar';
    }
    const parts = this.qualifiedName();
    return parts.at(-1) ?? '';
  }

  private sizedType(name: SqlTypeName, lengthIfAbsent: number, line: number): SqlType {
    if (!this.accept('(')) return { name, length: lengthIfAbsent };
    let length: number;
    if (this.accept('MAX')) length = -1;
    else length = this.integer();
    this.expect(')');
    const limit = name.startsWith('n') ? 4000 : 8000;
    if (length === 0 || length < -1)
      throw new SqlError(
        1001,
        `Line ${line}: Length or precision specification ${length} is invalid.`,
        line,
        15,
      );
    if (length > limit) {
      throw new SqlError(
        131,
        `The size (${length}) given to the type '${name}' exceeds the maximum allowed for any data type (${limit}).`,
        line,
        15,
        2,
      );
    }
    return { name, length };
  }

  private withCollation(type: SqlType): SqlType {
    return this.accept('COLLATE') ? { ...type, collation: this.identifier() } : type;
  }

  private decimalType(name: SqlTypeName, line: number): SqlType {
    let precision = 18;
    let scale = 0;
    if (this.accept('(')) {
      precision = this.integer();
      if (this.accept(',')) scale = this.integer();
      this.expect(')');
    }
    if (precision < 1 || precision > 38) {
      throw new SqlError(
        2750,
        `Column or parameter #1: Specified column precision ${precision} is greater than the maximum precision of 38.`,
        line,
      );
    }
    if (scale < 0 || scale > precision)
      throw new SqlError(192, 'The scale must be less than or equal to the precision.', line, 15);
    return { name, precision, scale };
  }

  private floatType(name: SqlTypeName): SqlType {
    if (name === 'float' && this.accept('(')) {
      const bits = this.integer();
      this.expect(')');
      return { name: bits <= 24 ? 'real' : 'float' };
    }
    return { name };
  }
}
