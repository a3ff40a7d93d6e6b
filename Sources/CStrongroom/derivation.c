// The OSSL_PARAM arrays: they hold pointers to the caller's bytes, which C keeps alive for the call without
// ceremony.
#include "cstrongroom.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <pthread.h>

static char sha256_name[] = "SHA256";

// OpenSSL reads through these pointers only; its constructor functions lack the const.
static OSSL_PARAM octets(const char *name, const uint8_t *bytes, size_t count) {
  static uint8_t none;  // a NULL pointer would read as "absent", which an empty passphrase isn't
  return OSSL_PARAM_construct_octet_string(name, bytes == NULL ? &none : (void *)(uintptr_t)bytes, count);
}

static int derive(EVP_KDF *kdf, uint8_t *out, size_t out_count, const OSSL_PARAM parameters[]) {
  EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
  if (context == NULL) return 0;
  int result = EVP_KDF_derive(context, out, out_count, parameters);
  EVP_KDF_CTX_free(context);
  return result;
}

int strongroom_hkdf_sha256(EVP_KDF *kdf, uint8_t *out, size_t out_count, const uint8_t *key, size_t key_count,
                           const uint8_t *salt, size_t salt_count, const uint8_t *info, size_t info_count) {
  OSSL_PARAM parameters[5];
  int used = 0;
  parameters[used++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, sha256_name, 0);
  parameters[used++] = octets(OSSL_KDF_PARAM_KEY, key, key_count);
  if (salt_count > 0) parameters[used++] = octets(OSSL_KDF_PARAM_SALT, salt, salt_count);
  if (info_count > 0) parameters[used++] = octets(OSSL_KDF_PARAM_INFO, info, info_count);
  parameters[used] = OSSL_PARAM_construct_end();
  return derive(kdf, out, out_count, parameters);
}

int strongroom_scrypt(EVP_KDF *kdf, uint8_t *out, size_t out_count, const uint8_t *passphrase,
                      size_t passphrase_count, const uint8_t *salt, size_t salt_count, uint64_t n, uint32_t r,
                      uint32_t p, uint64_t max_memory) {
  OSSL_PARAM parameters[] = {
      octets(OSSL_KDF_PARAM_PASSWORD, passphrase, passphrase_count),
      octets(OSSL_KDF_PARAM_SALT, salt, salt_count),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &max_memory),
      OSSL_PARAM_construct_end(),
  };
  return derive(kdf, out, out_count, parameters);
}

EVP_MAC_CTX *strongroom_hmac_sha256_context(EVP_MAC *mac) {
  EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
  if (context == NULL) return NULL;
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256_name, 0),
      OSSL_PARAM_construct_end(),
  };
  if (EVP_MAC_CTX_set_params(context, parameters) != 1) {
    EVP_MAC_CTX_free(context);
    return NULL;
  }
  return context;
}

static pthread_once_t digest_key_once = PTHREAD_ONCE_INIT;
static pthread_key_t digest_key;
static int digest_key_failure;

static void free_digest_context(void *context) { EVP_MD_CTX_free(context); }

static void make_digest_key(void) { digest_key_failure = pthread_key_create(&digest_key, free_digest_context); }

EVP_MD_CTX *strongroom_thread_digest_context(void) {
  static _Thread_local EVP_MD_CTX *own;  // the fast path; the key is there for its destructor
  if (own != NULL) return own;
  if (pthread_once(&digest_key_once, make_digest_key) != 0 || digest_key_failure != 0) return NULL;
  EVP_MD_CTX *made = EVP_MD_CTX_new();
  if (made == NULL) return NULL;
  if (pthread_setspecific(digest_key, made) != 0) {
    EVP_MD_CTX_free(made);
    return NULL;
  }
  own = made;
  return own;
}
