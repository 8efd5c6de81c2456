import type { ObjectDef, TriggerDef } from '../catalog/model.js';
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
        const isTable = table?.kind === 'table' && !table.temporary;
        if (!table || (!isTable && !(table.kind === 'view' && statement.insteadOf)))
          throw new SqlError(
            8197,
            `The object '${statement.table.join('.')}' does not exist or is invalid for this operation.`,
            line,
            16,
            4,
          );
        const written = statement.name.length > 1 ? statement.name : [table.schema, ...statement.name];
        const { name, schema, id } = await this.nameFor(change, written, mode, 'trigger', line);
        if (statement.insteadOf) checkOnlyOne(change.catalog.triggersOf(table.id), statement, table, id);
        await change.save({
          kind: 'trigger',
          id,
          schema,
          name,
          text,
          parent: table.id,
          ...(statement.insteadOf ? { insteadOf: true } : {}),
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

/** An object has one INSTEAD OF trigger at most for each kind of change. */
const checkOnlyOne = (
  others: readonly TriggerDef[],
  { events, name, line }: StatementOf<'createTrigger'>,
  { schema, name: object }: ObjectDef,
  id: number,
): void => {
  for (const event of events)
    if (others.some((other) => other.id !== id && other.insteadOf && other.events.includes(event)))
      throw new SqlError(
        2111,
        `Cannot create trigger '${name.join('.')}' on object '${schema}.${object}' because an INSTEAD OF ${event.toUpperCase()} trigger already exists on this object.`,
        line,
      );
};
