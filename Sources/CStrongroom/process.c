#define _GNU_SOURCE
#include "cstrongroom.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/timex.h>

// One call's value, or -errno.
#define ONCE(type, call)                    \
  ({                                        \
    type result_ = (call);                  \
    result_ == -1 ? (type)-errno : result_; \
  })

int strongroom_set_not_dumpable(void) { return ONCE(int, prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)); }

int strongroom_get_dumpable(void) { return ONCE(int, prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)); }

int strongroom_set_core_limit_zero(void) {
  struct rlimit none = {0, 0};
  return ONCE(int, setrlimit(RLIMIT_CORE, &none));
}

int64_t strongroom_get_core_limit(void) {
  struct rlimit found;
  int result = ONCE(int, getrlimit(RLIMIT_CORE, &found));
  if (result < 0) return result;
  return found.rlim_cur > (rlim_t)INT64_MAX ? INT64_MAX : (int64_t)found.rlim_cur;
}

int strongroom_set_default_signal_handler(int signal_number) {
  struct sigaction plain;
  memset(&plain, 0, sizeof plain);
  plain.sa_handler = SIG_DFL;
  sigemptyset(&plain.sa_mask);
  return ONCE(int, sigaction(signal_number, &plain, NULL));
}

int strongroom_has_default_signal_handler(int signal_number) {
  struct sigaction found;
  int result = ONCE(int, sigaction(signal_number, NULL, &found));
  if (result < 0) return result;
  return !(found.sa_flags & SA_SIGINFO) && found.sa_handler == SIG_DFL;
}

int strongroom_core_count(void) {
  cpu_set_t allowed;
  // More processors than the set has room for: then it is not one.
  if (sched_getaffinity(0, sizeof allowed, &allowed) < 0) return 2;
  return CPU_COUNT(&allowed);
}

int strongroom_clock_is_synchronised(void) {
  struct timex state;
  memset(&state, 0, sizeof state);  // no modes: only asks
  int result = adjtimex(&state);
  if (result < 0) return -errno;
  return result != TIME_ERROR && !(state.status & STA_UNSYNC);
}

int strongroom_swap_bytes(uint64_t *bytes) {
  struct sysinfo found;
  if (sysinfo(&found) < 0) return -errno;
  *bytes = (uint64_t)found.totalswap * found.mem_unit;
  return 0;
}

int64_t strongroom_get_memory_lock_limit(void) {
  struct rlimit found;
  if (getrlimit(RLIMIT_MEMLOCK, &found) < 0) return -errno;
  return found.rlim_cur > (rlim_t)INT64_MAX ? INT64_MAX : (int64_t)found.rlim_cur;
}
