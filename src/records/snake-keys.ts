/**
 * snake-keys.ts - what leaves the program as JSON has keys in snake_case, whatever it is called inside.
 */

/** A copy of plain data whose keys are in snake_case, at every depth. */
export function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeKeys(child),
    ]),
  );
}
