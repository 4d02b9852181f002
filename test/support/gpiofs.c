/*
 * gpiofs.c - a FUSE file system that looks like /sys/class/gpio, so that the real onoff and epoll can be tested without
 * pins: export, unexport, gpiochip512/{label,base,ngpio}, gpioN/{value,direction,edge,active_low}, and a file `inject`
 * that takes "N level" and acts as the outside world. `value` signals edges with POLLPRI as the kernel does.
 *
 *     gcc gpiofs.c -o gpiofs $(pkg-config --cflags --libs fuse3);  ./gpiofs -f -s MOUNTPOINT
 */
#define FUSE_USE_VERSION 31
#include <errno.h>
#include <fuse.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE 512
#define LINES 58

static struct line {
  int exported, level, active_low, changed;
  char direction[8], edge[8];
  struct fuse_pollhandle *waiting;
} lines[LINES];

enum file { NONE, ROOT, EXPORT, UNEXPORT, INJECT, CHIP, LABEL, CHIP_BASE, NGPIO, LINE, VALUE, DIRECTION, EDGE, ACTIVE_LOW };

static enum file find(const char *path, int *number) {
  static const struct { const char *name; enum file file; } parts[] = {
    {"value", VALUE}, {"direction", DIRECTION}, {"edge", EDGE}, {"active_low", ACTIVE_LOW}};
  char rest[32] = "";
  if (!strcmp(path, "/")) return ROOT;
  if (!strcmp(path, "/export")) return EXPORT;
  if (!strcmp(path, "/unexport")) return UNEXPORT;
  if (!strcmp(path, "/inject")) return INJECT;
  if (!strcmp(path, "/gpiochip512")) return CHIP;
  if (!strcmp(path, "/gpiochip512/label")) return LABEL;
  if (!strcmp(path, "/gpiochip512/base")) return CHIP_BASE;
  if (!strcmp(path, "/gpiochip512/ngpio")) return NGPIO;
  int found = sscanf(path, "/gpio%d/%31s", number, rest);
  if (found < 1 || *number < BASE || *number >= BASE + LINES || !lines[*number - BASE].exported) return NONE;
  *number -= BASE;
  if (found == 1) return LINE;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) if (!strcmp(rest, parts[i].name)) return parts[i].file;
  return NONE;
}

static int get_attributes(const char *path, struct stat *st, struct fuse_file_info *info) {
  (void)info;
  int number;
  enum file file = find(path, &number);
  memset(st, 0, sizeof *st);
  if (file == NONE) return -ENOENT;
  int is_folder = file == ROOT || file == CHIP || file == LINE;
  st->st_mode = is_folder ? S_IFDIR | 0755 : S_IFREG | 0666;
  st->st_nlink = is_folder ? 2 : 1;
  st->st_size = is_folder ? 0 : 4096;
  return 0;
}

static int list(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *info, enum fuse_readdir_flags flags) {
  (void)offset; (void)info; (void)flags;
  int number;
  enum file file = find(path, &number);
  const char *root[] = {"export", "unexport", "inject", "gpiochip512", NULL};
  const char *chip[] = {"label", "base", "ngpio", NULL};
  const char *line[] = {"value", "direction", "edge", "active_low", NULL};
  const char **names = file == ROOT ? root : file == CHIP ? chip : file == LINE ? line : NULL;
  if (!names) return -ENOENT;
  for (; *names; names++) fill(buffer, *names, NULL, 0, 0);
  for (int i = 0; file == ROOT && i < LINES; i++) {
    char name[16];
    snprintf(name, sizeof name, "gpio%d", BASE + i);
    if (lines[i].exported) fill(buffer, name, NULL, 0, 0);
  }
  return 0;
}

static int shown(struct line *line) { return line->level ^ line->active_low; }

