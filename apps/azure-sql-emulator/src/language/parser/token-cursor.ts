import { syntaxNear, syntaxNearKeyword, unsupported, type SqlError } from '../errors.js';
import type { Token } from '../lexer.js';

/** Words that end an expression or a table source and so can't be an alias without brackets. */
export const reserved = new Set(
  (
    'ADD ALL ALTER AND ANY AS ASC AUTHORIZATION BACKUP BEGIN BETWEEN BREAK BROWSE BULK BY CASCADE CASE CHECK CHECKPOINT ' +
    'CLOSE CLUSTERED COALESCE COLLATE COLUMN COMMIT COMPUTE CONSTRAINT CONTAINS CONTINUE CONVERT CREATE CROSS ' +
    'CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASE DBCC DEALLOCATE DECLARE DEFAULT DELETE DENY ' +
    'DESC DISTINCT DOUBLE DROP ELSE END ERRLVL ESCAPE EXCEPT EXEC EXECUTE EXISTS EXIT EXTERNAL FETCH FOR FOREIGN ' +
    'FREETEXT FROM FULL FUNCTION GOTO GRANT GROUP HAVING HOLDLOCK IDENTITY IDENTITY_INSERT IDENTITYCOL IF IN INDEX INNER ' +
    'INSERT INTERSECT INTO IS JOIN KEY KILL LEFT LIKE MERGE NATIONAL NOCHECK NONCLUSTERED NOT NULL NULLIF OF OFF ON OPEN ' +
    'OPENQUERY OPENROWSET OPENXML OPTION OR ORDER OUTER OVER PERCENT PIVOT PLAN PRIMARY PRINT PROC PROCEDURE RAISERROR ' +
    'READ READTEXT RECONFIGURE REFERENCES REPLICATION RESTORE RETURN REVERT REVOKE RIGHT ROLLBACK ROWCOUNT ROWGUIDCOL ' +
    'RULE SAVE SCHEMA SELECT SESSION_USER SET SETUSER SHUTDOWN SOME STATISTICS SYSTEM_USER TABLE TABLESAMPLE THEN TO TOP ' +
    'TRAN TRANSACTION TRIGGER TRUNCATE TRY_CONVERT TSEQUAL UNION UNIQUE UNPIVOT UPDATE UPDATETEXT USE USER VALUES ' +
    'VARYING VIEW WAITFOR WHEN WHERE WHILE WITH'
  ).split(' '),
);

/** A position in a token list, with the questions a recursive descent parser asks. */
export abstract class TokenCursor {
  protected index = 0;

  constructor(
    protected readonly tokens: readonly Token[],
    protected readonly source: string,
  ) {}

  protected get token(): Token {
    return this.tokens[this.index]!;
  }

  protected peek(ahead = 1): Token {
    return this.tokens[Math.min(this.index + ahead, this.tokens.length - 1)]!;
  }

  protected get line(): number {
    return this.token.line;
  }

  protected advance(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.index++;
    return token;
  }

  protected at(...words: readonly string[]): boolean {
    for (let i = 0; i < words.length; i++) if (this.peek(i).upper !== words[i]) return false;
    return true;
  }

  protected atAny(...words: readonly string[]): boolean {
    return words.includes(this.token.upper);
  }

  protected accept(...words: readonly string[]): boolean {
    if (!this.at(...words)) return false;
    this.index += words.length;
    return true;
  }

  protected expect(...words: readonly string[]): void {
    for (const word of words) if (!this.accept(word)) throw this.syntaxError();
  }

  protected syntaxError(token = this.token): SqlError {
    const text = token.kind === 'end' ? (this.tokens[this.index - 1]?.text ?? '') : token.text;
    return token.kind === 'word' && reserved.has(token.upper)
      ? syntaxNearKeyword(token.text, token.line)
      : syntaxNear(text, token.line);
  }

  protected unsupported(construct: string, line = this.line): SqlError {
    return unsupported(construct, line);
  }

  protected get atIdentifier(): boolean {
    const { token } = this;
    if (token.kind === 'quoted') return true;
    return token.kind === 'word' && !reserved.has(token.upper) && !this.atLabel;
  }

  /** A word with a colon behind it, which ends the statement before. */
  protected get atLabel(): boolean {
    return this.token.kind === 'word' && !reserved.has(this.token.upper) && this.peek().upper === ':';
  }

  protected identifier(): string {
    if (!this.atIdentifier) throw this.syntaxError();
    return this.advance().text;
  }

  /** `a.b.c`, with `a..c` as an empty middle part. */
  protected qualifiedName(): string[] {
    const parts = [this.identifier()];
    while (this.accept('.')) {
      if (this.at('.')) parts.push('');
      else parts.push(this.token.kind === 'word' ? this.advance().text : this.identifier());
    }
    return parts;
  }

  protected commaList<T>(item: () => T): T[] {
    const list = [item()];
    while (this.accept(',')) list.push(item());
    return list;
  }

  protected parenthesised<T>(inner: () => T): T {
    this.expect('(');
    const value = inner();
    this.expect(')');
    return value;
  }

  protected integer(): number {
    const negative = this.accept('-');
    if (this.token.kind !== 'number') throw this.syntaxError();
    const value = Number(this.advance().text);
    return negative ? -value : value;
  }

  protected textFrom(startIndex: number): string {
    const start = this.tokens[startIndex]?.start ?? 0;
    const end = this.tokens[this.index - 1]?.end ?? start;
    return this.source.slice(start, end);
  }
}
