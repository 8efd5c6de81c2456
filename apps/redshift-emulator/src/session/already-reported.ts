/** A statement failed and the client has been told. */
export class AlreadyReported extends Error {
  override readonly name = 'AlreadyReported';
}
