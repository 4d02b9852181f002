/**
 * child-environment.ts - what a child process gets to know of the daemon's environment: where programs and libraries are,
 * and nothing else. The service manager's socket and credentials are none of its business.
 */

const KEPT = /^(PATH|HOME|LANG|LC_\w+|TZ|TMPDIR|LD_LIBRARY_PATH|XDG_RUNTIME_DIR|LIBCAMERA_\w+)$/;

export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => KEPT.test(name)));
}
