/// A narrow C face on simdjson's first stage.
///
/// simdjson parses in two stages. The first one checks UTF-8, finds unescaped control characters and unclosed strings,
/// and writes down where the structural characters are, at gigabytes a second; it is the only one that is offered here.
/// The second one builds or walks a document, which our readers do themselves over the same index, because they need the
/// source range of every value (to echo it) and skip nearly all of them.
#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Owns the memory of an index. May be used by one thread at a time.
typedef struct csimdjson_parser csimdjson_parser;

typedef enum csimdjson_status {
  CSIMDJSON_OK = 0,
  /// More bytes than 32-bit offsets reach.
  CSIMDJSON_TOO_LARGE,
  CSIMDJSON_OUT_OF_MEMORY,
  /// Nothing but white space.
  CSIMDJSON_EMPTY,
  CSIMDJSON_INVALID_UTF8,
  /// A byte below 0x20 inside a string.
  CSIMDJSON_CONTROL_CHARACTER,
  CSIMDJSON_UNCLOSED_STRING,
  /// simdjson refused for a reason that its first stage does not document.
  CSIMDJSON_OTHER
} csimdjson_status;

/// Makes a parser, or gives NULL where there is no memory. The caller destroys it.
csimdjson_parser *csimdjson_parser_create(void);

/// Frees a parser and the index in it; NULL is allowed.
void csimdjson_parser_destroy(csimdjson_parser *parser);

/// The longest text, in bytes, that the parser can index without growing. It holds 4 bytes of address space a byte.
size_t csimdjson_parser_capacity(const csimdjson_parser *parser);

/// Indexes `count` bytes, growing the parser's memory where needed. The bytes need no padding and are only read.
///
/// On CSIMDJSON_OK, `*structurals` holds `*structural_count` ascending byte offsets, lent until the parser is next used:
/// of each of {}[]:, outside strings, of each string's opening quote, and of the first byte of each other scalar.
csimdjson_status csimdjson_index(csimdjson_parser *parser, const void *bytes, size_t count,
                                 const uint32_t **structurals, size_t *structural_count);

/// The name of the instruction set in use, such as "haswell". Static memory.
const char *csimdjson_implementation_name(void);

#ifdef __cplusplus
}
#endif
#endif
