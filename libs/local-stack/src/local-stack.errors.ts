/** Something the local stack cannot do; the message names the component, the reason and the remedy. */
export class StackError extends Error {
  override readonly name = 'StackError';
}
