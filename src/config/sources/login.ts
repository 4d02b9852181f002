/**
 * login.ts - the settings of a camera that asks for a name and a password.
 */
import { Type } from 'typebox';
import type { Login } from '../../capture/types.ts';
import { text } from '../setting-kinds.ts';

export const LOGIN = {
  username: Type.Optional(text({ minLength: 1, description: 'Name the camera asks for.' })),
  password: Type.Optional(
    text({ secret: true, description: 'Its password; better a password_file. ${NAME} is taken from the environment.' }),
  ),
  password_file: Type.Optional(
    text({
      minLength: 1,
      description: 'File with the password; a bare name is looked up in $CREDENTIALS_DIRECTORY first.',
    }),
  ),
};

/** The address without name and password, and those: from the settings, or from the address itself. */
export function splitLogin(source: { readonly url: string; readonly username?: string; readonly password?: string }): {
  readonly url: string;
  readonly login: Login | null;
} {
  const address = new URL(source.url);
  const username = source.username ?? decode(address.username);
  const password = source.password ?? decode(address.password);
  address.username = '';
  address.password = '';
  return { url: address.href, login: username === '' && password === '' ? null : { username, password } };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
