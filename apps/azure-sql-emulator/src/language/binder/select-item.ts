import type { OutputColumn } from './environment.js';
import type { Typed } from './typed.js';

/** One item of a select list, bound. */
export interface Item {
  readonly name: string;
  readonly value: Typed;
  readonly assign?: { variable: string; op: string } | undefined;
}

export const outputColumn = (item: Item): OutputColumn => ({
  name: item.name,
  type: item.value.type,
  nullable: item.value.nullable,
  ...(item.value.identity ? { identity: true } : {}),
  ...(item.value.computed ? { computed: true } : {}),
  ...(item.value.json ? { json: true } : {}),
  ...(item.value.untyped ? { untyped: true } : {}),
});
