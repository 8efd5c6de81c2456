import type { TriggerDef } from '../catalog/model.js';
import type { StatementOf } from '../language/ast.js';
import { SqlError } from '../language/errors.js';
import { RoutineChanger } from './routine-changer.js';

/** CREATE, ALTER, ENABLE and DISABLE TRIGGER. */
export class TriggerChanger extends RoutineChanger {
  async createTrigger(statement: StatementOf<'createTrigger'>): Promise<void> {
    const { line, text, events, mode } = statement;
    this.refuseDoubleQuotes(text, 'trigger', line);
    await this.change(
      line,
      async (change) => {
        const table = this.objectOf(change.catalog, statement.table);
        if (table?.kind !== 'table' || table.temporary)
          throw new SqlError(
            8197,
            `The object '${statement.table.join('.')}' does not exist or is invalid for this operation.`,
            line,
            16,
            4,
          );
        const written = statement.name.length > 1 ? statement.name : [table.schema, ...statement.name];
        const { name, schema, id } = await this.nameFor(change, written, mode, 'trigger', line);
        await change.save({
          kind: 'trigger',
          id,
          schema,
          name,
          text,
          parent: table.id,
          events: [...new Set(events)],
        });
      },
      'CREATE TRIGGER',
    );
  }

  async switchTrigger(statement: StatementOf<'switchTrigger'>): Promise<void> {
    const { line, names, enable } = statement;
    await this.change(
      line,
      async (change) => {
        const table = this.tableOf(change.catalog, statement.table, line);
        const all = change.catalog.triggersOf(table.id);
        const chosen = names === 'all' ? all : names.map((parts) => this.named(all, parts, line));
        for (const trigger of chosen) {
          const { disabled: _disabled, ...rest } = trigger;
          await change.save(enable ? rest : { ...rest, disabled: true });
        }
      },
      'ALTER TRIGGER',
    );
  }

  private named(all: readonly TriggerDef[], parts: readonly string[], line: number): TriggerDef {
    const name = parts.at(-1) ?? '';
    const found = all.find((trigger) => trigger.name.toLowerCase() === name.toLowerCase());
    if (!found)
      throw new SqlError(
        4920,
        `ALTER TABLE failed because trigger '${name}' on table does not exist.`,
        line,
        16,
        0,
      );
    return found;
  }
}
