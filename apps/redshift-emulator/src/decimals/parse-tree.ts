/** A node of a query tree: its name, and its fields by theirs. */
export interface TreeNode {
  readonly node: string;
  readonly fields: Readonly<Record<string, TreeValue>>;
}

/** What a field holds: a node, a list, the bytes of a constant, or bare text (a number, a name, `true`). */
export type TreeValue = TreeNode | readonly TreeValue[] | string | undefined;

/** `[`, `]`, `(`, `)`, `{`, `}`, `:field`, `"text"`, or a bare word in which a backslash protects the next character. */
const PIECE =
  /\s*(?:(?<bracket>[{}()[\]])|:(?<field>\w+)(?=\s)|(?<text>"(?:[^"\\]|\\[\s\S])*"|(?:[^\s{}()[\]\\]|\\[\s\S])+))/gy;

interface Piece {
  readonly kind: 'bracket' | 'field' | 'text';
  readonly value: string;
}

/**
 * Reads a query tree as PostgreSQL prints it with `debug_print_parse` (src/backend/nodes/outfuncs.c: `{NAME :field
 * value …}`, lists in parentheses, `<>` for nothing, a constant's bytes between brackets).
 *
 * @throws Error when the text is no tree
 */
export function parseTree(text: string): TreeNode {
  const reader = new TreeReader(piecesOf(text));
  const tree = reader.value();
  if (!isNode(tree)) throw new Error('no node at the top of the query tree');
  return tree;
}

/** Whether a value is a node, of the name if one is given. */
export function isNode(value: TreeValue, name?: string): value is TreeNode {
  const node = typeof value === 'object' && 'node' in value;
  return node && (name === undefined || value.node === name);
}

/** A field's text; empty when it is no text. */
export function textOf(value: TreeValue): string {
  return typeof value === 'string' ? value : '';
}

/** A field's list; empty when it holds none. */
export function listOf(value: TreeValue): readonly TreeValue[] {
  return Array.isArray(value) ? (value as readonly TreeValue[]) : [];
}

/** Lines are broken at blanks, those within names too. */
function plain(text: string): string {
  return text.replace(/\\([\s\S])/g, '$1').replaceAll('\n', ' ');
}

function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  for (const { groups } of text.matchAll(PIECE)) {
    if (groups === undefined) continue;
    if (groups['bracket'] !== undefined) pieces.push({ kind: 'bracket', value: groups['bracket'] });
    else if (groups['field'] !== undefined) pieces.push({ kind: 'field', value: groups['field'] });
    else pieces.push({ kind: 'text', value: groups['text'] ?? '' });
  }
  return pieces;
}

class TreeReader {
  private at = 0;

  constructor(private readonly pieces: readonly Piece[]) {}

  value(): TreeValue {
    const piece = this.next();
    if (piece.kind === 'field') throw new Error(`unexpected field ${piece.value} in a query tree`);
    if (piece.kind === 'text') return piece.value === '<>' ? undefined : plain(piece.value);
    if (piece.value === '{') return this.node();
    if (piece.value === '(') return this.list(')');
    if (piece.value === '[') return this.list(']');
    throw new Error(`unexpected ${piece.value} in a query tree`);
  }

  private node(): TreeNode {
    const node = this.next().value;
    const fields: Record<string, TreeValue> = {};
    while (!this.isAt('}')) {
      const field = this.next();
      if (field.kind !== 'field') throw new Error(`a field was expected in ${node}, not ${field.value}`);
      fields[field.value] = this.fieldValue();
    }
    this.at += 1;
    return { node, fields };
  }

  /** A constant's value is its length and its bytes; a type's fields may be several words. The last one counts. */
  private fieldValue(): TreeValue {
    let value: TreeValue;
    while (!this.isAt('}') && this.pieces[this.at]?.kind !== 'field') value = this.value();
    return value;
  }

  private list(end: string): TreeValue[] {
    const values: TreeValue[] = [];
    while (!this.isAt(end)) values.push(this.value());
    this.at += 1;
    return values;
  }

  private isAt(bracket: string): boolean {
    const piece = this.pieces[this.at];
    return piece?.kind === 'bracket' && piece.value === bracket;
  }

  private next(): Piece {
    const piece = this.pieces[this.at];
    if (piece === undefined) throw new Error('the query tree ends early');
    this.at += 1;
    return piece;
  }
}
