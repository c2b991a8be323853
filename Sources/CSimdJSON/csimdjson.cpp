#include "csimdjson.h"
#include <simdjson.h>
#include <string>

extern "C" const char *csimdjson_implementation_name(void) {
  static const std::string name(simdjson::get_active_implementation()->name());
  return name.c_str();
}