static int read_file(const char *path, char *out, size_t size, off_t offset, struct fuse_file_info *info) {
  (void)info;
  int number;
  char text[32];
  switch (find(path, &number)) {
    case LABEL: strcpy(text, "pinctrl-bcm2711\n"); break;
    case CHIP_BASE: snprintf(text, sizeof text, "%d\n", BASE); break;
    case NGPIO: snprintf(text, sizeof text, "%d\n", LINES); break;
    case VALUE: snprintf(text, sizeof text, "%d\n", shown(&lines[number])); lines[number].changed = 0; break;
    case DIRECTION: snprintf(text, sizeof text, "%s\n", lines[number].direction); break;
    case EDGE: snprintf(text, sizeof text, "%s\n", lines[number].edge); break;
    case ACTIVE_LOW: snprintf(text, sizeof text, "%d\n", lines[number].active_low); break;
    default: return -EINVAL;
  }
  size_t length = strlen(text);
  if ((size_t)offset >= length) return 0;
  if (size > length - offset) size = length - offset;
  memcpy(out, text + offset, size);
  return size;
}

static void set_level(struct line *line, int level) {
  int rises = level && !line->level, falls = !level && line->level;
  line->level = level;
  int wanted = (rises && strcmp(line->edge, "falling")) || (falls && strcmp(line->edge, "rising"));
  if (!wanted || !strcmp(line->edge, "none")) return;
  line->changed = 1;
  if (line->waiting) {
    fuse_notify_poll(line->waiting);
    fuse_pollhandle_destroy(line->waiting);
    line->waiting = NULL;
  }
}

static int write_file(const char *path, const char *in, size_t size, off_t offset, struct fuse_file_info *info) {
  (void)offset; (void)info;
  int number, level, target;
  char text[32] = "";
  memcpy(text, in, size < 31 ? size : 31);
  text[strcspn(text, "\n")] = 0;
  enum file file = find(path, &number);
  switch (file) {
    case EXPORT:
    case UNEXPORT:
      target = atoi(text) - BASE;
      if (target < 0 || target >= LINES) return -EINVAL;
      if (file == EXPORT && lines[target].exported) return -EBUSY;
      memset(&lines[target], 0, sizeof *lines);
      strcpy(lines[target].direction, "in");
      strcpy(lines[target].edge, "none");
      lines[target].exported = file == EXPORT;
      break;
    case INJECT:
      if (sscanf(text, "%d %d", &target, &level) != 2) return -EINVAL;
      set_level(&lines[target - BASE], level != 0);
      break;
    case VALUE:
      if (!strcmp(lines[number].direction, "in")) return -EPERM;
      lines[number].level = (atoi(text) != 0) ^ lines[number].active_low;
      break;
    case DIRECTION:
      if (!strcmp(text, "high") || !strcmp(text, "low")) lines[number].level = !strcmp(text, "high");
      strcpy(lines[number].direction, strcmp(text, "in") ? "out" : "in");
      break;
    case EDGE: snprintf(lines[number].edge, sizeof lines[number].edge, "%s", text); break;
    case ACTIVE_LOW: lines[number].active_low = atoi(text) != 0; break;
    default: return -EINVAL;
  }
  return size;
}

static int poll_file(const char *path, struct fuse_file_info *info, struct fuse_pollhandle *handle, unsigned *events) {
  (void)info;
  int number;
  *events = POLLIN;
  if (find(path, &number) != VALUE) return 0;
  if (lines[number].changed) *events |= POLLPRI | POLLERR;
  if (handle) {
    if (lines[number].waiting) fuse_pollhandle_destroy(lines[number].waiting);
    lines[number].waiting = handle;
  }
  return 0;
}

static int open_file(const char *path, struct fuse_file_info *info) { (void)path; info->direct_io = 1; return 0; }
static int truncate_file(const char *path, off_t size, struct fuse_file_info *info) { (void)path; (void)size; (void)info; return 0; }
static int change_mode(const char *path, mode_t mode, struct fuse_file_info *info) { (void)path; (void)mode; (void)info; return 0; }

int main(int argc, char **argv) {
  static const struct fuse_operations operations = {
    .getattr = get_attributes, .readdir = list, .open = open_file, .read = read_file, .write = write_file,
    .poll = poll_file, .truncate = truncate_file, .chmod = change_mode};
  return fuse_main(argc, argv, &operations, NULL);
}
