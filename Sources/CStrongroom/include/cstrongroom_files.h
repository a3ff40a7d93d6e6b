// System calls that Swift's Glibc module cannot name (GNU-only, variadic or behind macros). Each wrapper makes one call, repeats it
// on EINTR where that is safe, and gives the call's result or the negated errno. Nothing here decides anything.
#ifndef CSTRONGROOM_FILES_H
#define CSTRONGROOM_FILES_H

#include <stddef.h>
#include <stdint.h>

// What the callers look at in a file's status.
struct strongroom_status {
  uint64_t device, inode, links;
  int64_t size;
  uint32_t mode, owner;
  int64_t modified_s, modified_ns, changed_s, changed_ns;
};

// openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS: a link planted in the vault is refused, not followed. On kernels without
// openat2, openat with O_NOFOLLOW. Always O_CLOEXEC.
int strongroom_open_beneath(int directory, const char *path, int flags, uint32_t mode);
// openat as it is, O_CLOEXEC added; for files outside the vault.
int strongroom_open(int directory, const char *path, int flags, uint32_t mode);
int strongroom_o_tmpfile(void);
int strongroom_close(int fd);
int64_t strongroom_pread(int fd, void *buffer, size_t count, int64_t offset);
int64_t strongroom_pwrite(int fd, const void *buffer, size_t count, int64_t offset);
int strongroom_fsync(int fd);
int strongroom_fdatasync(int fd);
// The whole file system that holds the descriptor's file.
int strongroom_syncfs(int fd);
// 1 on kernels whose syncfs says when a write failed (Linux 5.8 on).
int strongroom_syncfs_reports_errors(void);
// Asks the kernel to begin writing these bytes to the disk; promises nothing.
void strongroom_begin_writing(int fd, int64_t offset, int64_t count);
int strongroom_fallocate(int fd, int64_t size);
int strongroom_fstat(int fd, struct strongroom_status *out);
int strongroom_lstat_at(int directory, const char *path, struct strongroom_status *out);
int strongroom_rename(int old_directory, const char *from, int directory, const char *to, int no_replace);
// Gives a name to an O_TMPFILE descriptor; -EEXIST if the name is taken.
int strongroom_link_descriptor(int fd, int directory, const char *name);
int strongroom_unlink(int directory, const char *path);
int strongroom_mkdir(int directory, const char *path, uint32_t mode);
// Exclusive (or shared) flock without waiting: -EWOULDBLOCK if another open file holds it.
int strongroom_try_lock(int fd, int exclusive);
int strongroom_unlock(int fd);
void strongroom_sleep_ms(unsigned milliseconds);

// The kind of file system that holds the descriptor's file: f_type of fstatfs.
int strongroom_file_system_magic(int fd, uint64_t *magic);
// Bytes that an ordinary user may still write there, and all that there are.
int strongroom_space(int fd, uint64_t *free_bytes, uint64_t *total_bytes);
// The two halves of a status' device number.
uint64_t strongroom_device_major(uint64_t device);
uint64_t strongroom_device_minor(uint64_t device);

// Directory listing: begin takes a descriptor's own copy; next gives 1 and the entry, 0 at the end, or -errno.
struct strongroom_listing;
struct strongroom_listing *strongroom_list_begin(int directory, const char *path, int *error);
int strongroom_list_next(struct strongroom_listing *listing, char *name, size_t capacity, int *is_regular, int *is_directory);
void strongroom_list_end(struct strongroom_listing *listing);

#endif
