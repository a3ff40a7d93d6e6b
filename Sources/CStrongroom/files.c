#define _GNU_SOURCE
#include "cstrongroom_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define RETRY(call)                              \
  do {                                           \
    long result_;                                \
    do result_ = (call);                         \
    while (result_ < 0 && errno == EINTR);       \
    return result_ < 0 ? -errno : result_;       \
  } while (0)

int strongroom_open_beneath(int directory, const char *path, int flags, uint32_t mode) {
  struct open_how how = {
      .flags = (uint64_t)(uint32_t)(flags | O_CLOEXEC),
      .mode = (flags & O_CREAT) ? mode : 0,
      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
  };
  long fd;
  do fd = syscall(SYS_openat2, directory, path, &how, sizeof how);
  while (fd < 0 && (errno == EINTR || errno == EAGAIN));
  if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
    // Older kernels, and sandboxes that do not know the call.
    do fd = openat(directory, path, flags | O_CLOEXEC | O_NOFOLLOW, mode);
    while (fd < 0 && errno == EINTR);
  }
  return fd < 0 ? -errno : (int)fd;
}

int strongroom_open(int directory, const char *path, int flags, uint32_t mode) {
  RETRY(openat(directory, path, flags | O_CLOEXEC, mode));
}

int strongroom_o_tmpfile(void) { return O_TMPFILE; }

// Linux frees the descriptor even when close reports EINTR, so it is never called twice.
int strongroom_close(int fd) { return close(fd) < 0 && errno != EINTR ? -errno : 0; }

int64_t strongroom_pread(int fd, void *buffer, size_t count, int64_t offset) {
  RETRY(pread(fd, buffer, count, offset));
}

int64_t strongroom_pwrite(int fd, const void *buffer, size_t count, int64_t offset) {
  RETRY(pwrite(fd, buffer, count, offset));
}

// Not repeated on any error: after a failed flush the kernel may have dropped the pages.
int strongroom_fsync(int fd) { return fsync(fd) < 0 ? -errno : 0; }
int strongroom_fdatasync(int fd) { return fdatasync(fd) < 0 ? -errno : 0; }

int strongroom_syncfs(int fd) { return syncfs(fd) < 0 ? -errno : 0; }

int strongroom_syncfs_reports_errors(void) {
  struct utsname system;
  int major = 0, minor = 0;
  if (uname(&system) < 0 || sscanf(system.release, "%d.%d", &major, &minor) != 2) return 0;
  return major > 5 || (major == 5 && minor >= 8);
}

// A hint: what cannot be begun early is written at the flush.
void strongroom_begin_writing(int fd, int64_t offset, int64_t count) {
  (void)sync_file_range(fd, offset, count, SYNC_FILE_RANGE_WRITE);
}

int strongroom_fallocate(int fd, int64_t size) { RETRY(fallocate(fd, 0, 0, size)); }

static int fill(const struct stat *from, struct strongroom_status *out) {
  out->device = from->st_dev;
  out->inode = from->st_ino;
  out->links = from->st_nlink;
  out->size = from->st_size;
  out->mode = from->st_mode;
  out->owner = from->st_uid;
  out->modified_s = from->st_mtim.tv_sec;
  out->modified_ns = from->st_mtim.tv_nsec;
  out->changed_s = from->st_ctim.tv_sec;
  out->changed_ns = from->st_ctim.tv_nsec;
  return 0;
}

int strongroom_fstat(int fd, struct strongroom_status *out) {
  struct stat status;
  return fstat(fd, &status) < 0 ? -errno : fill(&status, out);
}

int strongroom_lstat_at(int directory, const char *path, struct strongroom_status *out) {
  struct stat status;
  return fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : fill(&status, out);
}

int strongroom_rename(int old_directory, const char *from, int directory, const char *to, int no_replace) {
  return renameat2(old_directory, from, directory, to, no_replace ? RENAME_NOREPLACE : 0) < 0 ? -errno : 0;
}

int strongroom_link_descriptor(int fd, int directory, const char *name) {
  char path[40];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  if (linkat(AT_FDCWD, path, directory, name, AT_SYMLINK_FOLLOW) == 0) return 0;
  // No /proc: the direct form needs a capability on older kernels.
  if (errno == ENOENT && linkat(fd, "", directory, name, AT_EMPTY_PATH) == 0) return 0;
  return -errno;
}

int strongroom_unlink(int directory, const char *path) { return unlinkat(directory, path, 0) < 0 ? -errno : 0; }

int strongroom_mkdir(int directory, const char *path, uint32_t mode) {
  return mkdirat(directory, path, mode) < 0 ? -errno : 0;
}

int strongroom_try_lock(int fd, int exclusive) {
  RETRY(flock(fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB));
}

int strongroom_unlock(int fd) { RETRY(flock(fd, LOCK_UN)); }

void strongroom_sleep_ms(unsigned milliseconds) {
  struct timespec wait = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
  nanosleep(&wait, NULL);
}

int strongroom_file_system_magic(int fd, uint64_t *magic) {
  struct statfs found;
  if (fstatfs(fd, &found) < 0) return -errno;
  *magic = (uint64_t)found.f_type;
  return 0;
}

int strongroom_space(int fd, uint64_t *free_bytes, uint64_t *total_bytes) {
  struct statvfs found;
  if (fstatvfs(fd, &found) < 0) return -errno;
  *free_bytes = (uint64_t)found.f_bavail * found.f_frsize;
  *total_bytes = (uint64_t)found.f_blocks * found.f_frsize;
  return 0;
}

uint64_t strongroom_device_major(uint64_t device) { return major(device); }
uint64_t strongroom_device_minor(uint64_t device) { return minor(device); }

struct strongroom_listing {
  DIR *stream;
};

struct strongroom_listing *strongroom_list_begin(int directory, const char *path, int *error) {
  int fd = strongroom_open_beneath(directory, path, O_RDONLY | O_DIRECTORY, 0);
  if (fd < 0) {
    *error = fd;
    return NULL;
  }
  DIR *stream = fdopendir(fd);
  struct strongroom_listing *listing = stream ? malloc(sizeof *listing) : NULL;
  if (!listing) {
    *error = errno ? -errno : -ENOMEM;
    if (stream) closedir(stream);
    else close(fd);
    return NULL;
  }
  listing->stream = stream;
  *error = 0;
  return listing;
}

int strongroom_list_next(struct strongroom_listing *listing, char *name, size_t capacity, int *is_regular, int *is_directory) {
  for (;;) {
    errno = 0;
    struct dirent *entry = readdir(listing->stream);
    if (!entry) return errno ? -errno : 0;
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    if (strlen(entry->d_name) >= capacity) return -ENAMETOOLONG;
    strcpy(name, entry->d_name);
    unsigned char type = entry->d_type;
    if (type == DT_UNKNOWN) {
      // Some file systems do not say; ask.
      struct stat status;
      if (fstatat(dirfd(listing->stream), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0) return -errno;
      type = S_ISREG(status.st_mode) ? DT_REG : S_ISDIR(status.st_mode) ? DT_DIR : DT_FIFO;
    }
    *is_regular = type == DT_REG;
    *is_directory = type == DT_DIR;
    return 1;
  }
}

void strongroom_list_end(struct strongroom_listing *listing) {
  if (!listing) return;
  closedir(listing->stream);
  free(listing);
}
