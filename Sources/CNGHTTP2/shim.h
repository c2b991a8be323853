// What Swift cannot import from nghttp2 1.52: constants whose macros hold casts.
#ifndef CNGHTTP2_SHIM_H
#define CNGHTTP2_SHIM_H

#include <nghttp2/nghttp2.h>

#endif
