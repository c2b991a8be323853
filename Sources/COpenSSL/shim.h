// What Swift cannot import from OpenSSL 3: function-like macros and constants that are expressions.
// Each function is the macro of the manual page it names, and nothing else.
#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

// mallopt(3), which the Glibc module leaves out; here because TLS buffers are most of what it is tuned for.
#include <malloc.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// SSL_CTX_set_options(3): the SSL_OP_* names are SSL_OP_BIT(n) expressions.
static const uint64_t COpenSSL_OP_NO_RENEGOTIATION = SSL_OP_NO_RENEGOTIATION;
static const uint64_t COpenSSL_OP_NO_COMPRESSION = SSL_OP_NO_COMPRESSION;
static const uint64_t COpenSSL_OP_CIPHER_SERVER_PREFERENCE = SSL_OP_CIPHER_SERVER_PREFERENCE;
static const uint64_t COpenSSL_OP_NO_TICKET = SSL_OP_NO_TICKET;

// SSL_CTX_set_min_proto_version(3)
static inline int COpenSSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
  return (int)SSL_CTX_set_min_proto_version(context, version);
}

// SSL_CTX_set_mode(3)
static inline long COpenSSL_CTX_set_mode(SSL_CTX *context, long mode) { return SSL_CTX_set_mode(context, mode); }

// SSL_CTX_set_session_cache_mode(3)
static inline long COpenSSL_CTX_disable_session_cache(SSL_CTX *context) {
  return SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

// SSL_CTX_set1_groups_list(3)
static inline int COpenSSL_CTX_set1_groups_list(SSL_CTX *context, const char *list) {
  return (int)SSL_CTX_set1_groups_list(context, list);
}

// SSL_CTX_add0_chain_cert(3): the context owns the certificate when this returns 1.
static inline int COpenSSL_CTX_add0_chain_cert(SSL_CTX *context, X509 *certificate) {
  return (int)SSL_CTX_add0_chain_cert(context, certificate);
}

// SSL_CTX_set_tlsext_servername_callback(3)
static inline long COpenSSL_CTX_set_servername_callback(SSL_CTX *context, int (*callback)(SSL *, int *, void *)) {
  return SSL_CTX_set_tlsext_servername_callback(context, callback);
}

// BIO_should_retry(3)
static inline void COpenSSL_BIO_set_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void COpenSSL_BIO_clear_retry_flags(BIO *bio) { BIO_clear_retry_flags(bio); }

// DEFINE_STACK_OF(3): typed stack accessors are macros.
static inline int COpenSSL_general_names_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline const GENERAL_NAME *COpenSSL_general_names_at(const GENERAL_NAMES *names, int index) {
  return sk_GENERAL_NAME_value(names, index);
}

// GENERAL_NAME_get0_value(3): the text of a DNS name or URI; NULL for every other kind of name.
static inline const ASN1_STRING *COpenSSL_general_name_text(const GENERAL_NAME *name, int *kind) {
  void *value = GENERAL_NAME_get0_value(name, kind);
  return (*kind == GEN_DNS || *kind == GEN_URI) ? (const ASN1_STRING *)value : NULL;
}

// ERR_GET_REASON(3) is a static inline function of the library, but its arguments are macros' constants.
static inline int COpenSSL_error_reason(unsigned long code) { return ERR_GET_REASON(code); }

#endif
