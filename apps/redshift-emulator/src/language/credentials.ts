import { RedshiftError } from '../errors.js';
import type { Cursor } from './cursor.js';

/** How COPY and UNLOAD prove that they may use the bucket. */
export type Credential =
  | { readonly kind: 'role'; readonly arns: readonly string[] }
  | { readonly kind: 'default-role' }
  | {
      readonly kind: 'keys';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    };

/** Reads an authorization clause if one stands at the cursor. */
export function parseCredential(cursor: Cursor): Credential | undefined {
  if (cursor.accept('iam_role')) {
    cursor.accept('as');
    if (cursor.accept('default')) return { kind: 'default-role' };
    return role(cursor.string());
  }
  if (cursor.at('with', 'credentials') || cursor.at('credentials')) {
    cursor.accept('with');
    cursor.expect('credentials');
    cursor.accept('as');
    return fromText(cursor.string());
  }
  if (cursor.accept('access_key_id')) {
    cursor.accept('as');
    const accessKeyId = cursor.string();
    cursor.expect('secret_access_key');
    cursor.accept('as');
    const secretAccessKey = cursor.string();
    if (!cursor.accept('session_token')) return { kind: 'keys', accessKeyId, secretAccessKey };
    cursor.accept('as');
    return { kind: 'keys', accessKeyId, secretAccessKey, sessionToken: cursor.string() };
  }
  return undefined;
}

function role(text: string): Credential {
  if (text === 'default') return { kind: 'default-role' };
  return { kind: 'role', arns: text.split(',').map((arn) => arn.trim()) };
}

/** `aws_iam_role=…` or `aws_access_key_id=…;aws_secret_access_key=…[;token=…]`. */
function fromText(text: string): Credential {
  const parts = new Map(
    text.split(';').map((part): [string, string] => {
      const at = part.indexOf('=');
      return [part.slice(0, at), part.slice(at + 1)];
    }),
  );
  const arn = parts.get('aws_iam_role');
  if (arn !== undefined) return role(arn);
  const accessKeyId = parts.get('aws_access_key_id');
  const secretAccessKey = parts.get('aws_secret_access_key');
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new RedshiftError('XX000', 'Invalid credentials. Must be of the format: credentials', {
      hint: "'aws_iam_role=...' or 'aws_access_key_id=...;aws_secret_access_key=...[;token=...]'",
    });
  }
  const sessionToken = parts.get('token');
  return {
    kind: 'keys',
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}
