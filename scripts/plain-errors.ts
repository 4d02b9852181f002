/** plain-errors.ts - what is wrong with how a script was called is told in one sentence. */
import { exitCodeOf } from '../src/cli/exit-codes.ts';
import { CortexdError, messageOf } from '../src/errors.ts';

/** From now on a wrong call ends the process with its sentence and the exit code of the command line, any other error with its stack. */
export function tellErrorsPlainly(): void {
  process.on('uncaughtException', (error: unknown) => {
    const wrong = wrongCall(error);
    console.error(wrong === null ? error : wrong.message);
    process.exit(wrong === null ? 1 : exitCodeOf(wrong));
  });
}

function wrongCall(error: unknown): CortexdError | null {
  if (error instanceof CortexdError) return error.code === 'usage' ? error : null;
  const { code } = Object(error) as { code?: unknown };
  if (typeof code !== 'string' || !code.startsWith('ERR_PARSE_ARGS')) return null;
  return new CortexdError('usage', `${messageOf(error).split('\n')[0]!}; the options are in the head of the script`);
}
