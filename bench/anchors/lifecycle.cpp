// W5 written by hand: a calendar of (time, order, request, step), state in plain structs, a log histogram a stage.
// lifecycle REQUESTS SCALE TURN prints the rate in requests per second of CPU time, and the mean latency.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <limits>
#include <queue>
#include <vector>

static uint64_t state0, state1;

// xorshift128+
static double uniform() {
  uint64_t x = state0;
  const uint64_t y = state1;
  state0 = y;
  x ^= x << 23;
  state1 = x ^ y ^ (x >> 17) ^ (y >> 26);
  return ((state1 + y) >> 11) * 0x1.0p-53;
}

static double exponential(double mean) { return -mean * std::log(1 - uniform()); }

enum Step : uint8_t { ARRIVE, RESOLVED, CONNECTED, DISK_DONE, DELIVERED };
enum Stage : uint8_t { NGINX, SCRIPT, QUERY };

struct Event {
  double time;
  uint64_t order;
  uint32_t request;
  Step step;
};
struct Later {
  bool operator()(const Event& a, const Event& b) const { return a.time > b.time || (a.time == b.time && a.order > b.order); }
};

struct Job {
  double enough;
  uint64_t order;
  uint32_t request;
};
struct LongerJob {
  bool operator()(const Job& a, const Job& b) const { return a.enough > b.enough || (a.enough == b.enough && a.order > b.order); }
};

// Leading bits of the time, 256 buckets to a doubling.
struct Histogram {
  std::vector<double> counts = std::vector<double>(59 << 8);
  double sum = 0, count = 0;
  void record(double ms) {
    uint64_t bits;
    std::memcpy(&bits, &ms, 8);
    const int64_t bucket = (int64_t)(bits >> 44) - ((1023 - 20) << 8);
    counts[bucket < 0 ? 0 : bucket < (59 << 8) ? bucket : (59 << 8) - 1] += 1;
    sum += ms;
    count += 1;
  }
};

struct Request {
  double began, since;
  Stage stage;
  uint8_t queries;
};

struct Site {
  const double scale, rate;
  const long total;
  double now = 0;
  uint64_t order = 0;
  std::priority_queue<Event, std::vector<Event>, Later> calendar;
  std::vector<Request> requests;
  std::vector<uint32_t> spare;
  // The CPU, shared evenly.
  std::priority_queue<Job, std::vector<Job>, LongerJob> jobs;
  double served = 0, servedAt = 0, alarm = std::numeric_limits<double>::infinity();
  // PHP's children and the disk, first come, first served.
  long childrenFree;
  std::deque<uint32_t> childLine, diskLine;
  bool diskBusy = false;
  Histogram latency, dns, tcp, nginx, php, mysql, delivery;
  long begun = 0;

  Site(double scale, long total) : scale(scale), rate(0.2692 * scale), total(total), childrenFree(std::lround(64 * scale)) {}

  void after(double delay, uint32_t request, Step step) { calendar.push({now + delay, order++, request, step}); }

  void catchUp() {
    if (jobs.empty()) served = 0;
    else served += (now - servedAt) * std::fmin(1, 2 * scale / jobs.size());
    servedAt = now;
  }
  void setAlarm() {
    if (jobs.empty()) alarm = std::numeric_limits<double>::infinity();
    else alarm = now + std::fmax(0, jobs.top().enough - served) / std::fmin(1, 2 * scale / jobs.size());
  }
  void compute(uint32_t request, double mean) {
    catchUp();
    jobs.push({served + exponential(mean), order++, request});
    setAlarm();
  }

  void arrive() {
    uint32_t id;
    if (spare.empty()) {
      id = requests.size();
      requests.push_back({});
    } else {
      id = spare.back();
      spare.pop_back();
    }
    requests[id] = {now, now, NGINX, 0};
    begun += 1;
    after(exponential(2), id, RESOLVED);
    if (begun < total) after(exponential(1 / rate), 0, ARRIVE);
  }
  void stamp(Histogram& stage, Request& request) {
    stage.record(now - request.since);
    request.since = now;
  }
  void startScript(uint32_t id) {
    requests[id].stage = SCRIPT;
    compute(id, 4);
  }
  void startRead(uint32_t id) { after(exponential(0.6 / scale), id, DISK_DONE); }
  void finishJob() {
    catchUp();
    const uint32_t id = jobs.top().request;
    served = jobs.top().enough;
    jobs.pop();
    setAlarm();
    Request& request = requests[id];
    if (request.stage == NGINX) {
      stamp(nginx, request);
      if (childrenFree > 0) {
        childrenFree -= 1;
        startScript(id);
      } else childLine.push_back(id);
    } else if (request.stage == SCRIPT) {
      request.stage = QUERY;
      compute(id, 0.5);
    } else if (diskBusy) diskLine.push_back(id);
    else {
      diskBusy = true;
      startRead(id);
    }
  }
  void readDone(uint32_t id) {
    if (diskLine.empty()) diskBusy = false;
    else {
      startRead(diskLine.front());
      diskLine.pop_front();
    }
    Request& request = requests[id];
    request.queries += 1;
    mysql.record(now - request.since);
    if (request.queries < 2) return compute(id, 0.5);
    stamp(php, request);
    after(exponential(15), id, DELIVERED);
    if (childLine.empty()) childrenFree += 1;
    else {
      const uint32_t next = childLine.front();
      childLine.pop_front();
      startScript(next);
    }
  }

  void run() {
    after(exponential(1 / rate), 0, ARRIVE);
    while (!calendar.empty() || alarm < std::numeric_limits<double>::infinity()) {
      if (calendar.empty() || alarm <= calendar.top().time) {
        now = alarm;
        finishJob();
        continue;
      }
      const Event event = calendar.top();
      calendar.pop();
      now = event.time;
      Request* request = event.step == ARRIVE ? nullptr : &requests[event.request];
      switch (event.step) {
        case ARRIVE:
          arrive();
          break;
        case RESOLVED:
          stamp(dns, *request);
          after(exponential(20), event.request, CONNECTED);
          break;
        case CONNECTED:
          stamp(tcp, *request);
          compute(event.request, 0.2);
          break;
        case DISK_DONE:
          readDone(event.request);
          break;
        case DELIVERED:
          stamp(delivery, *request);
          latency.record(now - request->began);
          spare.push_back(event.request);
      }
    }
  }
};

int main(int, char** argv) {
  const long requests = std::atol(argv[1]);
  const double scale = std::atof(argv[2]);
  const uint64_t turn = std::strtoull(argv[3], nullptr, 10);
  state0 = 0x9e3779b97f4a7c15 * turn;
  state1 = 0xbf58476d1ce4e5b9 ^ turn;
  for (int i = 0; i < 16; i += 1) uniform();
  const clock_t start = std::clock();
  Site site(scale, requests);
  site.run();
  const double seconds = double(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("{\"rate\":%.1f,\"requests\":%ld,\"meanMs\":%.5f}\n", requests / seconds, requests, site.latency.sum / site.latency.count);
}
