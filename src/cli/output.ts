/**
 * output.ts - what the terminal shows: results on stdout, everything else on stderr, an error as one paragraph.
 */
import { CortexdError, messageOf } from '../errors.ts';
import { redact } from '../redact.ts';

/** A result line on stdout. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A remark on stderr. */
export function remark(line: string): void {
  printLine(redact(line));
}

function printLine(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** An error as one paragraph on stderr: what was expected, then what to do about it; unforeseen errors with their stack. */
export function printError(error: unknown): void {
  if (error instanceof CortexdError) {
    // What is secret in a configuration is left out before its text is made; searching it again would only hide words.
    const show = error.code === 'config' ? printLine : remark;
    show(`cortexd: ${error.message}${error.hint === undefined ? '' : `\nHint: ${error.hint}`}`);
  } else {
    remark(`cortexd: internal error: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`);
    remark('Hint: This is a fault of cortexd itself; please report it with the lines above.');
  }
}

/**
 * Rows as a table of left-aligned columns, numbers right-aligned.
 * `rows` [row][column]; the first row is the heading.
 */
export function formatTable(rows: readonly (readonly (string | number)[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, String(cell).length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
