// renameat2, O_TMPFILE, fallocate and DT_* are GNU extensions.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cstrongroom.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

const int strongroom_o_cloexec = O_CLOEXEC;
const int strongroom_o_nofollow = O_NOFOLLOW;
const int strongroom_o_directory = O_DIRECTORY;
const int strongroom_at_fdcwd = AT_FDCWD;
const int strongroom_at_removedir = AT_REMOVEDIR;

_Static_assert(STRONGROOM_LOCK_SHARED == LOCK_SH, "flock operations");
_Static_assert(STRONGROOM_LOCK_EXCLUSIVE == LOCK_EX, "flock operations");
_Static_assert(STRONGROOM_LOCK_NON_BLOCKING == LOCK_NB, "flock operations");
_Static_assert(STRONGROOM_LOCK_UNLOCK == LOCK_UN, "flock operations");
_Static_assert(STRONGROOM_KIND_DIRECTORY == DT_DIR && STRONGROOM_KIND_FILE == DT_REG, "directory entry kinds");
_Static_assert(STRONGROOM_KIND_LINK == DT_LNK, "directory entry kinds");
_Static_assert(sizeof(off_t) == 8, "file offsets are 64 bits");

// Repeats a call while a signal interrupts it; the value is the call's own, or -errno.
#define RETRYING(type, call)               \
  ({                                       \
    type result_;                          \
    do result_ = (call);                   \
    while (result_ == -1 && errno == EINTR); \
    result_ == -1 ? (type)-errno : result_; \
  })
#define ONCE(type, call)                    \
  ({                                        \
    type result_ = (call);                  \
    result_ == -1 ? (type)-errno : result_; \
  })

int strongroom_open(const char *path, int flags, uint32_t mode) {
  return RETRYING(int, open(path, flags | O_CLOEXEC, (mode_t)mode));
}

int strongroom_openat(int directory, const char *path, int flags, uint32_t mode) {
  return RETRYING(int, openat(directory, path, flags | O_CLOEXEC, (mode_t)mode));
}

int strongroom_close(int fd) { return ONCE(int, close(fd)); }

ssize_t strongroom_read(int fd, void *buffer, size_t count) {
  return RETRYING(ssize_t, read(fd, buffer, count));
}

ssize_t strongroom_write(int fd, const void *buffer, size_t count) {
  return RETRYING(ssize_t, write(fd, buffer, count));
}

ssize_t strongroom_pread(int fd, void *buffer, size_t count, int64_t offset) {
  return RETRYING(ssize_t, pread(fd, buffer, count, offset));
}

ssize_t strongroom_pwrite(int fd, const void *buffer, size_t count, int64_t offset) {
  return RETRYING(ssize_t, pwrite(fd, buffer, count, offset));
}

int strongroom_fsync(int fd) { return ONCE(int, fsync(fd)); }

int strongroom_fdatasync(int fd) { return ONCE(int, fdatasync(fd)); }

int strongroom_ftruncate(int fd, int64_t size) { return RETRYING(int, ftruncate(fd, size)); }

int strongroom_fallocate(int fd, int64_t offset, int64_t count) {
  return RETRYING(int, fallocate(fd, 0, offset, count));
}

static void copy_status(const struct stat *from, struct strongroom_file_status *to) {
  to->device = (uint64_t)from->st_dev;
  to->inode = (uint64_t)from->st_ino;
  to->link_count = (uint64_t)from->st_nlink;
  to->mode = (uint32_t)from->st_mode;
  to->owner = (uint32_t)from->st_uid;
  to->size_bytes = (int64_t)from->st_size;
  to->allocated_bytes = (int64_t)from->st_blocks * 512;
  to->modified_ns = (int64_t)from->st_mtim.tv_sec * 1000000000 + (int64_t)from->st_mtim.tv_nsec;
  to->changed_ns = (int64_t)from->st_ctim.tv_sec * 1000000000 + (int64_t)from->st_ctim.tv_nsec;
}

int strongroom_fstat(int fd, struct strongroom_file_status *status) {
  struct stat found;
  int result = ONCE(int, fstat(fd, &found));
  if (result == 0) copy_status(&found, status);
  return result;
}

int strongroom_fstatat(int directory, const char *path, struct strongroom_file_status *status) {
  struct stat found;
  int result = ONCE(int, fstatat(directory, path, &found, AT_SYMLINK_NOFOLLOW));
  if (result == 0) copy_status(&found, status);
  return result;
}

int strongroom_fchmod(int fd, uint32_t mode) { return ONCE(int, fchmod(fd, (mode_t)mode)); }

