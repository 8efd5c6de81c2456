import { splitTableId, type TableId } from './identifiers.js';

/** Names of the Kafka topics of one pipeline. Kafka allows `[a-zA-Z0-9._-]`, at most 249 characters. */
export class Topics {
  constructor(
    readonly prefix: string,
    readonly database: string,
  ) {}

  /** Change events of one table: `<prefix>.<database>.<schema>.<table>`. */
  table(id: TableId): string {
    const { schema, table } = splitTableId(id);
    return [this.prefix, this.database, schema, table].map(escapeTopicPart).join('.');
  }

  get journal(): string {
    return `${escapeTopicPart(this.prefix)}.journal`;
  }
  get signals(): string {
    return `${escapeTopicPart(this.prefix)}.signals`;
  }
  get checkpoints(): string {
    return `${escapeTopicPart(this.prefix)}.checkpoints`;
  }
  get schemas(): string {
    return `${escapeTopicPart(this.prefix)}.schemas`;
  }
  get rejected(): string {
    return `${escapeTopicPart(this.prefix)}.rejected`;
  }
  /** Matches every table topic of this database and no control topic. */
  get tablePattern(): RegExp {
    const literal = [this.prefix, this.database].map(escapeTopicPart).join('.').replaceAll('.', '\\.');
    return new RegExp(`^${literal}\\.[^.]+\\.[^.]+$`);
  }
}

/** Every character that Kafka refuses, and the dot and underscore that we give a meaning, becomes `_<hex>`. */
export function escapeTopicPart(part: string): string {
  return part.replace(/[^A-Za-z0-9-]/gu, (char) => `_${(char.codePointAt(0) ?? 0).toString(16)}_`);
}
