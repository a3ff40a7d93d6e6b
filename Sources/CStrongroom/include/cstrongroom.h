// What Swift can't say about OpenSSL and the process: key derivation parameter arrays whose pointers must outlive the
// call, and calls that are variadic. Nothing here decides anything. Files have their own header, cstrongroom_files.h.
//
// Functions that name a KDF give 1 on success; anything else is failure with the reason in OpenSSL's error queue of the calling
// thread. Process calls give a negative errno on failure.
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
/// Processor cores this process may run on (`sched_getaffinity`), 1 or more.
int strongroom_core_count(void);

/// 1 when the kernel knows the clock to be kept right, 0 when not (`adjtimex`).
int strongroom_clock_is_synchronised(void);
/// Bytes of swap space (`sysinfo`).
int strongroom_swap_bytes(uint64_t *bytes);
/// The soft limit of RLIMIT_MEMLOCK in bytes; INT64_MAX for no limit.
int64_t strongroom_get_memory_lock_limit(void);

#endif
