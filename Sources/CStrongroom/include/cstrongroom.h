// What Swift can't say: key derivation parameter arrays whose pointers must outlive the call, system calls
// that are variadic or GNU-only, and structures with anonymous parts. Nothing here decides anything.
//
// System calls: every function that returns `int`, `int64_t` or `ssize_t` gives a negative errno on failure
// (-EEXIST, ...), so that Swift callers check one thing and never read `errno` after the fact. Calls
// interrupted by a signal are repeated, but for close (the descriptor is gone either way), flock and fsync
// (the caller decides).
//
// OpenSSL: functions that return `int` and name a KDF give 1 on success, anything else is failure with the
// reason in OpenSSL's error queue of the calling thread.
#ifndef CSTRONGROOM_H
#define CSTRONGROOM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct evp_kdf_st;
struct evp_mac_st;
struct evp_mac_ctx_st;
struct evp_md_ctx_st;

// MARK: OpenSSL

/// HKDF-SHA-256 (RFC 5869), extract and expand. `kdf` is the fetched "HKDF". An empty salt is RFC 5869's
/// default.
int strongroom_hkdf_sha256(struct evp_kdf_st *kdf, uint8_t *out, size_t out_count, const uint8_t *key,
                           size_t key_count, const uint8_t *salt, size_t salt_count, const uint8_t *info,
                           size_t info_count);

/// scrypt (RFC 7914) with cost `n` (a power of two). `kdf` is the fetched "SCRYPT". Fails rather than take
/// more than `max_memory` bytes.
int strongroom_scrypt(struct evp_kdf_st *kdf, uint8_t *out, size_t out_count, const uint8_t *passphrase,
                      size_t passphrase_count, const uint8_t *salt, size_t salt_count, uint64_t n, uint32_t r,
                      uint32_t p, uint64_t max_memory);

/// A new HMAC context with SHA-256 chosen and no key; NULL on failure. `mac` is the fetched "HMAC".
struct evp_mac_ctx_st *strongroom_hmac_sha256_context(struct evp_mac_st *mac);

/// The calling thread's own digest context, made on first use and freed when the thread ends; NULL on
/// failure. A million small leaves then need one context, not a million.
struct evp_md_ctx_st *strongroom_thread_digest_context(void);

// MARK: Files

/// What `fstat` and `fstatat` know, in plain fields. Times are nanoseconds since 1970.
struct strongroom_file_status {
  uint64_t device;
  uint64_t inode;
  uint64_t link_count;
  uint32_t mode;  // type and permission bits
  uint32_t owner;
  int64_t size_bytes;
  int64_t allocated_bytes;
  int64_t modified_ns;
  int64_t changed_ns;
};

int strongroom_open(const char *path, int flags, uint32_t mode);
int strongroom_openat(int directory, const char *path, int flags, uint32_t mode);
int strongroom_close(int fd);
ssize_t strongroom_read(int fd, void *buffer, size_t count);
ssize_t strongroom_write(int fd, const void *buffer, size_t count);
ssize_t strongroom_pread(int fd, void *buffer, size_t count, int64_t offset);
ssize_t strongroom_pwrite(int fd, const void *buffer, size_t count, int64_t offset);
int strongroom_fsync(int fd);
int strongroom_fdatasync(int fd);
int strongroom_ftruncate(int fd, int64_t size);
/// Reserves blocks and grows the file: `fallocate` with mode 0. -EOPNOTSUPP where the file system can't.
int strongroom_fallocate(int fd, int64_t offset, int64_t count);
int strongroom_fstat(int fd, struct strongroom_file_status *status);
/// Does not follow a symbolic link at the end of the path.
int strongroom_fstatat(int directory, const char *path, struct strongroom_file_status *status);
int strongroom_fchmod(int fd, uint32_t mode);
int strongroom_mkdirat(int directory, const char *path, uint32_t mode);
int strongroom_unlinkat(int directory, const char *path, int flags);
int strongroom_renameat(int from_directory, const char *from, int to_directory, const char *to);
/// `renameat2` with RENAME_NOREPLACE: -EEXIST when the target exists.
int strongroom_rename_no_replace(int from_directory, const char *from, int to_directory, const char *to);
/// `open` with O_TMPFILE: a file without a name in `directory`, which vanishes with its descriptor. Read and
/// write.
int strongroom_open_unnamed(const char *directory, uint32_t mode);
/// As above, the directory given by descriptor and path below it ("." for itself).
int strongroom_openat_unnamed(int directory, const char *path, uint32_t mode);
/// Names an unnamed file, through /proc/self/fd (`AT_EMPTY_PATH` needs a capability). -EEXIST when the name
/// is taken.
int strongroom_link_unnamed(int fd, int to_directory, const char *to);
/// `flock`: operations STRONGROOM_LOCK_*. -EWOULDBLOCK when held elsewhere and non-blocking.
int strongroom_flock(int fd, int operation);
/// The file system's magic number (statfs f_type), for refusing network file systems. Never negative on
/// success.
int64_t strongroom_file_system_type(int fd);
/// Bytes an ordinary user may still write there.
int64_t strongroom_file_system_free_bytes(int fd);
/// Tells the kernel that the pages of this range are read once in order, or aren't needed again.
int strongroom_advise_sequential(int fd);
int strongroom_advise_not_needed(int fd, int64_t offset, int64_t count);

/// Directory reading. `open` takes a descriptor over on success only; `next` copies one name (at most 255
/// bytes and a zero) and gives its length, 0 at the end; "." and ".." are left out. `kind` is DT_REG, DT_DIR,
/// ..., 0 for unknown.
struct strongroom_directory;
int strongroom_directory_open(int fd, struct strongroom_directory **directory);
int strongroom_directory_next(struct strongroom_directory *directory, char name[256], int *kind);
void strongroom_directory_close(struct strongroom_directory *directory);

// Flags that Swift's Glibc module lacks or types differently. Swift sees these names as Int.
enum {
  STRONGROOM_LOCK_SHARED = 1,
  STRONGROOM_LOCK_EXCLUSIVE = 2,
  STRONGROOM_LOCK_NON_BLOCKING = 4,
  STRONGROOM_LOCK_UNLOCK = 8,
  STRONGROOM_KIND_DIRECTORY = 4,
  STRONGROOM_KIND_FILE = 8,
  STRONGROOM_KIND_LINK = 10,
};
extern const int strongroom_o_cloexec;
extern const int strongroom_o_nofollow;
extern const int strongroom_o_directory;
extern const int strongroom_at_fdcwd;
extern const int strongroom_at_removedir;

// MARK: Process

/// `prctl(PR_SET_DUMPABLE, 0)`: no core file, no ptrace by others of the same user, /proc/self owned by root.
int strongroom_set_not_dumpable(void);
/// 0 or 1: `prctl(PR_GET_DUMPABLE)`.
int strongroom_get_dumpable(void);
/// `setrlimit(RLIMIT_CORE)`, soft and hard, to zero.
int strongroom_set_core_limit_zero(void);
/// The soft limit of RLIMIT_CORE in bytes; INT64_MAX for no limit.
int64_t strongroom_get_core_limit(void);
/// Puts the default handler back for one signal.
int strongroom_set_default_signal_handler(int signal_number);
/// 1 when the default handler is in place, 0 when another is.
int strongroom_has_default_signal_handler(int signal_number);

#endif
