// The hold model on std::priority_queue, ordered by time and then by order of insertion, as the engine orders.
// hold PENDING OPERATIONS TURN prints the rate in operations (a pop and a push) per second of CPU time.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <queue>
#include <vector>

struct Entry {
  double time;
  uint64_t order;
  uint32_t subject;
};
struct Later {
  bool operator()(const Entry& a, const Entry& b) const { return a.time > b.time || (a.time == b.time && a.order > b.order); }
};

static uint32_t word;

// xorshift32
static double exponential() {
  word ^= word << 13;
  word ^= word >> 17;
  word ^= word << 5;
  return -std::log((word + 0.5) * 0x1.0p-32);
}

int main(int, char** argv) {
  const long pending = std::atol(argv[1]);
  const long operations = std::atol(argv[2]);
  word = 2654435769u * (uint32_t)std::atol(argv[3]);
  const int DRAWN = 65536;
  static double increments[DRAWN];
  for (double& increment : increments) increment = exponential();
  std::vector<Entry> room;
  room.reserve(pending + 1);
  std::priority_queue<Entry, std::vector<Entry>, Later> calendar(Later(), std::move(room));
  uint64_t order = 0;
  long count = 0;
  const auto hold = [&](long times) {
    for (long i = 0; i < times; i += 1) {
      const Entry entry = calendar.top();
      calendar.pop();
      calendar.push({entry.time + increments[count++ & (DRAWN - 1)], order++, entry.subject});
    }
  };
  for (long i = 0; i < pending; i += 1) calendar.push({exponential(), order++, (uint32_t)i});
  hold(std::max(pending, 500000l));
  const clock_t start = std::clock();
  hold(operations);
  std::printf("{\"rate\":%.1f}\n", operations / (double(std::clock() - start) / CLOCKS_PER_SEC));
}
