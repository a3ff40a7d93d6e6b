// The parts of OpenSSL 3's libcrypto that StrongroomCrypto calls; nothing else in the project includes OpenSSL.
#ifndef STRONGROOM_COPENSSL_SHIM_H
#define STRONGROOM_COPENSSL_SHIM_H

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#endif
