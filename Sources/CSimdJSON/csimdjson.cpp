#include "csimdjson.h"

#include <memory>
#include <new>
#include <simdjson.h>
#include <string>
#include <sys/mman.h>

struct csimdjson_parser {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> implementation;
};

namespace {

// The second stage is never run, so no memory is needed for its stack of open containers.
constexpr size_t unused_depth = 1;

// From this size on the index is mapped for itself, and given back after use.
constexpr size_t smallest_huge_capacity = 16 * 1024 * 1024;

// Below this size a parser is not worth growing in steps.
constexpr size_t smallest_capacity = 64 * 1024;

csimdjson_status status_of(simdjson::error_code code) {
  switch (code) {
  case simdjson::SUCCESS: return CSIMDJSON_OK;
  case simdjson::CAPACITY: return CSIMDJSON_TOO_LARGE;
  case simdjson::MEMALLOC: return CSIMDJSON_OUT_OF_MEMORY;
  case simdjson::EMPTY: return CSIMDJSON_EMPTY;
  case simdjson::UTF8_ERROR: return CSIMDJSON_INVALID_UTF8;
  case simdjson::UNESCAPED_CHARS: return CSIMDJSON_CONTROL_CHARACTER;
  case simdjson::UNCLOSED_STRING: return CSIMDJSON_UNCLOSED_STRING;
  default: return CSIMDJSON_OTHER;
  }
}

// Asks for huge pages under a large index: of a text of 30 MB it takes 16 MB, which every time are fresh from the system
// and would be faulted in page by page, at a fifth of what indexing costs. Without effect where there are none to give.
void prefer_huge_pages(void *start, size_t count) {
  constexpr uintptr_t page = 2 * 1024 * 1024;
  const auto address = reinterpret_cast<uintptr_t>(start);
  const uintptr_t first = (address + page - 1) & ~(page - 1);
  const uintptr_t end = (address + count) & ~(page - 1);
  if (first < end) { (void)madvise(reinterpret_cast<void *>(first), end - first, MADV_HUGEPAGE); }
}

simdjson::error_code grow(csimdjson_parser &parser, size_t capacity) {
  if (parser.implementation) { return parser.implementation->set_capacity(capacity); }
  return simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, unused_depth,
                                                                                  parser.implementation);
}

simdjson::error_code reserve(csimdjson_parser &parser, size_t count) {
  if (parser.implementation && parser.implementation->capacity() >= count) { return simdjson::SUCCESS; }
  size_t capacity = smallest_capacity;
  while (capacity < count) { capacity *= 2; }
  if (capacity > simdjson::SIMDJSON_MAXSIZE_BYTES) { capacity = simdjson::SIMDJSON_MAXSIZE_BYTES; }
  if (auto error = grow(parser, capacity)) { return error; }
  if (capacity >= smallest_huge_capacity) {
    prefer_huge_pages(parser.implementation->structural_indexes.get(), capacity * sizeof(uint32_t));
  }
  return simdjson::SUCCESS;
}

} // namespace

extern "C" csimdjson_parser *csimdjson_parser_create(void) { return new (std::nothrow) csimdjson_parser(); }

extern "C" void csimdjson_parser_destroy(csimdjson_parser *parser) { delete parser; }

extern "C" size_t csimdjson_parser_capacity(const csimdjson_parser *parser) {
  return parser->implementation ? parser->implementation->capacity() : 0;
}

extern "C" csimdjson_status csimdjson_index(csimdjson_parser *parser, const void *bytes, size_t count,
                                            const uint32_t **structurals, size_t *structural_count) {
  *structurals = nullptr;
  *structural_count = 0;
  if (count == 0) { return CSIMDJSON_EMPTY; }
  // The index ends in sentinels that hold `count` itself, which therefore has to fit 32 bits too.
  if (count >= simdjson::SIMDJSON_MAXSIZE_BYTES - simdjson::SIMDJSON_PADDING) { return CSIMDJSON_TOO_LARGE; }
  if (auto error = reserve(*parser, count)) { return status_of(error); }
  auto error = parser->implementation->stage1(static_cast<const uint8_t *>(bytes), count,
                                              simdjson::stage1_mode::regular);
  if (error) { return status_of(error); }
  *structurals = parser->implementation->structural_indexes.get();
  *structural_count = parser->implementation->n_structural_indexes;
  return CSIMDJSON_OK;
}

extern "C" const char *csimdjson_implementation_name(void) {
  static const std::string name(simdjson::get_active_implementation()->name());
  return name.c_str();
}