int strongroom_mkdirat(int directory, const char *path, uint32_t mode) {
  return ONCE(int, mkdirat(directory, path, (mode_t)mode));
}

int strongroom_unlinkat(int directory, const char *path, int flags) {
  return ONCE(int, unlinkat(directory, path, flags));
}

int strongroom_renameat(int from_directory, const char *from, int to_directory, const char *to) {
  return ONCE(int, renameat(from_directory, from, to_directory, to));
}

int strongroom_rename_no_replace(int from_directory, const char *from, int to_directory, const char *to) {
  return ONCE(int, renameat2(from_directory, from, to_directory, to, RENAME_NOREPLACE));
}

int strongroom_open_unnamed(const char *directory, uint32_t mode) {
  return strongroom_openat_unnamed(AT_FDCWD, directory, mode);
}

int strongroom_openat_unnamed(int directory, const char *path, uint32_t mode) {
  return RETRYING(int, openat(directory, path, O_TMPFILE | O_RDWR | O_CLOEXEC, (mode_t)mode));
}

int strongroom_link_unnamed(int fd, int to_directory, const char *to) {
  char name[32];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  return ONCE(int, linkat(AT_FDCWD, name, to_directory, to, AT_SYMLINK_FOLLOW));
}

int strongroom_flock(int fd, int operation) { return ONCE(int, flock(fd, operation)); }

int64_t strongroom_file_system_type(int fd) {
  struct statfs found;
  int result = RETRYING(int, fstatfs(fd, &found));
  // Magic numbers are 32 bits; some kernels' structures sign-extend them.
  return result < 0 ? result : (int64_t)(uint32_t)found.f_type;
}

int64_t strongroom_file_system_free_bytes(int fd) {
  struct statfs found;
  int result = RETRYING(int, fstatfs(fd, &found));
  if (result < 0) return result;
  int64_t bytes;
  if (__builtin_mul_overflow((int64_t)found.f_bavail, (int64_t)found.f_bsize, &bytes)) return INT64_MAX;
  return bytes;
}

// posix_fadvise gives the error number itself and leaves errno alone.
int strongroom_advise_sequential(int fd) { return -posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL); }

int strongroom_advise_not_needed(int fd, int64_t offset, int64_t count) {
  return -posix_fadvise(fd, offset, count, POSIX_FADV_DONTNEED);
}

struct strongroom_directory {
  DIR *stream;
};

int strongroom_directory_open(int fd, struct strongroom_directory **directory) {
  struct strongroom_directory *made = malloc(sizeof *made);
  if (made == NULL) return -ENOMEM;
  made->stream = fdopendir(fd);
  if (made->stream == NULL) {
    int failure = errno;
    free(made);
    return -failure;
  }
  *directory = made;
  return 0;
}

int strongroom_directory_next(struct strongroom_directory *directory, char name[256], int *kind) {
  for (;;) {
    errno = 0;
    struct dirent *entry = readdir(directory->stream);
    if (entry == NULL) return -errno;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    size_t count = strnlen(entry->d_name, 255);
    memcpy(name, entry->d_name, count);
    name[count] = 0;
    *kind = entry->d_type;
    return (int)count;
  }
}

void strongroom_directory_close(struct strongroom_directory *directory) {
  closedir(directory->stream);
  free(directory);
}

int strongroom_set_not_dumpable(void) { return ONCE(int, prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)); }

int strongroom_get_dumpable(void) { return ONCE(int, prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)); }

int strongroom_set_core_limit_zero(void) {
  struct rlimit none = {0, 0};
  return ONCE(int, setrlimit(RLIMIT_CORE, &none));
}

int64_t strongroom_get_core_limit(void) {
  struct rlimit found;
  int result = ONCE(int, getrlimit(RLIMIT_CORE, &found));
  if (result < 0) return result;
  return found.rlim_cur > (rlim_t)INT64_MAX ? INT64_MAX : (int64_t)found.rlim_cur;
}

int strongroom_set_default_signal_handler(int signal_number) {
  struct sigaction plain;
  memset(&plain, 0, sizeof plain);
  plain.sa_handler = SIG_DFL;
  sigemptyset(&plain.sa_mask);
  return ONCE(int, sigaction(signal_number, &plain, NULL));
}

int strongroom_has_default_signal_handler(int signal_number) {
  struct sigaction found;
  int result = ONCE(int, sigaction(signal_number, NULL, &found));
  if (result < 0) return result;
  return !(found.sa_flags & SA_SIGINFO) && found.sa_handler == SIG_DFL;
}
