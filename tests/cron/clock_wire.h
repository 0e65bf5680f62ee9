// What the test and the virtual clock inside cron say to each other, over one SOCK_SEQPACKET socket
// that cron inherits. Read by C and by C++. How to start cron and what the messages are used for is
// left to cron_daemon.cpp and virtual_clock.c.
#ifndef TESTS_CRON_CLOCK_WIRE_H_
#define TESTS_CRON_CLOCK_WIRE_H_

#include <stdint.h>

// The descriptors cron is started with, beside 0 to 2. The library closes the second as soon as it
// is loaded and keeps the first from cron's jobs.
enum { kDriverDescriptor = 3, kLibraryDescriptor = 4 };

// Test to clock: cron may live on until this instant.
struct ClockOrder {
  int64_t until;          // seconds since the epoch, never before the last one
  int32_t wait_for_jobs;  // 1: time stands still while anything that cron started still runs
};

// Clock to test. Exactly one kAsleep comes after the start and after each order.
enum ClockReportKind { kAsleep = 1, kCannotStart = 2 };
struct ClockReport {
  int32_t kind;
  int32_t error;   // kCannotStart: errno of the step
  int64_t now;     // kAsleep: the virtual time, in seconds since the epoch
  char step[256];  // kCannotStart: what was refused
};

#endif  // TESTS_CRON_CLOCK_WIRE_H_
