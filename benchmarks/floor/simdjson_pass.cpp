// The least that reading a request can cost: one pass of simdjson's On Demand parser over it, touching the name and
// every label of every node, or every node name. Prints nanoseconds of CPU a pass for each file given.
//
// usage: simdjson_pass FILE...

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

#include <simdjson.h>

namespace {

uint64_t threadNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return uint64_t(now.tv_sec) * 1'000'000'000u + uint64_t(now.tv_nsec);
}

// The sum of the lengths of what was touched, so that nothing is optimised away.
size_t pass(simdjson::ondemand::parser &parser, const simdjson::padded_string &text) {
  size_t touched = 0;
  auto document = parser.iterate(text);
  for (auto field : document.get_object()) {
    const std::string_view key = field.unescaped_key();
    if (key == "NodeNames") {
      simdjson::ondemand::value value = field.value();
      if (value.type() != simdjson::ondemand::json_type::array) continue;
      for (auto name : value.get_array()) touched += name.get_string().value().size();
    } else if (key == "Nodes") {
      simdjson::ondemand::value value = field.value();
      if (value.type() != simdjson::ondemand::json_type::object) continue;
      for (auto node : value["items"].get_array()) {
        auto metadata = node["metadata"].get_object();
        touched += metadata["name"].get_string().value().size();
        for (auto label : metadata["labels"].get_object())
          touched += label.unescaped_key().value().size() + label.value().get_string().value().size();
      }
    }
  }
  return touched;
}

}  // namespace

int main(int count, char **arguments) {
  std::printf("{");
  for (int index = 1; index < count; ++index) {
    simdjson::padded_string text;
    if (simdjson::padded_string::load(arguments[index]).get(text) != simdjson::SUCCESS) {
      std::fprintf(stderr, "simdjson_pass: cannot read %s\n", arguments[index]);
      return 1;
    }
    simdjson::ondemand::parser parser;
    std::vector<uint64_t> samples;
    size_t touched = 0;
    const uint64_t begin = threadNanoseconds();
    while (samples.size() < 11 || (samples.size() < 1001 && threadNanoseconds() - begin < 200'000'000u)) {
      const uint64_t start = threadNanoseconds();
      touched += pass(parser, text);
      samples.push_back(threadNanoseconds() - start);
    }
    std::nth_element(samples.begin(), samples.begin() + long(samples.size() / 2), samples.end());
    std::printf("%s\"%s\":{\"nanoseconds\":%llu,\"touchedBytes\":%zu}", index > 1 ? "," : "", arguments[index],
                static_cast<unsigned long long>(samples[samples.size() / 2]), touched / samples.size());
  }
  std::printf("}\n");
}
