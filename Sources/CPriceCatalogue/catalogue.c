#include "cpricecatalogue.h"

// clang and gcc 15 take #embed in every language mode; it costs no compile time, unlike an array literal.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char catalogue[] __attribute__((aligned(8))) = {
#embed "catalogue.bin"
};

const void *cpricecatalogue_bytes(void) { return catalogue; }

size_t cpricecatalogue_length(void) { return sizeof catalogue; }
