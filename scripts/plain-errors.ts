/** plain-errors.ts - what is wrong with how a script was called is told in one sentence. */

/** From now on an error of the caller ends the process with its sentence and exit code 2; any other with its stack, as ever. */
export function tellErrorsPlainly(): void {
  process.on('uncaughtException', (error: Error & { readonly code?: string }) => {
    const isOption = error.code?.startsWith('ERR_PARSE_ARGS') === true;
    if (!isOption && !error.message.startsWith('Expected')) {
      console.error(error);
      process.exit(1);
    }
    const [sentence] = error.message.split('\n');
    console.error(isOption ? `${sentence}; the options are in the head of the script` : error.message);
    process.exit(2);
  });
}
