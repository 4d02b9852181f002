/* faultio.c - makes writes to the database fail while the file $FAULT_FILE is there; it holds the errno.
 *
 *     gcc -shared -fPIC -O1 -o faultio.so faultio.c -ldl        used with LD_PRELOAD
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fault(int fd) {
  const char *flag = getenv("FAULT_FILE");
  char link[64], path[4096], text[16] = {0};
  if (flag == NULL || access(flag, F_OK) != 0) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  if (strstr(path, "cortexd.db") == NULL) return 0;
  int file = open(flag, O_RDONLY);
  if (file < 0) return 0;
  static ssize_t (*real_read)(int, void *, size_t);
  if (real_read == NULL) real_read = dlsym(RTLD_NEXT, "read");
  real_read(file, text, sizeof text - 1);
  close(file);
  return atoi(text);
}

#define GUARD(fd)                                                                                                      \
  int error = fault(fd);                                                                                               \
  if (error != 0) {                                                                                                    \
    errno = error;                                                                                                     \
    return -1;                                                                                                         \
  }

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  static ssize_t (*real)(int, const void *, size_t, off_t);
  if (real == NULL) real = dlsym(RTLD_NEXT, "pwrite");
  GUARD(fd)
  return real(fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (real == NULL) real = dlsym(RTLD_NEXT, "pwrite64");
  GUARD(fd)
  return real(fd, bytes, count, offset);
}

int fsync(int fd) {
  static int (*real)(int);
  if (real == NULL) real = dlsym(RTLD_NEXT, "fsync");
  GUARD(fd)
  return real(fd);
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (real == NULL) real = dlsym(RTLD_NEXT, "fdatasync");
  GUARD(fd)
  return real(fd);
}
